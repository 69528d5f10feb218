"""The box *Stato servizio*: until when, how much space, how many seats."""

from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from webapp.buttons import offer
from webapp.guard import can
from webapp.i18n import day, distance, today
from webapp.panel.space import shown_bytes
from webapp.seat_ends import seat_ends
from webapp.seating import count_seats
from webapp.tables import Account

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
    seats = count_seats(session, account)
    line = ngettext("%(num)d free seat", "%(num)d free seats", seats.free)
    if seats.total:
        line = _(
            "%(seats)s, paid until %(date)s.", seats=line, date=day(account.ends_on)
        )
    people = url_for("team.index", account=account.id) if can("subuser.list") else None
    add = url_for("seats.cart", account=account.id) if can("seat.buy") else ""
    return {
        "used": seats.used,
        "pending": seats.pending,
        "total": seats.total,
        "ending": seats.ending,
        "seats_line": line,
        "seat_ends": seat_ends(session, account),
        "manage_url": people,
        "add": offer("seat.buy", _("Add"), add) if add else None,
    }
