"""The box *Stato servizio*: until when, how much space, how many seats."""

from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from authz import State
from webapp.guard import can
from webapp.i18n import day, distance, today
from webapp.panel.buttons import offer
from webapp.panel.space import shown_bytes
from webapp.tables import Account, Seat, User

#: From these on the box warns (days before the end, share of the space).
WARNS_BEFORE = timedelta(days=60)
WARNS_ABOVE = 0.7


def service_box(session: Session, account: str) -> dict[str, Any] | None:
    """The box, None for whom the seats are not to see."""
    if not can("seat.view_count"):
        return None
    found = session.get_one(Account, account)
    return {**_term(found), **_space(found), **_seats(session, found)}


def _term(account: Account) -> dict[str, str]:
    kind, state, words = (
        "ok",
        _("Active"),
        _("Expires on %(date)s", date=day(account.ends_on)),
    )
    if account.ends_on < today():
        kind, state = "bad", _("Expired")
        words = _("Expired on %(date)s", date=day(account.ends_on))
    elif account.ends_on - today() <= WARNS_BEFORE:
        kind, state = "warn-clock", _("Expires soon")
    names = {"FE": _("Electronic invoicing"), "SR": _("Reception only")}
    return {
        "kind": kind,
        "state": state,
        "name": names[account.edition],
        "expiry": words,
        "distance": distance(account.ends_on),
    }


def _space(account: Account) -> dict[str, Any]:
    fraction = account.used_bytes / account.space_bytes if account.space_bytes else 1.0
    tone = "warn" if fraction >= WARNS_ABOVE else ""
    line = _(
        "%(used)s used of %(total)s",
        used=shown_bytes(account.used_bytes),
        total=shown_bytes(account.space_bytes),
    )
    return {
        "space_line": line,
        "space_fraction": fraction,
        "space_tone": "bad" if account.space_full else tone,
    }


def _seats(session: Session, account: Account) -> dict[str, Any]:
    query = (
        select(Seat.paid_until, User.state)
        .outerjoin(User, User.id == Seat.user_id)
        .where(Seat.account_id == account.id)
        .where(Seat.paid_until >= min(today(), account.ends_on))
    )
    seats = session.execute(query).all()
    taken = [state for _paid, state in seats if state]
    pending = taken.count(State.INVITED)
    free = len(seats) - len(taken)
    line = ngettext("%(num)d free seat", "%(num)d free seats", free)
    if seats:
        until = day(min(paid for paid, _state in seats))
        line = _("%(seats)s, paid until %(date)s.", seats=line, date=until)
    people = url_for("team.index", account=account.id) if can("subuser.list") else None
    add = url_for("team.seats", account=account.id) if can("seat.buy") else ""
    return {
        "used": len(taken) - pending,
        "pending": pending,
        "total": len(seats),
        "seats_line": line,
        "manage_url": people,
        "add": offer("seat.buy", _("Add"), add) if add else None,
    }
