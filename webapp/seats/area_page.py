"""What seats/area.html shows of an account; views decide, this only words."""

from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from authz import ADD_ONS, Edition
from webapp.buttons import Action, offer
from webapp.i18n import day, distance, today
from webapp.seat_ends import seat_ends
from webapp.seating import count_seats
from webapp.seats.cart import Bought
from webapp.seats.order_pages import order_row
from webapp.seats.orders import OrderState, bought, orders_of, state_of
from webapp.seats.prices import price_list
from webapp.seats.tables import Order
from webapp.seats.words import cents, edition_name, module_name
from webapp.tables import Account, AccountModule

#: What the pages' buttons need.
ASKED = (
    "seat.buy",
    "service.renew",
    "module.buy",
    "module.disable",
    "subuser.list",
)
#: A module, and the one that works on it alone.
BASE, ON_IT = "documents", "woocommerce"


def area_page(session: Session, account: Account) -> dict[str, Any]:
    """What seats/area.html shows."""
    found = orders_of(session, account.id)
    waiting = [
        order
        for order in found
        if state_of(order, today()) is OrderState.AWAITING_PAYMENT
    ]
    return {
        "service": service(account),
        "main": _main(account, waiting),
        "seats": _seats(session, account),
        "modules": _modules(session, account),
        "orders": [order_row(account, order) for order in found],
        "csrf": generate_csrf(),
    }


def hangs_on(account: Account, module: str) -> AccountModule | None:
    """The module that would end with this one, if it is to go on by itself."""
    there = {row.module: row for row in account.modules}
    found = there.get(ON_IT) if module == BASE else None
    if found is None or not found.renews:
        return None
    return found if found.ends_on >= min(today(), account.ends_on) else None


def _main(account: Account, waiting: list[Order]) -> Action | None:
    """The page's one action: pay what waits, else renew."""
    if waiting:
        (order,) = waiting
        label = _("Pay the order %(number)s", number=order.number)
        url = url_for("seats.order", account=account.id, number=order.number)
        return Action(label=label, url=url)
    ended = account.ends_on < today()
    label = _("Reactivate the service") if ended else _("Renew")
    url = url_for("seats.renew", account=account.id)
    return offer("service.renew", label, url)


def service(account: Account) -> dict[str, Any]:
    """The service: its state, its end, and what happens then."""
    ends = account.ends_on
    closes = day(account.contract().closes_at - timedelta(seconds=1))
    if ends >= today():
        kind, state = "ok", _("Active")
        until = _("Paid until %(day)s", day=day(ends))
        after = _(
            "After that, for 90 days one can only look and download; after %(day)s"
            " everything is deleted.",
            day=closes,
        )
    else:
        kind, state = "bad", _("Expired")
        until = _("Expired on %(date)s", date=day(ends))
        after = _(
            "Until %(day)s one can look and download; after that, everything is"
            " deleted.",
            day=closes,
        )
    return {
        "kind": kind,
        "state": state,
        "name": edition_name(account.edition),
        "until": until,
        "distance": distance(ends),
        "after": after,
    }


def _seats(session: Session, account: Account) -> dict[str, Any]:
    seats = count_seats(session, account)
    line = ngettext("%(num)d free seat", "%(num)d free seats", seats.free)
    if seats.pending:
        line += ", " + ngettext(
            "%(num)d invitation pending", "%(num)d invitations pending", seats.pending
        )
    promise = account.promise(today())
    if promise is not None:
        line += ". " + ngettext(
            "The renewal under way is for %(num)d seat.",
            "The renewal under way is for %(num)d seats.",
            promise,
        )
    add = url_for("seats.cart", account=account.id)
    users = url_for("team.index", account=account.id)
    return {
        "seats": seats,
        "line": line,
        "ends": seat_ends(session, account),
        "add": offer("seat.buy", _("Add a user"), add),
        "change": offer("subuser.list", _("Manage the users"), users),
    }


def _modules(session: Session, account: Account) -> list[dict[str, Any]]:
    there = bought(session, account)
    rows = {module.module: module for module in account.modules}
    return [
        {
            "name": module_name(name),
            "price": _("%(price)s a year", price=cents(price_list().yearly[name])),
            **_module_state(account, rows.get(name)),
            "buy": _buy(account, name, there) if there.offers(name) else None,
        }
        for name in ADD_ONS
        if account.edition == Edition.FE
    ]


def _buy(account: Account, name: str, there: Bought) -> Action | None:
    url = url_for("seats.cart", account=account.id, module=name)
    label = _("Extend") if there.runs(name, today()) else _("Buy")
    return offer("module.buy", label, url)


def _module_state(account: Account, row: AccountModule | None) -> dict[str, Any]:
    nothing = {"switch": None, "asks": False}
    if row is None:
        return {"kind": None, "state": _("Not bought"), "line": "", **nothing}
    if row.ends_on < min(today(), account.ends_on):
        line = _("ended on %(day)s; its permissions sleep", day=day(row.ends_on))
        return {"kind": "bad", "state": _("Ended"), "line": line, **nothing}
    endpoint, label = (
        ("seats.stop", _("Do not renew"))
        if row.renews
        else ("seats.resume", _("Renew it after all"))
    )
    url = url_for(endpoint, account=account.id, module=row.module)
    kind, state = ("ok", _("Active")) if row.renews else ("warn-clock", _("Ends"))
    line = day(row.ends_on)
    if row.ends_on < account.ends_on:
        kind, line = "warn-clock", _("%(day)s, before the service", day=line)
        state = _("Ends sooner") if row.renews else state
    return {
        "kind": kind,
        "state": state,
        "line": line,
        "switch": offer("module.disable", label, url),
        "asks": row.renews and hangs_on(account, row.module) is not None,
    }
