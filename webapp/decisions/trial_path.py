"""The way from a user to an action, link by link, and where it breaks."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from authz import SEATED, State, Trace
from authz.engine import Row
from webapp.i18n import day, language
from webapp.steps import Station, drawn

#: States in which nothing more is reached, whatever the seat holds.
_STOPPED = frozenset({None, State.INVITED, State.SUSPENDED, State.TEMPORARY})


def paths(trace: Trace, name: str, user_name: str) -> list[dict[str, Any]]:
    """One for each permission that the action needs; none if it was no action then."""
    release = trace.policy.release
    _subject, _account, resource, action = trace.request
    known = release.catalogue.find(resource, action)
    if known is None:
        return []
    grant = release.grant_for(known)
    is_allowed = trace.explained.decision.allowed
    starts = is_allowed or trace.state not in _STOPPED
    user = Station(starts, _("Who"), name, _state(trace, user_name))
    label = known.label(language())
    reached = "" if is_allowed else _("not reached")
    end = (
        _service(trace, grant.service),
        Station(is_allowed, _("Action"), label, reached),
    )
    return [
        {
            "title": _permission(trace, needed),
            "steps": drawn([user, *_links(trace, needed), *end]),
        }
        for needed in grant.needs
    ]


def place_of(row: Row) -> str:
    """File and line, or the id of a row of the database."""
    kind, blank, identity = row.place.partition(" ")
    return _("row %(id)s", id=identity) if blank and kind == "row" else row.place


def _links(trace: Trace, needed: str) -> Iterator[Station]:
    """The walk to a permission; where there is none, as far as it goes."""
    walks = (walk for walk in trace.explained.path if walk[-1].values[1] == needed)
    walk = next(walks, None)
    for row in walk or ():
        yield _station(trace, row)
    if walk is None:
        found = list(_as_far(trace))
        yield from (_station(trace, row) for row in found)
        if not found and trace.state is State.DELEGATE:
            yield Station(False, _("Delegation"), _("not active"))
        elif not found:
            yield Station(False, _("Seat"), _("none that counts"))
        yield Station(False, _("Permission"), _permission(trace, needed), _("not held"))


def _as_far(trace: Trace) -> Iterator[Row]:
    """The user's place, then the role of it if there is just one."""
    own, start = trace.policy.own, trace.request[0]
    for kinds in (("s_", "d_"), ("r_", "role.")):
        found = [
            row
            for row in own
            if row.ptype == "g"
            and row.values[0] == start
            and row.values[1].startswith(kinds)
        ]
        if len(found) != 1:
            return
        yield found[0]
        start = found[0].values[1]


def _station(trace: Trace, row: Row) -> Station:
    goal, place = row.values[1], place_of(row)
    if goal.startswith("s_"):
        return Station(True, _("Seat"), _seat_until(trace, row), place)
    if goal.startswith("d_"):
        return Station(True, _("Delegation"), _("active"), place)
    if goal.startswith("r_"):
        return Station(True, _("Role"), _("A role of the company’s own"), place)
    preset = trace.policy.release.presets.get(goal)
    if preset is not None:
        return Station(True, _("Role"), preset.label(language()), place)
    return Station(True, _("Permission"), _permission(trace, goal), place)


def _seat_until(trace: Trace, row: Row) -> str:
    ends = [dated.not_after for dated in trace.dated if dated.row == row]
    end = next(iter(ends), None)
    return _("until %(day)s", day=day(end)) if end else _("without end")


def _state(trace: Trace, user_name: str) -> str:
    words = {
        None: _("not a member"),
        State.OWNER: _("owner"),
        State.ACTIVE: _("active"),
        State.INVITED: _("invited"),
        State.TEMPORARY: _("with a temporary password"),
        State.SUSPENDED: _("suspended"),
        State.DELEGATE: _("delegate"),
    }
    return f"{user_name}, {words[trace.state]}"


def _permission(trace: Trace, name: str) -> str:
    permissions = trace.policy.release.permissions
    if name in permissions:
        return permissions.title(name, language())
    if name == SEATED:
        return _("A seat, or the owner")
    return _("The owner alone") if name == "owner" else _("Every user’s own")


def _service(trace: Trace, service: str) -> Station:
    row = Row("g2", (trace.policy.account, service))
    runs = next((own for own in trace.policy.own if own == row), None)
    if runs is None:
        return Station(False, _("Service"), service, _("not active"))
    return Station(True, _("Service"), service, place_of(runs))
