"""Payments as those see them who register them: operator, command line, webhook."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from flask import current_app
from sqlalchemy import ColumnElement, Select, func, select

from authz import ROME
from webapp.extensions import db
from webapp.i18n import today
from webapp.people import is_shown_name
from webapp.seats.orders import (
    OrderCancelledError,
    OrderLapsedError,
    UnknownOrderError,
    WrongAmountError,
    take_payment,
    total_cents,
)
from webapp.seats.tables import Order
from webapp.seats.words import cents, line_words
from webapp.tables import Account

#: No order has a larger number, and both databases can be asked about this one.
LARGEST = 2**53
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,8})\.([0-9]{2})")


class Outcome(StrEnum):
    """What came of registering a payment; all but the first changed nothing."""

    REGISTERED = "registered"
    BEFORE = "before"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    WRONG_AMOUNT = "wrong_amount"


@dataclass(frozen=True, kw_only=True, slots=True)
class Payable:
    """An order as a page shows it.

    Attributes:
        state: `waiting`, `paid`, `cancelled` or `lapsed`.
        ordered: one line a thing, in the reader's language.
        total: with VAT, already formatted.
        placed_on: the day it was in Rome.
    """

    number: int
    company: str
    state: str
    ordered: list[str]
    total: str
    placed_on: date
    pay_by: date
    paid_at: datetime | None
    reference: str


def waiting(start: int, most: int) -> list[Payable]:
    """Orders that wait for their payment, oldest first, from a place on."""
    query = _orders().where(*_waits()).order_by(Order.number)
    return _shown(query.offset(start).limit(most))


def count_waiting() -> int:
    """How many wait in all."""
    query = select(func.count()).select_from(Order).where(*_waits())
    return db.session.scalar(query) or 0


def registered(most: int) -> list[Payable]:
    """The payments registered last, newest first."""
    query = _orders().where(Order.paid_at.is_not(None))
    newest = query.order_by(Order.paid_at.desc(), Order.number.desc())
    return _shown(newest.limit(most))


def find(number: int) -> Payable | None:
    """The order of that number, whatever its state."""
    if number > LARGEST:
        return None
    found = _shown(_orders().where(Order.number == number))
    return found[0] if found else None


def register(
    number: int, *, reference: str, actor: str, cents: int | None = None
) -> Outcome:
    """Register a payment, in a transaction of its own; registered twice, it is once."""
    try:
        taken = take_payment(number, reference=reference, actor=actor, cents=cents)
    except UnknownOrderError:
        return Outcome.UNKNOWN
    except OrderLapsedError:
        return Outcome.LAPSED
    except OrderCancelledError:
        return Outcome.CANCELLED
    except WrongAmountError:
        return Outcome.WRONG_AMOUNT
    if taken.is_new:
        return Outcome.REGISTERED
    tell_paid_twice(number, reference)
    return Outcome.BEFORE


def tell_paid_twice(number: int, reference: str) -> str:
    """The reference a paid order has, if it is not this one; "" if it is.

    Two references are two payments: somebody has money to give back, so a line is left.
    """
    query = select(Order.payment_reference).where(Order.number == number)
    before = db.session.scalar(query) or ""
    if before in ("", reference):
        return ""
    said = "order %s was paid before, with the reference %s; paid again with %s"
    current_app.logger.warning(said, number, before, reference)
    return before


def read_cents(text: str) -> int | None:
    """Cents of `123.45`; None when it is written in any other way."""
    found = _AMOUNT.fullmatch(text)
    return int(found[1] + found[2]) if found else None


def is_reference(text: str) -> bool:
    """Whether it can be kept as a payment's own name: a line that can be shown."""
    return bool(text.strip()) and is_shown_name(text)


def state(order: Order) -> str:
    """How the order stands for whoever registers payments."""
    if order.cancelled_at is not None:
        return "cancelled"
    if order.paid_at is not None:
        return "paid"
    return "waiting" if order.pay_by >= today() else "lapsed"


def _orders() -> Select[Order, str, str]:
    """Orders with whose they are: one question, however many there are."""
    names = (Account.name, Account.edition)
    return select(Order, *names).join(Account, Account.id == Order.account_id)


def _waits() -> tuple[ColumnElement[bool], ...]:
    unpaid = (Order.paid_at.is_(None), Order.cancelled_at.is_(None))
    return (*unpaid, Order.pay_by >= today())


def _shown(query: Select[Order, str, str]) -> list[Payable]:
    return [_payable(*row) for row in db.session.execute(query)]


def _payable(order: Order, company: str, edition: str) -> Payable:
    lines = (line_words(line, edition) for line in order.lines)
    return Payable(
        number=order.number,
        company=company,
        state=state(order),
        ordered=["{what}, {period}".format(**line) for line in lines],
        total=cents(total_cents(order)),
        placed_on=order.placed_at.astimezone(ROME).date(),
        pay_by=order.pay_by,
        paid_at=order.paid_at,
        reference=order.payment_reference,
    )
