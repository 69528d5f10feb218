"""What seats/order.html and the rows of orders show."""

from collections.abc import Iterable
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from webapp.buttons import offer
from webapp.i18n import day, today
from webapp.seats.cart import Line
from webapp.seats.mails import transfer_reason
from webapp.seats.orders import OrderState, state_of, total_cents
from webapp.seats.prices import price_list
from webapp.seats.tables import Order, OrderLine
from webapp.seats.words import cents, line_words
from webapp.tables import Account

_CHIPS = {
    OrderState.AWAITING_PAYMENT: "warn-clock",
    OrderState.AWAITING_ACTIVATION: "new",
    OrderState.ACTIVE: "ok",
    OrderState.EXPIRED: "neutral",
    OrderState.CANCELLED: "bad",
}


def state_chip(order: Order) -> dict[str, str]:
    """The order's state as a word and a shape."""
    state = state_of(order, today())
    words = {
        OrderState.AWAITING_PAYMENT: _("Waiting for payment"),
        OrderState.AWAITING_ACTIVATION: _("Waiting to begin"),
        OrderState.ACTIVE: _("Active"),
        OrderState.EXPIRED: _("Expired"),
        OrderState.CANCELLED: _("Cancelled"),
    }
    return {"kind": _CHIPS[state], "text": words[state]}


def order_row(account: Account, order: Order) -> dict[str, Any]:
    """One line of the list of orders."""
    waits = state_of(order, today()) is OrderState.AWAITING_PAYMENT
    return {
        "name": _("Order %(number)s", number=order.number),
        "url": url_for("seats.order", account=account.id, number=order.number),
        "what": ", ".join(
            line_words(line, account.edition)["what"] for line in order.lines
        ),
        "date": day(order.placed_at),
        "total": cents(total_cents(order)),
        "state": state_chip(order),
        "label": _("Pay") if waits else _("Open"),
    }


def order_page(session: Session, found: Order) -> dict[str, Any]:
    """What seats/order.html shows."""
    account = session.get_one(Account, found.account_id)
    waits = state_of(found, today()) is OrderState.AWAITING_PAYMENT
    cancel = url_for("seats.cancel_order", account=account.id, number=found.number)
    return {
        "trail": trail(account.id),
        "name": _("Order %(number)s", number=found.number),
        "placed": _("Sent on %(day)s", day=day(found.placed_at)),
        "state": state_chip(found),
        **sums(found.lines, found.net_cents, found.vat_cents, account.edition),
        "pay": _pay(found) if waits else None,
        "paid": _("Payment registered on %(day)s", day=day(found.paid_at))
        if found.paid_at
        else None,
        "cancel": offer("seat.buy", _("Cancel the order"), cancel) if waits else None,
        "area_url": url_for("seats.area", account=account.id),
        "csrf": generate_csrf(),
    }


def _pay(found: Order) -> dict[str, Any]:
    prices = price_list()
    spaced = " ".join(prices.iban[i : i + 4] for i in range(0, len(prices.iban), 4))
    demo = current_app.config["DELEGA"].demo
    return {
        "facts": [
            (_("Amount"), cents(total_cents(found))),
            (_("Beneficiary"), prices.beneficiary),
            (_("IBAN"), spaced),
            (_("Transfer reason"), transfer_reason(found)),
            (_("To be paid by"), day(found.pay_by)),
        ],
        "simulate_url": url_for("demo.pay", number=found.number) if demo else None,
    }


def sums(
    lines: Iterable[Line | OrderLine], net: int, vat: int, edition: str
) -> dict[str, Any]:
    """Lines and amounts."""
    return {
        "lines": [line_words(line, edition) for line in lines],
        "net": cents(net),
        "vat": cents(vat),
        "total": cents(net + vat),
    }


def trail(account: str) -> list[tuple[str, str]]:
    """The path above the titles."""
    return [(_("Customer area"), url_for("seats.area", account=account))]
