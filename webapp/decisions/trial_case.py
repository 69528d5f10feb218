"""A try as a policy case: the smallest world in which the files must answer alike.

Cases play on a day of their own and know no database: what the rows say is told in
their words. Nobody's name or id enters the text.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from authz import ADD_ONS, SEATED, State, Trace
from authz.engine import Row
from authz.review import run_cases

FILE = "cases/tried.toml"
_HERE, _ELSEWHERE = "azienda", "altra"
_NAMES = {State.OWNER: "titolare", State.DELEGATE: "studio"}
Words = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """A try, with what the policy's rows do not tell.

    Attributes:
        seat: where the user sits, "" nowhere; a suspended user's seat has no link.
        is_owner_elsewhere: whether he has a company of his own, another one.
        has_other_company: whether he belongs to another company.
    """

    trace: Trace
    seat: str = ""
    is_owner_elsewhere: bool = False
    has_other_company: bool = False


def case_of(tried: Tried) -> str | None:
    """The text to paste, None where cases have no words for the state.

    INVARIANT: what is answered has been run, and passes.
    """
    text = "\n".join(_lines(tried)) + "\n"
    release = tried.trace.policy.release
    whole = f'title = "Tried"\n\n{text}'
    return text if run_cases(release, {FILE: whole}).ok else None


def _lines(tried: Tried) -> Iterator[str]:
    trace = tried.trace
    decision = trace.explained.decision
    subject, _account, resource, action = trace.request
    who, person = _person(tried)
    state = str(trace.state or "stranger")
    said = "may" if decision.allowed else "may not"
    name = f"tried: {state}, {said} {resource}.{action} ({decision.reason})"
    yield "[[case]]"
    yield f"name = {_toml(name)}"
    yield f"accounts.{_HERE} = {_table(_company(trace))}"
    if person and trace.state is None:
        yield f'accounts.{_ELSEWHERE} = {{ edition = "FE" }}'
    if person is not None:
        yield f"people.{who} = {person}"
    yield "[[case.ask]]"
    yield f'who = "{who}"' if person else f'subject = "{subject[:2]}nobody"'
    if trace.state in (None, State.DELEGATE):
        yield f'in = "{_HERE}"'
    yield f'{"allow" if decision.allowed else "deny"} = ["{resource}.{action}"]'


def _company(trace: Trace) -> Words:
    """Edition, service, space and modules, from the services sold and running."""
    running = {row.values[1] for row in trace.policy.own if row.ptype == "g2"}
    sold = {dated.row.values[1] for dated in trace.dated if dated.row.ptype == "g2"}
    words: dict[str, str | Sequence[str]] = {
        "edition": "FE" if "invoicing:view" in sold else "SR"
    }
    if not running:
        is_to_come = trace.policy.valid_until is not None
        words["service"] = "not yet active" if is_to_come else "expired, day 91"
    elif "reception:change" not in sold:
        words["space"] = "full"
    elif "reception:change" not in running:
        words["service"] = "expired, day 45"
    modules = [
        name if f"{name}:view" in running else f"{name}, ended"
        for name in ADD_ONS
        if f"{name}:view" in sold
    ]
    return {**words, "modules": modules} if modules else words


def _person(tried: Tried) -> tuple[str, str | None]:
    """What he is called in the case, and what he is there; None: nobody."""
    state = tried.trace.state
    if state is None:
        if not tried.has_other_company:
            return "", None
        here = {"in": _ELSEWHERE}
        return "estraneo", _table(
            {"is": "owner", **here} if tried.is_owner_elsewhere else here
        )
    name = _NAMES.get(state, "utente")
    if state is State.DELEGATE:
        return name, _delegate(tried.trace)
    kind = {} if state is State.ACTIVE else {"is": state.value}
    return name, _table({**kind, **_sitting(tried)})


def _sitting(tried: Tried) -> Words:
    """His seat, and what it holds."""
    trace = tried.trace
    if trace.state is State.OWNER:
        return {}
    now = [
        goal for goal in _goals(trace.policy.own, trace.request[0]) if _is_seat(goal)
    ]
    ever = _goals([dated.row for dated in trace.dated], trace.request[0])
    seat = next(filter(_is_seat, (*now, *ever)), tried.seat)
    if not seat:
        return {"seat": "none"}
    has_ended = trace.state is State.ACTIVE and not now
    return {**({"seat": "ended"} if has_ended else {}), **_held(trace, seat)}


def _delegate(trace: Trace) -> str:
    """Only what counts is told: a link that is not there leads nowhere."""
    found = [g for g in _goals(trace.policy.own, trace.request[0]) if g[:2] == "d_"]
    if not found:
        given = _table({"is": "revoked"})
    else:
        names = sorted(_permissions(trace, found[0]))
        given = _table({"is": "accepted", "holds": names})
    return f'{{ is = "delegate", delegations = {{ {_HERE} = {given} }} }}'


def _held(trace: Trace, node: str) -> Words:
    """As the rows have it: a ready-made role, or permissions, whatever gives them."""
    goals = [goal for goal in _goals(trace.policy.own, node) if goal != SEATED]
    if len(goals) == 1 and goals[0] in trace.policy.release.presets:
        return {"preset": goals[0]}
    names = sorted(_permissions(trace, node))
    return {"holds": names} if names else {}


def _permissions(trace: Trace, node: str) -> set[str]:
    """What a node leads to."""
    permissions = trace.policy.release.permissions
    found = set[str]()
    for goal in _goals(trace.policy.rows, node):
        found |= {goal} if goal in permissions else _permissions(trace, goal)
    return found & set(permissions)


def _goals(rows: Sequence[Row], start: str) -> list[str]:
    return [r.values[1] for r in rows if r.ptype == "g" and r.values[0] == start]


def _is_seat(node: str) -> bool:
    return node.startswith("s_")


def _table(words: Words) -> str:
    return (
        f"{{ {', '.join(f'{key} = {_toml(value)}' for key, value in words.items())} }}"
    )


def _toml(value: str | Sequence[str]) -> str:
    """A JSON string of plain letters is a TOML string too."""
    return json.dumps(value)
