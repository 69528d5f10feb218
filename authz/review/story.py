"""A case file read: facts in plain words, and what each person may then do.

Facts become the same rows the panel writes (`authz.policy.facts`, `.services`); nothing
here knows how the model decides. The day on which all cases play is fixed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from authz.policy import (
    ADD_ONS,
    Contract,
    DatedRow,
    Edition,
    State,
    delegation_rows,
    end_of_day,
    role_rows,
    seat_rows,
    service_rows,
    user_rows,
)
from authz.policy.sections import Section, TomlFile

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
SERVICE = re.compile(r"active|last day|not yet active|expired, day (\d+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One person's allow and deny lists.

    Attributes:
        subject: who asks, as the engine is asked.
        account: where.
        allow: names or patterns of actions that must be allowed.
        deny: names or patterns of actions that must be refused.
        unknown: names the catalogue lacks, which must be refused all the same.
        rest_is_denied: whether everything that `allow` does not name must be refused.
        line: where its lists begin.
    """

    subject: str
    account: str
    allow: tuple[str, ...]
    deny: tuple[str, ...]
    unknown: tuple[str, ...]
    rest_is_denied: bool
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One story.

    Attributes:
        name: the story in a few words.
        file: where it stands.
        line: the line of its header.
        rows: account -> the rows its facts stand for.
        asks: what is asked.
    """

    name: str
    file: str
    line: int
    rows: Mapping[str, tuple[DatedRow, ...]]
    asks: tuple[Ask, ...]


def read_cases(text: str, file: str) -> tuple[Case, ...]:
    """All cases of a file.

    Raises:
        PolicyError: with everything that is not as README.md describes.
    """
    toml = TomlFile(text, file)
    toml.only("title", "case")
    toml.text("title")
    lines = text.splitlines()
    found = tuple(_case(section, lines) for section in toml.array("case"))
    toml.raise_faults()
    return found


def _case(section: Section, lines: list[str]) -> Case:
    section.only("name", "accounts", "people", "ask")
    contracts = {n: _contract(s) for n, s in section.children("accounts").items()}
    if not contracts:
        section.fault('needs an account: accounts.rossi = { edition = "FE" }')
    rows = {f"a_{n}": list(service_rows(f"a_{n}", c)) for n, c in contracts.items()}
    homes: dict[str, str] = {}
    for name, person in section.children("people").items():
        homes[name] = _home(person, contracts)
        for account, dated in _person(name, person, homes[name], contracts).items():
            rows.setdefault(account, []).extend(dated)
    heads = _ask_lines(lines, section.line)
    asks = tuple(
        _ask(
            ask, homes, contracts, heads[index] if index < len(heads) else section.line
        )
        for index, ask in enumerate(section.rows("ask"))
    )
    if not asks:
        section.fault("asks nothing: add [[case.ask]]")
    return Case(
        name=section.text("name"),
        file=section.file,
        line=section.line,
        rows={account: tuple(dated) for account, dated in rows.items()},
        asks=asks,
    )


def _contract(section: Section) -> Contract:
    section.only("edition", "service", "modules", "space")
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


def _home(person: Section, contracts: Mapping[str, Contract]) -> str:
    """The account a person belongs to; a delegate belongs to none."""
    only = next(iter(contracts)) if len(contracts) == 1 else ""
    home = person.word("in", only)
    is_delegate = person.word("is", "active") == State.DELEGATE
    if home not in contracts and not is_delegate:
        person.fault("needs `in`, one of the accounts")
    return home


def _person(
    name: str, person: Section, home: str, contracts: Mapping[str, Contract]
) -> dict[str, tuple[DatedRow, ...]]:
    person.only("in", "is", "seat", "holds", "role", "preset", "delegations")
    state = person.word("is", "active")
    if state not in list(State):
        person.fault(f"is `{state}`; known are {', '.join(State)}")
        return {}
    if state == State.DELEGATE:
        return _delegate(name, person, contracts)
    account, seat, role = f"a_{home}", f"s_{name}", f"r_{name}"
    until = _seat_until(person, contracts.get(home))
    held = person.maybe_texts("holds") or _role_of(person, role)
    sits = None if person.word("seat", "paid") == "none" else seat
    rows = user_rows(f"u_{name}", account, State(state), seat=sits, seat_until=until)
    own = role_rows(role, account, person.maybe_texts("role"))
    return {account: (*rows, *seat_rows(seat, account, held), *own)}


def _role_of(person: Section, role: str) -> tuple[str, ...]:
    if person.has("preset"):
        return (person.text("preset"),)
    return (role,) if person.has("role") else ()


def _seat_until(person: Section, contract: Contract | None) -> datetime | None:
    seat = person.word("seat", "paid")
    if seat not in ("paid", "ended", "none"):
        person.fault("has a `seat` that is not paid, ended or none")
    if contract is None:
        return None
    if seat == "ended":
        return end_of_day(_before(contract.ends_on))
    return contract.view_until(contract.ends_on)


def _delegate(
    name: str, person: Section, contracts: Mapping[str, Contract]
) -> dict[str, tuple[DatedRow, ...]]:
    rows = {}
    for company, delegation in person.children("delegations").items():
        delegation.only("is", "holds")
        state = delegation.text("is")
        if company not in contracts or state not in ("accepted", "asked", "revoked"):
            delegation.fault(
                "needs a known account and `is`: accepted, asked or revoked"
            )
        account, node = f"a_{company}", f"d_{name}_{company}"
        held = delegation.maybe_texts("holds")
        links = delegation_rows(f"u_{name}", node, account, held)
        live = links if state == "accepted" else links[1:]
        rows[account] = (*user_rows(f"u_{name}", account, State.DELEGATE), *live)
    return rows


def _ask(
    section: Section,
    homes: Mapping[str, str],
    contracts: Mapping[str, Contract],
    line: int,
) -> Ask:
    section.line = line
    section.only("who", "subject", "in", "account", "allow", "deny", "unknown", "rest")
    who = section.word("who", "")
    if who not in homes and not section.has("subject"):
        section.fault("needs `who`, one of the people, or `subject`, taken as it is")
    where = section.word("in", homes.get(who, ""))
    if where not in contracts and not section.has("account"):
        section.fault("needs `in`, one of the accounts, or `account`, taken as it is")
    rest = section.word("rest", "")
    if rest not in ("", "deny"):
        section.fault("has a `rest` that is not deny")
    return Ask(
        subject=section.word("subject", f"u_{who}"),
        account=section.word("account", f"a_{where}"),
        allow=section.maybe_texts("allow"),
        deny=section.maybe_texts("deny"),
        unknown=section.maybe_texts("unknown"),
        rest_is_denied=rest == "deny",
        line=line,
    )


def _ask_lines(lines: list[str], case_line: int) -> list[int]:
    """The lines of the `[[case.ask]]` headers that follow a case's own header."""
    found = []
    for number, line in enumerate(lines[case_line:], start=case_line + 1):
        if line.strip() == "[[case]]":
            break
        if line.strip() == "[[case.ask]]":
            found.append(number)
    return found
