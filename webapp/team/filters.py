"""What of the users an address asks for, and in which order: each a plain parameter.

Values that mean nothing here are dropped, so that an old bookmark still opens the list.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from authz import OWNER_ROLE, Release, State
from webapp.i18n import today
from webapp.tables import Account, Seat, User
from webapp.team.access import REMOVED, UNDO_LASTS
from webapp.team.ends import END
from webapp.team.holdings import holdings
from webapp.team.modules import permissions_in_view

TABS: dict[str, tuple[str, ...]] = {
    "active": (State.OWNER, State.ACTIVE, State.TEMPORARY),
    "invited": (State.INVITED,),
    "suspended": (State.SUSPENDED,),
    "removed": (REMOVED,),
}
_NAME = func.lower(func.coalesce(func.nullif(User.full_name, ""), User.user_name))
ORDERS: dict[str, ColumnElement[Any]] = {
    "name": _NAME,
    "access": User.last_access_at.desc().nulls_last(),
    "end": END.asc().nulls_last(),
    "created": User.created_at.desc(),
}
#: A preset that no seat is filled from: the owner chose one by one.
OWN = "own"
SOON = timedelta(days=30)
LONG_AGO = timedelta(days=90)
LONGEST_TEXT = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What is looked for; "" leaves a thing open.

    Attributes:
        expiry: `soon` or `ended`, by the day the list shows.
        access: `never`, or `old`: nobody was there for 90 days.
    """

    tab: str = ""
    q: str = ""
    role: str = ""
    permission: str = ""
    module: str = ""
    expiry: str = ""
    access: str = ""
    order: str = "name"

    @property
    def narrows_more(self) -> bool:
        """Whether one of those that stand folded is set."""
        return any((self.permission, self.module, self.expiry, self.access))

    @property
    def narrows(self) -> bool:
        """Whether anybody may be left out beside the tab."""
        return self.narrows_more or bool(self.q or self.role)

    @property
    def parameters(self) -> dict[str, Any]:
        """For links that keep it all."""
        names = ("tab", "q", "role", "permission", "module", "expiry", "access")
        found = {name: getattr(self, name) for name in names if getattr(self, name)}
        return found if self.order == "name" else {**found, "order": self.order}


def read_filters(
    sent: Mapping[str, str], release: Release, account: Account
) -> Filters:
    """From the address, which anybody may have typed."""
    shown = tuple(permissions_in_view(release, account))
    presets = (name for name in release.presets if name != OWNER_ROLE)
    known: dict[str, Collection[str]] = {
        "tab": TABS,
        "role": (*presets, OWN),
        "permission": {permission.name for permission in shown},
        "module": {permission.module for permission in shown},
        "expiry": ("soon", "ended"),
        "access": ("never", "old"),
        "order": ORDERS,
    }
    found = {name: sent[name] for name in known if sent.get(name) in known[name]}
    text = sent.get("q", "").replace("\0", " ").strip()[:LONGEST_TEXT]
    return Filters(q=text, **found)


def found_users(
    session: Session, release: Release, account: Account, filters: Filters
) -> Select[User, Seat]:
    """The users and where they sit, in order; the owner first.

    One reading of the policy rows when it is about permissions, none otherwise.
    """
    query = (
        select(User, Seat)
        .select_from(User)
        .outerjoin(Seat, Seat.user_id == User.id)
        .where(User.account_id == account.id, shown())
    )
    if filters.tab:
        query = query.where(User.state.in_(TABS[filters.tab]))
    if filters.permission or filters.module:
        query = query.where(_holds(session, release, account, filters))
    query = query.where(*_about_rows(filters))
    return query.order_by(User.state != State.OWNER, ORDERS[filters.order], User.id)


def shown() -> ColumnElement[bool]:
    """Whoever was removed is shown while it can be undone."""
    since = datetime.now(UTC) - UNDO_LASTS
    return or_(User.removed_at.is_(None), User.removed_at > since)


def _about_rows(filters: Filters) -> list[ColumnElement[bool]]:
    """What user and seat say by themselves."""
    seen, day = User.last_access_at, today()
    where: dict[tuple[str, str], ColumnElement[bool]] = {
        ("expiry", "soon"): END.between(day, day + SOON),
        ("expiry", "ended"): day > END,
        ("access", "never"): seen.is_(None),
        ("access", "old"): seen < datetime.now(UTC) - LONG_AGO,
    }
    found = [
        condition
        for (name, value), condition in where.items()
        if getattr(filters, name) == value
    ]
    if filters.q:
        columns = (User.full_name, User.user_name, User.email)
        found.append(or_(*(c.icontains(filters.q, autoescape=True) for c in columns)))
    if filters.role:
        found.append(Seat.preset == ("" if filters.role == OWN else filters.role))
    return found


def _holds(
    session: Session, release: Release, account: Account, filters: Filters
) -> ColumnElement[bool]:
    """Who holds the permission, and something of the module; an owner holds all."""
    seats = [
        seat
        for seat, held in holdings(session, account, release).items()
        if filters.permission in ("", *held)
        and filters.module in ("", *_modules(release, held))
    ]
    return or_(User.state == State.OWNER, Seat.id.in_(seats))


def _modules(release: Release, held: Collection[str]) -> set[str]:
    return {release.permissions[name].module for name in held}
