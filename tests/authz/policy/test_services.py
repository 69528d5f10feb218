"""What runs when: editions, expiry, modules, space."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from authz.policy import SERVICES, Contract, Edition, end_of_day, service_rows
from tests.authz.oracle import Account, Person
from tests.authz.world import casbin_over

END = date(2026, 6, 30)
START = datetime(2025, 7, 1, tzinfo=UTC)
MODULES = ("documents", "payments", "orders")


def contract(
    edition: str = "FE",
    *,
    modules: Mapping[str, date] | None = None,
    full: bool = False,
) -> Contract:
    return Contract(
        edition=Edition(edition),
        activated_at=START,
        ends_on=END,
        modules=modules or {},
        space_full=full,
    )


def running(bought: Contract, days_after_the_end: int) -> set[str]:
    noon = end_of_day(END) + timedelta(days=days_after_the_end, hours=-12)
    return {r.row.values[1] for r in service_rows("a_1", bought) if r.in_force(noon)}


def all_until(day: date) -> dict[str, date]:
    return dict.fromkeys((*MODULES, "woocommerce"), day)


def test_everything_bought_runs_to_the_last_day():
    assert running(contract(modules=all_until(END)), 0) == set(SERVICES)


def test_an_account_that_only_receives_never_runs_more():
    bought = contract("SR", modules=all_until(END))
    assert running(bought, 0) == {"account:open", "reception:view", "reception:change"}


def test_an_expired_account_is_looked_at_and_not_changed():
    after = running(contract(modules=all_until(END)), 1)
    assert after == {"account:open"} | {s for s in SERVICES if s.endswith(":view")}
    assert running(contract(modules=all_until(END)), 90) == after


def test_nothing_runs_after_day_90():
    assert running(contract(modules=all_until(END)), 91) == set()


def test_nothing_changes_while_the_space_is_full():
    full = running(contract(modules=all_until(END), full=True), 0)
    assert full == {s for s in SERVICES if not s.endswith(":change")}


def test_nothing_runs_before_the_service_begins():
    early = START - timedelta(microseconds=1)
    rows = service_rows("a_1", contract(modules=all_until(END)))
    assert not any(row.in_force(early) for row in rows)
    assert any(row.in_force(START) for row in rows)


def test_a_module_that_ended_before_the_base_gives_nothing_more():
    bought = contract(modules={"documents": END - timedelta(days=10)})
    assert "documents:view" in running(bought, -10)
    assert not {s for s in running(bought, -9) if s.startswith("documents")}


def test_a_module_paid_longer_than_the_base_ends_with_it():
    bought = contract(modules={"documents": END + timedelta(days=200)})
    assert "documents:change" not in running(bought, 1)
    assert "documents:view" in running(bought, 90)
    assert running(bought, 91) == set()


@pytest.mark.parametrize(
    ("documents", "shop_runs"),
    [(None, False), (END - timedelta(days=1), False), (END, True)],
)
def test_a_shop_never_runs_without_documents(documents, shop_runs):
    modules = {"woocommerce": END} | ({"documents": documents} if documents else {})
    shop = {s for s in running(contract(modules=modules), 0) if s.startswith("woo")}
    assert bool(shop) == shop_runs


def test_a_contract_that_ended_before_it_began_gives_no_row_that_ends_first():
    late = Contract(
        edition=Edition.FE,
        activated_at=end_of_day(END) + timedelta(days=5),
        ends_on=END,
    )
    assert all(r.not_before < r.not_after for r in service_rows("a_1", late))
    assert not {
        r for r in service_rows("a_1", late) if r.row.values[1].endswith("change")
    }


def test_grants_sleep_and_wake_with_their_module():
    anna = Person(permissions=frozenset({"invoicing.read", "documents.read"}))
    request = ("u_anna", "a_1", "quote", "view")
    answers = [
        casbin_over({"anna": anna}, Account(modules=modules)).decide(request)
        for modules in ({"documents": 5}, {}, {"documents": -1}, {"documents": 5})
    ]
    assert answers == [True, False, False, True]
