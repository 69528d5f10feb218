"""The seats above the list: how many, until when, and what creating a user takes."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.i18n import day, language, today
from webapp.seating import Seats
from webapp.tables import Account


def meter(
    account: Account, seats: Seats, *, may_create: Any, may_buy: Any
) -> dict[str, Any]:
    """What the head of team/list.html draws."""
    return {
        "create": _create(account.id, seats, may_create),
        "consequence": _consequence(seats) if may_create and seats.free else None,
        "used": seats.used,
        "pending": seats.pending,
        "total": seats.total,
        "ending": seats.ending,
        "seats_line": _seats_line(account, seats),
        "promise": _promise(account, seats),
        "buy": may_buy and _action(_("Add seats"), "seats.cart", account.id),
    }


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


def _promise(account: Account, seats: Seats) -> dict[str, str] | None:
    """Why nobody can be added while a renewal for fewer seats waits for its payment."""
    promise = account.promise(today())
    if promise is None or seats.free:
        return None
    return {
        "text": ngettext(
            "A renewal for %(num)d seat is under way: cancel it or pay it to have more.",
            "A renewal for %(num)d seats is under way: cancel it or pay it to have"
            " more.",
            promise,
        ),
        "label": _("Go to the customer area"),
        "url": url_for("seats.area", account=account.id),
    }


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
