"""Periods are paid by whole years and then by the day; a price list is whole or refused."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.seats.prices import PriceListError, read_prices, span, years_from

DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))
PRICES = read_prices()


@given(DAYS, st.integers(1, 10))
def test_a_number_of_years_costs_that_many_times_a_year(
    start: date, years: int
) -> None:
    end = years_from(start, years)
    assert span(start, end) == (years, 0)
    assert PRICES.net("seat", start, end) == years * PRICES.yearly["seat"]


@given(DAYS, st.integers(0, 1500), st.integers(0, 1500))
def test_a_longer_period_never_costs_less(start: date, one: int, more: int) -> None:
    end = start + timedelta(days=one)
    later = end + timedelta(days=more)
    assert PRICES.net("FE", start, end) <= PRICES.net("FE", start, later)


@given(DAYS, st.integers(0, 4000))
def test_years_and_days_together_are_the_period(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    years, days = span(start, end)
    rest = years_from(start, years) if years else start - timedelta(days=1)
    assert rest + timedelta(days=days) == end
    assert 0 <= days <= 365


def test_a_period_that_ends_before_it_begins_costs_nothing() -> None:
    assert PRICES.net("FE", date(2026, 5, 2), date(2026, 5, 1)) == 0


def test_a_year_begun_on_a_leap_day_ends_with_february() -> None:
    assert years_from(date(2024, 2, 29), 1) == date(2025, 2, 28)


def test_half_a_cent_of_vat_goes_up() -> None:
    assert PRICES.vat(25) == 6  # 5.5


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("vat_percent = 22\n[yearly]\nFE = 1\n", "lacks `SR`"),
        ("vat_percent = ", "can not be read"),
        (None, "can not be read"),
    ],
)
def test_a_price_list_that_is_not_whole_is_refused(
    tmp_path: Path, text: str | None, complaint: str
) -> None:
    file = tmp_path / "prices.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(PriceListError, match=complaint):
        read_prices(file)


@pytest.mark.parametrize("price", ["-1", "1.5", "true"])
def test_prices_are_whole_cents(tmp_path: Path, price: str) -> None:
    from webapp.seats.prices import DEFAULT

    file = tmp_path / "prices.toml"
    text = DEFAULT.read_text(encoding="utf-8").replace("seat = 1200", f"seat = {price}")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PriceListError, match="whole cents"):
        read_prices(file)
