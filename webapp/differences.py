"""What a change changed, in words: each thing with how it was before and is after."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from authz import OWNER_ROLE, SEATED, Release, State
from authz.storage import ChangeRecord
from webapp.i18n import day, language, moment
from webapp.scopes import scope_in_words

#: A link of the policy: where it starts and where it leads.
Link = tuple[str, str]
#: From when and until when it holds.
Dates = tuple[datetime | None, datetime | None]

_STATES = {
    "owner": _l("Owner"),
    "active": _l("Active"),
    "invited": _l("Invitation pending"),
    "temporary": _l("Temporary password"),
    "suspended": _l("Suspended"),
    "delegate": _l("Accountant"),
}
_PARTS = {
    "account": _l("Service"),
    "reception": _l("Reception"),
    "woocommerce": "WooCommerce",
}
_RIGHTS = {"open": _l("open"), "view": _l("looking"), "change": _l("changing")}
#: Who is in one of these has a seat, and no link to it.
_WAITING = tuple(f"state.{state.value}" for state in (State.INVITED, State.SUSPENDED))
#: They come and go with a user's state, which says it in one word.
_IMPLIED = ("self.", OWNER_ROLE)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing: what it is, how it was, how it is."""

    label: str
    before: str
    after: str


class Differences:
    """Reads history entries for one reader.

    Attributes:
        names: id -> the name people know.
    """

    def __init__(self, release: Release, names: Mapping[str, str]) -> None:
        self._release, self._names = release, names

    def of(self, record: ChangeRecord) -> list[Difference]:
        """Everything an entry changed, most telling first."""
        if record.kind.startswith("credential."):
            return [*_key(record)]
        if record.node.startswith("release."):
            return []
        before, after = _links(record.removed), _links(record.added)
        found = [
            (self._rank(link), self._difference(link, before, after, record))
            for link in dict.fromkeys([*before, *after])
            if not _is_dull(link, before, after)
        ]
        return [
            *_states(before, after, self._names, record),
            *(found for _rank, found in sorted(found, key=lambda pair: pair[0])),
            *_seats(before, after),
        ]

    def _rank(self, link: Link) -> tuple[int, int]:
        """Roles, permissions as in their form, services, where who sits."""
        goal = link[1]
        if goal in self._release.permissions:
            return 1, list(self._release.permissions).index(goal)
        return (2 if ":" in goal else 3 if goal.startswith("s_") else 0), 0

    def _difference(
        self,
        link: Link,
        before: Mapping[Link, Dates],
        after: Mapping[Link, Dates],
        record: ChangeRecord,
    ) -> Difference:
        return Difference(
            self._thing(link, record),
            _holds(before.get(link), record.at) or _keeps(link, before),
            _holds(after.get(link), record.at) or _keeps(link, after),
        )

    def _thing(self, link: Link, record: ChangeRecord) -> str:
        start, goal = link
        if goal in self._release.permissions:
            return self._release.permissions.title(goal, language())
        if ":" in goal:
            return self._service(goal)
        if goal in self._release.presets:
            name = self._release.presets[goal].label(language())
            return _("Role %(name)s", name=name)
        if goal.startswith("s_"):
            name = self._names.get(start, "")
            mine = start == record.node or not name
            return _("Seat") if mine else _("Seat of %(name)s", name=name)
        words = {"r_": _("A role of your own"), "d_": _("Delegation")}
        return words.get(goal[:2], goal)

    def _service(self, name: str) -> str:
        part, _colon, right = name.partition(":")
        modules = self._release.permissions.modules
        known = modules[part].text(language()) if part in modules else part
        return f"{_PARTS.get(part, known)}: {_RIGHTS.get(right, right)}"


def _links(rows: tuple[str, ...]) -> dict[Link, Dates]:
    """The rows of an entry, as the chain covers them: type, values, two dates."""
    found: dict[Link, Dates] = {}
    for text in rows:
        _ptype, start, goal, *_more, begins, ends = json.loads(text)
        found[(start, goal)] = (_instant(begins), _instant(ends))
    return found


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _is_dull(
    link: Link, before: Mapping[Link, Dates], after: Mapping[Link, Dates]
) -> bool:
    """Told in another way, or the same before and after."""
    goal = link[1]
    return (
        goal == SEATED
        or goal.startswith(("state.", *_IMPLIED))
        or before.get(link) == after.get(link)
    )


def _states(
    before: Mapping[Link, Dates],
    after: Mapping[Link, Dates],
    names: Mapping[str, str],
    record: ChangeRecord,
) -> Iterator[Difference]:
    was = {start: goal for start, goal in before if goal.startswith("state.")}
    now = {start: goal for start, goal in after if goal.startswith("state.")}
    for start in dict.fromkeys([*was, *now]):
        name = names.get(start, "")
        mine = start == record.node or not name
        label = _("State") if mine else _("State of %(name)s", name=name)
        gone = _("Removed")
        yield Difference(
            label, _state(was.get(start, "")), _state(now.get(start, "")) or gone
        )


def _state(node: str) -> str:
    name = node.partition(".")[2]
    return str(_STATES.get(name, name))


def _seats(
    before: Mapping[Link, Dates], after: Mapping[Link, Dates]
) -> Iterator[Difference]:
    """How many seats came or went: one seat is like another."""
    counts = Counter(goal for _start, goal in after)
    counts.subtract(goal for _start, goal in before)
    if counts[SEATED]:
        yield Difference(_("Number of seats"), "", f"{counts[SEATED]:+d}")


def _holds(dates: Dates | None, at: datetime) -> str:
    """`yes`, or from when and until when; "" when it does not hold."""
    if dates is None:
        return ""
    begins, ends = dates
    words = []
    if begins is not None and begins > at:
        words.append(_("from %(day)s", day=day(begins)))
    if ends is not None:
        last = ends - timedelta(microseconds=1)  # it ends as the next day begins
        words.append(_("until %(day)s", day=day(last)))
    return " ".join(words) or _("yes")


def _keeps(link: Link, rows: Mapping[Link, Dates]) -> str:
    """`no`; of a seat, that it stays his while his state lets him do nothing there."""
    start, goal = link
    waits = any((start, state) in rows for state in _WAITING)
    return _("kept, without access") if goal.startswith("s_") and waits else _("no")


def _key(record: ChangeRecord) -> Iterator[Difference]:
    """INVARIANT: which other accounts a key is for is told to none of them."""
    if record.kind == "credential.revoked":
        yield Difference(_("The key works"), _("yes"), _("no"))
        return
    if record.kind == "credential.rotated":
        ends = map(datetime.fromisoformat, record.after)
        until = [moment(end, begins=False) for end in ends]
        after = _("until %(day)s", day=until[0]) if until else _("no")
        yield Difference(_("The secret before it works"), _("yes"), after)
        return
    for name in dict.fromkeys([*record.before, *record.after]):
        before = _yes_or_no(name in record.before)
        after = _yes_or_no(name in record.after)
        if not name.startswith("a_") and before != after:
            yield Difference(scope_in_words(name), before, after)


def _yes_or_no(holds: bool) -> str:
    return _("yes") if holds else _("no")
