"""The list of additional users: tabs, search, order and pages, all plain links."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from authz import OWNER_ROLE, Release, State
from webapp.extensions import enforcer
from webapp.frame import initials
from webapp.i18n import day, distance, language, moment
from webapp.seating import Seats, count_seats
from webapp.tables import Account, Seat, User
from webapp.team.access import REMOVED, UNDO_LASTS

PAGE = 50
TABS: dict[str, tuple[str, ...]] = {
    "active": (State.OWNER, State.ACTIVE, State.TEMPORARY),
    "invited": (State.INVITED,),
    "suspended": (State.SUSPENDED,),
    "removed": (REMOVED,),
}
ORDERS = {"name": User.folded_name, "access": User.last_access_at.desc()}
_TONES = ("brand", "ok", "warn")


def listing(
    session: Session, account: Account, *, may_create: Any, may_buy: Any
) -> dict[str, Any]:
    """What team/list.html draws."""
    tab = request.args.get("tab", "active")
    tab = tab if tab in TABS else "active"
    seats = count_seats(session, account)
    release = enforcer().release()
    rows = session.execute(_query(account.id, tab)).all()
    page = max(request.args.get("page", 1, type=int), 1)
    here = rows[(page - 1) * PAGE : page * PAGE]
    return {
        "trail": [],
        "create": _create(account.id, seats, may_create),
        "consequence": _consequence(seats) if may_create and seats.free else None,
        "used": seats.used,
        "pending": seats.pending,
        "total": seats.total,
        "seats_line": _seats_line(account, seats),
        "buy": may_buy and _action(_("Add seats"), "seats.cart", account.id),
        "tabs": _tabs(session, account.id, tab),
        "query": request.args.get("q", ""),
        "roles": _roles(release),
        "orders": _orders(),
        "search_url": url_for("team.index", account=account.id),
        "hidden": [("tab", tab)],
        "people": [_person(account, release, user, seat) for user, seat in here],
        "empty": {
            "title": _("Nobody here"),
            "text": _("No user fits what you are looking for."),
        },
        "foot": None,
        "export_url": url_for("team.export", account=account.id),
        "pager": _pager(account.id, page, len(rows)),
    }


def _query(account: str, tab: str) -> Select[User, Seat]:
    text = request.args.get("q", "").replace("\0", "").strip()
    query = (
        select(User, Seat)
        .outerjoin(Seat, Seat.user_id == User.id)
        .where(User.account_id == account, User.state.in_(TABS[tab]), _shown())
    )
    if text:
        columns = (User.full_name, User.user_name, User.email)
        query = query.where(or_(*(c.icontains(text, autoescape=True) for c in columns)))
    role = request.args.get("role", "").replace("\0", "")
    if role:
        query = query.where(Seat.preset == ("" if role == "own" else role))
    order = ORDERS.get(request.args.get("order", "name"), User.folded_name)
    return query.order_by((User.state != State.OWNER), order)


def _shown() -> ColumnElement[bool]:
    """Whoever was removed is shown while it can be undone."""
    since = datetime.now(UTC) - UNDO_LASTS
    return or_(User.removed_at.is_(None), User.removed_at > since)


def _person(
    account: Account, release: Release, user: User, seat: Seat | None
) -> dict[str, Any]:
    owner = user.state == State.OWNER
    me = _("%(name)s (you)", name=user.shown_name) if owner else user.shown_name
    ends = seat.paid_until if seat else None
    return {
        "name": me,
        "url": None
        if owner
        else url_for("team.user", account=account.id, user=user.id),
        "email": user.email,
        "initials": initials(user.shown_name),
        "tone": "neutral" if owner else _TONES[sum(user.id.encode()) % len(_TONES)],
        "role": _("Owner") if owner else role_label(release, seat),
        "role_line": _("Can do everything") if owner else role_line(release, seat),
        "state": state_chip(user),
        "state_line": "",
        "access": moment(user.last_access_at) or _("Never"),
        "access_line": "",
        "expiry": _("Never") if owner else day(ends),
        "expiry_line": distance(ends) if ends else "",
        "action": None
        if owner or seat is None
        else {
            "label": _("Permissions"),
            "url": url_for("team.permissions", account=account.id, user=user.id),
        },
        "aside": _("Uses no seat") if owner else None,
    }


def state_chip(user: User) -> dict[str, str]:
    """The state as a word and a shape."""
    words = {
        State.INVITED: ("warn-clock", _("Invitation pending")),
        State.SUSPENDED: ("paused", _("Suspended")),
        State.TEMPORARY: ("warn-clock", _("Temporary password")),
        REMOVED: ("bad", _("Removed")),
    }
    kind, text = words.get(user.state, ("ok", _("Active")))
    return {"kind": kind, "text": text}


def role_label(release: Release, seat: Seat | None) -> str:
    """The preset by its name, or that the owner chose one by one."""
    if seat is None:
        return "-"
    preset = release.presets.get(seat.preset)
    return preset.label(language()) if preset else _("Own choice")


def role_line(release: Release, seat: Seat | None) -> str:
    """What the preset is for."""
    if seat is None:
        return ""
    preset = release.presets.get(seat.preset)
    return preset.meaning(language()) if preset else _("Chosen one by one")


def _consequence(seats: Seats) -> str:
    return ngettext(
        "uses the %(num)d free seat", "uses 1 of the %(num)d free seats", seats.free
    )


def _seats_line(account: Account, seats: Seats) -> str:
    free = ngettext("%(num)d seat free", "%(num)d seats free", seats.free)
    waiting = ngettext(
        "%(num)d invitation pending", "%(num)d invitations pending", seats.pending
    )
    none = _("no invitation pending")
    paid = _(
        "Seats are good until %(day)s: after that, those who hold one can only look.",
        day=day(account.ends_on),
    )
    return f"{free}, {waiting if seats.pending else none}. {paid}"


def _create(account: str, seats: Seats, may_create: Any) -> dict[str, Any] | None:
    """Without a free seat the button leads to buying one, never to an error."""
    if may_create and seats.free:
        return _action(_("Create user"), "team.create", account)
    if may_create:
        return _action(_("Buy a seat"), "seats.cart", account)
    if may_create.inert:
        return {
            **_action(_("Create user"), "team.create", account),
            "reason": may_create.text(language()),
        }
    return None


def _action(label: str, endpoint: str, account: str) -> dict[str, Any]:
    return {"label": label, "url": url_for(endpoint, account=account), "reason": None}


def _tabs(
    session: Session, account: str, current: str
) -> list[tuple[str, str, int, bool]]:
    query = select(User.state, func.count()).where(User.account_id == account, _shown())
    states = session.execute(query.group_by(User.state))
    counts: dict[str, int] = {row[0]: row[1] for row in states}
    labels = {
        "active": _("Active users"),
        "invited": _("Invitations"),
        "suspended": _("Suspended users"),
        "removed": _("Removed users"),
    }
    return [
        (
            labels[name],
            url_for("team.index", account=account, tab=name),
            sum(counts.get(state, 0) for state in states if state is not State.OWNER),
            name == current,
        )
        for name, states in TABS.items()
    ]


def _roles(release: Release) -> list[tuple[str, str, bool]]:
    chosen = request.args.get("role", "")
    presets = [p for p in release.presets.values() if p.name != OWNER_ROLE]
    options = [("", _("All"))]
    options += [(preset.name, preset.label(language())) for preset in presets]
    options.append(("own", _("Own choice")))
    return [(value, label, value == chosen) for value, label in options]


def _orders() -> list[tuple[str, str, bool]]:
    chosen = request.args.get("order", "name")
    labels = {"name": _("Name"), "access": _("Last access")}
    return [(value, label, value == chosen) for value, label in labels.items()]


def _pager(account: str, page: int, total: int) -> dict[str, Any] | None:
    if total <= PAGE:
        return None
    arguments = request.args.to_dict()

    def url(number: int) -> str:
        here = url_for("team.index", account=account)
        return f"{here}?{urlencode({**arguments, 'page': number})}"

    last = min(page * PAGE, total)
    return {
        "previous_url": url(page - 1) if page > 1 else None,
        "next_url": url(page + 1) if last < total else None,
        "label": _("%(a)d-%(b)d of %(n)d", a=(page - 1) * PAGE + 1, b=last, n=total),
    }
