"""What an order would hold, from what there is: never a day paid twice or for nothing."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from authz import ADD_ONS, Edition
from webapp.seats.cart import Bought, Cart, CartError, Line, Module
from webapp.seats.prices import read_prices

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
PRICES = read_prices()
NEAR = st.integers(-90, 800).map(lambda days: TODAY + days * DAY)


@st.composite
def things(draw: st.DrawFn) -> Bought:
    """An account: ended or not, modules of any age, seats with and without users."""
    ends_on = draw(NEAR)
    edition = draw(st.sampled_from(Edition))
    names = draw(st.sets(st.sampled_from(ADD_ONS))) if edition is Edition.FE else set()
    seats = sorted(draw(st.lists(NEAR, max_size=6)), reverse=True)
    return Bought(
        edition=edition,
        ends_on=ends_on,
        modules={
            n: Module(ends_on=draw(NEAR), renews=draw(st.booleans())) for n in names
        },
        seats=tuple(seats),
        users=draw(st.integers(0, len(seats))),
    )


def cart(bought: Bought) -> Cart:
    return Cart(bought, PRICES, TODAY)


def fe(ends_on: date, *seats: date, users: int = 0, **modules: Module) -> Bought:
    return Bought(
        edition=Edition.FE, ends_on=ends_on, modules=modules, seats=seats, users=users
    )


def by_product(lines: tuple[Line, ...]) -> dict[tuple[str, bool], Line]:
    return {(line.product, line.adds): line for line in lines}


@given(things(), st.integers(0, 5), st.sets(st.sampled_from(ADD_ONS)), st.booleans())
def test_a_purchase_never_charges_for_the_past_nor_for_what_is_paid(
    bought: Bought, seats: int, wanted: set[str], extend: bool
) -> None:
    modules = frozenset(name for name in wanted if bought.offers(name))
    shop_alone = "woocommerce" in modules and "documents" not in modules
    assume(not shop_alone and (seats or modules))
    lines = cart(bought).purchase(seats, modules, extend=extend)
    for line in lines:
        assert TODAY <= line.starts_on <= line.ends_on
        assert line.net_cents >= 0
        if line.product == "service":
            assert line.starts_on > bought.ends_on
        if line.product in bought.modules:
            assert line.starts_on > bought.modules[line.product].ends_on
    new = by_product(lines).get(("seat", True))
    assert (new.quantity if new else 0) == seats


@given(things(), st.integers(1, 5), st.sets(st.sampled_from(ADD_ONS)))
def test_an_extension_carries_everything_to_one_end(
    bought: Bought, seats: int, wanted: set[str]
) -> None:
    modules = frozenset(name for name in wanted if bought.offers(name))
    assume("woocommerce" not in modules or "documents" in modules)
    lines = cart(bought).purchase(seats, modules, extend=True)
    (end,) = {line.ends_on for line in lines}
    assert end >= max(bought.ends_on, TODAY)
    kept = sum(
        line.quantity for line in lines if line.product == "seat" and not line.adds
    )
    assert kept == sum(1 for paid in bought.seats if paid < end)


@given(things(), st.integers(1, 10), st.integers(0, 8))
def test_a_renewal_keeps_as_many_seats_as_it_says_and_never_fewer_than_users(
    bought: Bought, years: int, seats: int
) -> None:
    if seats < bought.users:
        with pytest.raises(CartError, match="below_users"):
            cart(bought).renewal(years, seats, frozenset())
        return
    lines = cart(bought).renewal(years, seats, frozenset())
    end = by_product(lines)[("service", False)].ends_on
    lasting = sum(1 for paid in bought.seats[:seats] if paid >= end)
    counted = sum(line.quantity for line in lines if line.product == "seat")
    assert counted + lasting == seats
    assert end == max(line.ends_on for line in lines)


def test_without_extension_a_new_seat_ends_with_the_service() -> None:
    (line,) = cart(fe(date(2027, 3, 14))).purchase(2, frozenset(), extend=False)
    assert (line.quantity, line.ends_on) == (2, date(2027, 3, 14))
    assert line.net_cents == 2 * PRICES.net("seat", TODAY, date(2027, 3, 14))


def test_with_extension_a_year_begins_today() -> None:
    bought = fe(
        date(2027, 3, 14),
        date(2027, 3, 14),
        documents=Module(ends_on=date(2027, 3, 14)),
    )
    lines = by_product(cart(bought).purchase(1, frozenset(), extend=True))
    assert lines[("seat", True)].net_cents == PRICES.yearly["seat"]
    assert lines[("service", False)].starts_on == date(2027, 3, 15)
    assert lines[("documents", False)].ends_on == date(2027, 11, 23)
    assert lines[("seat", False)].quantity == 1


def test_a_service_paid_for_longer_than_a_year_is_not_touched() -> None:
    bought = fe(date(2029, 3, 14), date(2029, 3, 14))
    (line,) = cart(bought).purchase(1, frozenset(), extend=True)
    assert (line.product, line.ends_on) == ("seat", date(2029, 3, 14))


def test_an_expired_service_starts_again_today_with_whatever_is_bought() -> None:
    bought = fe(date(2026, 10, 1), date(2026, 10, 1))
    lines = by_product(cart(bought).purchase(1, frozenset(), extend=False))
    assert lines[("service", False)].starts_on == TODAY
    assert lines[("service", False)].net_cents == PRICES.yearly["FE"]


def test_a_module_that_is_not_renewed_is_not_extended_and_woocommerce_not_without_it() -> (
    None
):
    end = date(2027, 3, 14)
    bought = fe(
        end,
        documents=Module(ends_on=end, renews=False),
        payments=Module(ends_on=end),
        woocommerce=Module(ends_on=end),
    )
    products = {
        line.product for line in cart(bought).purchase(1, frozenset(), extend=True)
    }
    assert products == {"seat", "service", "payments"}


def test_woocommerce_is_not_sold_beyond_the_end_of_documents() -> None:
    end = date(2027, 3, 14)
    stops = fe(end, documents=Module(ends_on=end, renews=False))
    shop = frozenset({"woocommerce"})
    with pytest.raises(CartError, match="documents_end"):
        cart(stops).purchase(0, shop, extend=True)
    (line,) = cart(stops).purchase(0, shop, extend=False)
    assert line.ends_on == end
    ended = fe(end, documents=Module(ends_on=date(2026, 12, 1)))
    with pytest.raises(CartError, match="needs_documents"):
        cart(ended).purchase(0, shop, extend=False)


def test_a_module_that_was_dropped_is_bought_again_from_its_end() -> None:
    bought = fe(date(2028, 3, 14), orders=Module(ends_on=date(2027, 3, 14)))
    assert bought.offers("orders")
    (line,) = cart(bought).purchase(0, frozenset({"orders"}), extend=False)
    assert line.starts_on == date(2027, 3, 15)


def test_reception_only_has_no_modules_to_buy() -> None:
    bought = Bought(edition=Edition.SR, ends_on=TODAY, modules={}, seats=(), users=0)
    assert not any(bought.offers(name) for name in ADD_ONS)


def test_an_empty_cart_is_no_order() -> None:
    with pytest.raises(CartError, match="empty"):
        cart(fe(TODAY)).purchase(0, frozenset(), extend=True)


def test_a_renewal_can_add_seats_which_count_from_today() -> None:
    end = date(2027, 3, 14)
    lines = by_product(cart(fe(end, end)).renewal(2, 3, frozenset()))
    assert lines[("seat", True)].quantity == 2
    assert lines[("seat", True)].starts_on == TODAY
    assert lines[("seat", False)].starts_on == end + DAY
    assert lines[("seat", False)].ends_on == date(2029, 3, 14)
