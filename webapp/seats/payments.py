"""Payments as those see them who register them: operator, command line, webhook."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from authz import ROME
from webapp.extensions import db
from webapp.people import is_shown_name
from webapp.seats.orders import (
    OrderCancelledError,
    UnknownOrderError,
    WrongAmountError,
    open_orders,
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
    WRONG_AMOUNT = "wrong_amount"


@dataclass(frozen=True, kw_only=True, slots=True)
class Payable:
    """An order as a page shows it.

    Attributes:
        state: `waiting`, `paid` or `cancelled`.
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
    paid_at: datetime | None
    reference: str


def waiting() -> list[Payable]:
    """Every order that waits for its payment, oldest first."""
    session = db.session()
    return _shown(session, open_orders(session))


def registered(most: int) -> list[Payable]:
    """The payments registered last, newest first."""
    query: Select[Order] = select(Order).where(Order.paid_at.is_not(None))
    newest = query.order_by(Order.paid_at.desc(), Order.number.desc()).limit(most)
    session = db.session()
    return _shown(session, session.scalars(newest).all())


def find(number: int) -> Payable | None:
    """The order of that number, whatever its state."""
    if number > LARGEST:
        return None
    session = db.session()
    found = session.get(Order, number)
    return _payable(session, found) if found else None


def register(
    number: int, *, reference: str, actor: str, cents: int | None = None
) -> Outcome:
    """Register a payment, in a transaction of its own; registered twice, it is once."""
    try:
        taken = take_payment(number, reference=reference, actor=actor, cents=cents)
    except UnknownOrderError:
        return Outcome.UNKNOWN
    except OrderCancelledError:
        return Outcome.CANCELLED
    except WrongAmountError:
        return Outcome.WRONG_AMOUNT
    return Outcome.REGISTERED if taken.is_new else Outcome.BEFORE


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
    return "waiting" if order.paid_at is None else "paid"


def _shown(session: Session, orders: Iterable[Order]) -> list[Payable]:
    return [_payable(session, order) for order in orders]


def _payable(session: Session, order: Order) -> Payable:
    account = session.get_one(Account, order.account_id)
    lines = (line_words(line, account.edition) for line in order.lines)
    return Payable(
        number=order.number,
        company=account.name,
        state=state(order),
        ordered=["{what}, {period}".format(**line) for line in lines],
        total=cents(total_cents(order)),
        placed_on=order.placed_at.astimezone(ROME).date(),
        paid_at=order.paid_at,
        reference=order.payment_reference,
    )
