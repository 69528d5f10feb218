"""The list of additional users: tabs, filters, order and pages, all plain links."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from authz import Release, State
from webapp.extensions import enforcer
from webapp.frame import initials
from webapp.i18n import moment
from webapp.seat_ends import seat_ends
from webapp.seating import count_seats
from webapp.tables import Account, Seat, User
from webapp.team.ends import end_words, has_ended
from webapp.team.filter_form import filter_form, page_url
from webapp.team.filters import TABS, Filters, found_users, read_filters, shown
from webapp.team.invitations import Invitation, invitation_line, invitations
from webapp.team.meter import meter
from webapp.team.wording import role_label, role_line, state_chip

PAGE = 50
_TONES = ("brand", "ok", "warn")


def listing(
    session: Session, account: Account, *, may_create: Any, may_buy: Any
) -> dict[str, Any]:
    """What team/list.html draws."""
    release = enforcer().release()
    filters = read_filters(request.args, release, account)
    filters = replace(filters, tab=filters.tab or "active")
    seats = count_seats(session, account)
    query = found_users(session, release, account, filters)
    total = _count(session, query)
    page = min(max(request.args.get("page", 1, type=int), 1), -(-total // PAGE) or 1)
    rows = session.execute(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    invited = [user.id for user, _seat in rows if user.state == State.INVITED]
    waiting = invitations(session, invited)
    return {
        **meter(account, seats, may_create=may_create, may_buy=may_buy),
        "seat_ends": seat_ends(session, account),
        "tabs": _tabs(session, account.id, filters.tab),
        "filters": filter_form(release, account, filters, total),
        "people": [_person(session, release, u, s, waiting) for u, s in rows],
        "empty": {
            "title": _("Nobody here"),
            "text": _("No user fits what you are looking for."),
        },
        "foot": _foot(filters) if rows else None,
        "export_url": url_for("team.export", account=account.id, **filters.parameters),
        "pager": _pager(account.id, filters, page, total),
    }


def _count(session: Session, query: Select[User, Seat]) -> int:
    counting = query.with_only_columns(func.count(), maintain_column_froms=True)
    return session.scalar(counting.order_by(None)) or 0


def _person(
    session: Session,
    release: Release,
    user: User,
    seat: Seat | None,
    waiting: Mapping[str, Invitation],
) -> dict[str, Any]:
    if user.state == State.OWNER:
        return {**_everybody(user), **_owner(user)}
    here: dict[str, Any] = {"account": user.account_id, "user": user.id}
    expiry, line = end_words(user, seat) if seat else ("", "")
    return {
        **_everybody(user),
        "url": url_for("team.user", **here),
        "tone": _TONES[sum(user.id.encode()) % len(_TONES)],
        "role": role_label(release, seat),
        "role_line": role_line(release, seat),
        "state": state_chip(user, ended=has_ended(session, user, seat)),
        "state_line": invitation_line(waiting[user.id]) if user.id in waiting else "",
        "expiry": expiry,
        "expiry_line": line,
        "action": {
            "label": _("Permissions"),
            "url": url_for("team.permissions", **here),
        }
        if seat
        else None,
    }


def _everybody(user: User) -> dict[str, Any]:
    return {
        "name": user.shown_name,
        "email": user.email,
        "initials": initials(user.shown_name),
        "access": moment(user.last_access_at) or _("Never"),
        "access_line": "",
        "aside": None,
    }


def _owner(user: User) -> dict[str, Any]:
    return {
        "name": _("%(name)s (you)", name=user.shown_name),
        "url": None,
        "tone": "neutral",
        "role": _("Owner"),
        "role_line": _("Can do everything"),
        "state": state_chip(user),
        "state_line": "",
        "expiry": _("Never"),
        "expiry_line": "",
        "action": None,
        "aside": _("Uses no seat"),
    }


def _tabs(
    session: Session, account: str, current: str
) -> list[tuple[str, str, int, bool]]:
    query = select(User.state, func.count()).where(User.account_id == account, shown())
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


def _foot(filters: Filters) -> str | None:
    if filters.tab != "invited":
        return None
    return _(
        "An invitation keeps its seat, also when its link has expired: send the link"
        " again, or remove the user to free the seat."
    )


def _pager(
    account: str, filters: Filters, page: int, total: int
) -> dict[str, Any] | None:
    if total <= PAGE:
        return None
    last = min(page * PAGE, total)
    return {
        "previous_url": page_url(account, filters, page - 1) if page > 1 else None,
        "next_url": page_url(account, filters, page + 1) if last < total else None,
        "label": _("%(a)d-%(b)d of %(n)d", a=(page - 1) * PAGE + 1, b=last, n=total),
    }
