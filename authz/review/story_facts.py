"""The facts of a case in plain words, as the rows that the panel would write.

The day on which all cases play is fixed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from authz.policy import (
    ADD_ONS,
    Contract,
    DatedRow,
    Delegating,
    Edition,
    State,
    delegate_rows,
    delegation_rows,
    end_of_day,
    role_rows,
    seat_rows,
    user_rows,
)
from authz.policy.sections import Section

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
SERVICE = re.compile(r"active|last day|not yet active|expired, day (\d+)")


@dataclass(frozen=True, slots=True)
class Company:
    """What a case says of an account.

    Attributes:
        second_factor: whether the company has its second factor on.
    """

    contract: Contract
    second_factor: bool


def read_company(section: Section) -> Company:
    """One of the `accounts`."""
    section.only("edition", "service", "modules", "space", "second_factor")
    return Company(_contract(section), _second_factor(section))


def _second_factor(section: Section) -> bool:
    word = section.word("second_factor", "off")
    if word not in ("on", "off"):
        section.fault("has a `second_factor` that is neither on nor off")
    return word == "on"


def _contract(section: Section) -> Contract:
    edition = section.text("edition")
    words = SERVICE.fullmatch(section.word("service", "active"))
    space = section.word("space", "free")
    if edition not in list(Edition):
        section.fault("needs `edition`, FE or SR")
    if words is None:
        section.fault("has a `service` that is not one of: " + SERVICE.pattern)
    if space not in ("free", "full"):
        section.fault("has a `space` that is neither free nor full")
    ends_on = _ends_on(words)
    return Contract(
        edition=Edition.SR if edition == Edition.SR else Edition.FE,
        activated_at=_activated_at(words),
        ends_on=ends_on,
        modules=_modules(section, ends_on),
        space_full=space == "full",
    )


def _ends_on(words: re.Match[str] | None) -> date:
    if words and words[1]:
        return TODAY - timedelta(days=int(words[1]))
    return TODAY if words and words[0] == "last day" else TODAY + timedelta(days=200)


def _activated_at(words: re.Match[str] | None) -> datetime:
    if words and words[0] == "not yet active":
        return NOW + timedelta(days=1)
    return LONG_AGO


def _before(ends_on: date) -> date:
    """A last paid day that is over, and earlier than the base's."""
    return min(ends_on, TODAY) - timedelta(days=1)


def _modules(section: Section, ends_on: date) -> dict[str, date]:
    paid = {}
    for words in section.maybe_texts("modules"):
        module, _, ended = words.partition(", ")
        if module not in ADD_ONS or ended not in ("", "ended"):
            section.fault(f"has the module `{words}`; write as `documents, ended`")
        paid[module] = _before(ends_on) if ended else ends_on
    return paid


def home_of(person: Section, companies: Mapping[str, Company]) -> str:
    """The account a person belongs to; a delegate belongs to none."""
    only = next(iter(companies)) if len(companies) == 1 else ""
    home = person.word("in", only)
    is_delegate = person.word("is", "active") == State.DELEGATE
    if home not in companies and not is_delegate:
        person.fault("needs `in`, one of the accounts")
    return home


def rows_of(
    name: str, person: Section, home: str, companies: Mapping[str, Company]
) -> dict[str, tuple[DatedRow, ...]]:
    """All rows of one of the `people`, by account."""
    state = person.word("is", "active")
    if state not in list(State):
        person.fault(f"is `{state}`; known are {', '.join(State)}")
        return {}
    if state == State.DELEGATE:
        return _delegate(name, person, companies)
    person.only("in", "is", "seat", "holds", "role", "preset")
    account, seat, role = f"a_{home}", f"s_{name}", f"r_{name}"
    until = _seat_until(person, companies.get(home))
    held = person.maybe_texts("holds") or _role_of(person, role)
    sits = None if person.word("seat", "paid") == "none" else seat
    rows = user_rows(f"u_{name}", account, State(state), seat=sits, seat_until=until)
    own = role_rows(role, account, person.maybe_texts("role"))
    return {account: (*rows, *seat_rows(seat, account, held), *own)}


def _role_of(person: Section, role: str) -> tuple[str, ...]:
    if person.has("preset"):
        return (person.text("preset"),)
    return (role,) if person.has("role") else ()


def _seat_until(person: Section, company: Company | None) -> datetime | None:
    seat = person.word("seat", "paid")
    if seat not in ("paid", "ended", "none"):
        person.fault("has a `seat` that is not paid, ended or none")
    if company is None:
        return None
    contract = company.contract
    if seat == "ended":
        return end_of_day(_before(contract.ends_on))
    return contract.view_until(contract.ends_on)


def _delegate(
    name: str, person: Section, companies: Mapping[str, Company]
) -> dict[str, tuple[DatedRow, ...]]:
    person.only("is", "second_factor", "delegations")
    rows = {}
    for where, delegation in person.children("delegations").items():
        delegation.only("is", "holds")
        state = delegation.text("is")
        if where not in companies or state not in ("accepted", "asked", "revoked"):
            delegation.fault(
                "needs a known account and `is`: accepted, asked or revoked"
            )
            continue
        delegating = Delegating(
            user=f"u_{name}",
            delegation=f"d_{name}_{where}",
            needs_second_factor=companies[where].second_factor,
            has_second_factor=_second_factor(person),
        )
        links = delegate_rows(delegating, f"a_{where}")
        if state != "accepted":
            links = links[:1]  # the rows of the delegation may stay: they lead nowhere
        names = delegation.maybe_texts("holds")
        held = delegation_rows(delegating.delegation, f"a_{where}", names)
        rows[f"a_{where}"] = (*links, *held)
    return rows
