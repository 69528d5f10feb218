"""What of the history an address asks for: who, whom, what, from when to when.

Values that fit nothing find nothing; a date that is none is said to be none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from authz import end_of_day
from authz.storage import HistoryPage
from webapp.extensions import reading
from webapp.tables import User

#: Longer than any id or kind there is.
LONGEST = 120
#: The one choice that stands for everybody who runs Delega.
OPERATORS = "operators"
REFUSED = "refused"
#: Revisions are 64 bits wide; dates have room for a zone on either side.
_REVISIONS = range(2**63)
_YEARS = range(2000, 3000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What is looked for; "" leaves a thing open.

    Attributes:
        user: whom it was done to.
        actor: who did it: an id, `system`, `webhook` or `operators`.
        kind: a kind of change; of refused ones the action that was asked for.
        outcome: `refused` for changes that were asked for and refused.
        since, until: ISO dates, both included.
        problems: what was typed as a date and is none, in words.
    """

    user: str = ""
    actor: str = ""
    kind: str = ""
    outcome: str = ""
    since: str = ""
    until: str = ""
    problems: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether what was refused is looked for, not what was done."""
        return self.outcome == REFUSED

    @property
    def parameters(self) -> dict[str, str]:
        """For links that keep it all."""
        names = ("user", "actor", "kind", "outcome", "since", "until")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def page(self, account: str) -> HistoryPage:
        """What the store is asked for."""
        since = date.fromisoformat(self.since) if self.since else None
        until = date.fromisoformat(self.until) if self.until else None
        return HistoryPage(
            account=account,
            nodes=[self.user] if self.user else None,
            actors=self._actors(),
            kinds=[self.kind] if self.kind else None,
            since=end_of_day(since - timedelta(days=1)) if since else None,
            until=end_of_day(until) if until else None,
        )

    def _actors(self) -> list[str] | None:
        if self.actor != OPERATORS:
            return [self.actor] if self.actor else None
        query = select(User.id).where(User.id.startswith("o_", autoescape=True))
        with reading() as connection:
            return list(connection.scalars(query))


def read_filters(sent: Mapping[str, str]) -> Filters:
    """From the address, which anybody may have typed."""
    names = ("user", "actor", "kind", "outcome")
    found = {name: _plain(sent, name) for name in names}
    days, problems = {}, []
    for name, text in (
        ("since", _("“From” is not a date: choose day, month and year.")),
        ("until", _("“To” is not a date: choose day, month and year.")),
    ):
        typed = _plain(sent, name)
        days[name] = _iso_day(typed)
        if typed and not days[name]:
            problems.append(text)
    return Filters(**found, **days, problems=tuple(problems))


def at_revision(page: HistoryPage, sent: Mapping[str, str]) -> HistoryPage:
    """The page before or after a revision that the address names."""
    before = _revision(sent.get("before", ""))
    after = _revision(sent.get("after", "")) if before is None else None
    return replace(page, before=before, after=after)


def _plain(sent: Mapping[str, str], name: str) -> str:
    return sent.get(name, "").replace("\0", "").strip()[:LONGEST]


def _iso_day(text: str) -> str:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return ""
    return found.isoformat() if found.year in _YEARS else ""


def _revision(text: str) -> int | None:
    """The number, None when it is none that can be."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return int(text) if int(text) in _REVISIONS else None
