"""The oracle's facts as rows of the policy, and casbin over them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from authz.engine import ReferenceEvaluator
from authz.policy import (
    AccountPolicy,
    Contract,
    DatedRow,
    Delegating,
    Edition,
    Release,
    State,
    default_folder,
    delegate_rows,
    delegation_rows,
    policy_at,
    read_folder,
    seat_rows,
    service_rows,
    user_rows,
)
from tests.authz.oracle import Account, Person

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
RELEASE: Release = read_folder(default_folder())


def day(offset: int, today: date = TODAY) -> date:
    return today + timedelta(days=offset)


def contract(account: Account, now: datetime = NOW) -> Contract:
    today = now.date()
    return Contract(
        edition=Edition(account.edition),
        activated_at=now - timedelta(days=1000 if account.started else -1),
        ends_on=day(account.last_day, today),
        modules={name: day(offset, today) for name, offset in account.modules.items()},
        space_full=account.space_full,
    )


def delegating(name: str, person: Person, account: Account) -> Delegating:
    return Delegating(
        user=f"u_{name}",
        delegation=f"d_{name}",
        needs_second_factor=account.second_factor,
        has_second_factor=person.second_factor,
    )


def person_rows(
    name: str, person: Person, account_id: str, account: Account
) -> tuple[DatedRow, ...]:
    user, state = f"u_{name}", State(person.state)
    if state is State.DELEGATE:
        links = delegate_rows(delegating(name, person, account), account_id)
        held = delegation_rows(f"d_{name}", account_id, person.permissions)
        return (*(links if person.accepted else links[:1]), *held)
    until = contract(account).view_until(day(person.seat_last_day))
    rows = user_rows(user, account_id, state, seat=f"s_{name}", seat_until=until)
    return (*rows, *seat_rows(f"s_{name}", account_id, person.permissions))


def policy_of(
    people: Mapping[str, Person], account: Account, account_id: str = "a_1"
) -> AccountPolicy:
    dated = list(service_rows(account_id, contract(account)))
    for name, person in people.items():
        dated += person_rows(name, person, account_id, account)
    return policy_at(RELEASE, account_id, dated, NOW)


def casbin_over(people: Mapping[str, Person], account: Account) -> ReferenceEvaluator:
    return ReferenceEvaluator(RELEASE.model, policy_of(people, account).rows)
