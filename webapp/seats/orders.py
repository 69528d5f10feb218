"""Orders: placed, cancelled, paid. Nothing counts before the payment is registered."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from authz import AuthzError, Edition, UnknownNameError
from webapp.extensions import begin_write, db, editor
from webapp.opening import add_seats
from webapp.seating import counted_seats, sittings, taken_seats
from webapp.seats.cart import SEAT, SERVICE, Bought, Line, Module
from webapp.seats.mails import mail_payment, mail_placed
from webapp.seats.prices import Prices
from webapp.seats.tables import Order, OrderLine
from webapp.tables import Account, AccountModule

PURCHASE, RENEWAL = "purchase", "renewal"


class UnknownOrderError(UnknownNameError):
    """There is no order of that number."""


class OrderCancelledError(AuthzError):
    """The order was cancelled: what it gave is no longer promised."""


class OrderWaitsError(AuthzError):
    """Another order of the account waits for its payment: pay or cancel it first."""


class OrderPaidError(AuthzError):
    """The order is paid: it can not be cancelled."""


class WrongAmountError(AuthzError):
    """The amount paid is not the order's."""


class OrderState(StrEnum):
    """Where an order stands; read from its dates, never stored."""

    AWAITING_PAYMENT = "awaiting_payment"
    AWAITING_ACTIVATION = "awaiting_activation"
    ACTIVE = "active"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What registering a payment did; not `is_new`: it had been registered before."""

    number: int
    account: str
    is_new: bool
    revision: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What an owner wants: `purchase` or `renewal`, its lines, and their prices."""

    kind: str
    lines: Sequence[Line]
    prices: Prices

    @property
    def net_cents(self) -> int:
        """Without VAT."""
        return sum(line.net_cents for line in self.lines)

    @property
    def vat_cents(self) -> int:
        """The VAT on it."""
        return self.prices.vat(self.net_cents)

    @property
    def total_cents(self) -> int:
        """What is to be paid."""
        return self.net_cents + self.vat_cents


def bought(session: Session, account: Account) -> Bought:
    """What the account has, as a cart counts it."""
    return Bought(
        edition=Edition(account.edition),
        ends_on=account.ends_on,
        modules={
            module.module: Module(ends_on=module.ends_on, renews=module.renews)
            for module in account.modules
        },
        seats=tuple(seat.paid_until for seat in counted_seats(session, account)),
        users=taken_seats(session, account),
    )


def place(session: Session, account: Account, wish: Wish, actor: str) -> Order:
    """Write an order and its mail, in a transaction begun for the account.

    Raises:
        OrderWaitsError: another one waits.
    """
    if waiting_order(session, account.id) is not None:
        raise OrderWaitsError("another order waits: pay it or cancel it first")
    order = Order(
        account_id=account.id,
        kind=wish.kind,
        placed_at=datetime.now(UTC),
        placed_by=actor,
        net_cents=wish.net_cents,
        vat_cents=wish.vat_cents,
        payment_reference="",
        lines=[
            OrderLine(position=position, **asdict(line))
            for position, line in enumerate(wish.lines)
        ],
    )
    if order.kind == RENEWAL:
        account.seats_promised = seats_of(order)
    session.add(order)
    session.flush()
    mail_placed(session, order, wish.prices)
    return order


def cancel(session: Session, order: Order) -> None:
    """Forget an order that nobody paid; cancelling twice is cancelling once.

    Raises:
        OrderPaidError: it is paid.
    """
    if order.paid_at is not None:
        raise OrderPaidError(f"order {order.number} is paid")
    if order.cancelled_at is None:
        order.cancelled_at = datetime.now(UTC)
        session.get_one(Account, order.account_id).seats_promised = None


def take_payment(
    number: int, *, reference: str, actor: str, cents: int | None = None
) -> Taken:
    """Register a payment: from now on seats and dates count. A whole transaction.

    `reference` is the payment's own name, `cents` the amount where it says one.

    Raises:
        UnknownOrderError, OrderCancelledError, WrongAmountError: nothing was changed.
    """
    account = db.session.scalar(select(Order.account_id).where(Order.number == number))
    if account is None:
        raise UnknownOrderError("order", str(number), "see `delega orders list`")
    session = begin_write(account, policy=True)
    order = session.get_one(Order, number, populate_existing=True)
    try:
        _require_payable(order, cents)
    except AuthzError:
        session.rollback()
        raise
    if order.paid_at is not None:
        session.rollback()
        return Taken(number=number, account=account, is_new=False)
    order.paid_at, order.payment_reference = datetime.now(UTC), reference
    revision = _activate(session, order, actor)
    mail_payment(session, order)
    session.commit()
    return Taken(number=number, account=account, is_new=True, revision=revision)


def _require_payable(order: Order, cents: int | None) -> None:
    if order.cancelled_at is not None:
        raise OrderCancelledError(f"order {order.number} was cancelled")
    if cents is not None and cents != total_cents(order):
        said = f"order {order.number} is of {total_cents(order)} cents, not {cents}"
        raise WrongAmountError(said)


def _activate(session: Session, order: Order, actor: str) -> int:
    """What the order gives; answers the last revision it made."""
    account = session.get_one(Account, order.account_id)
    account.seats_promised = None
    there = iter(counted_seats(session, account))
    for line in order.lines:
        if line.product == SERVICE:
            account.ends_on = max(account.ends_on, line.ends_on)
        elif line.product != SEAT:
            _extend_module(session, account, line)
        elif not line.adds:
            for seat in islice(there, line.quantity):
                seat.paid_until = max(seat.paid_until, line.ends_on)
    session.flush()
    session.expire(account, ["modules"])
    writer = editor(account.id, actor)
    revision = writer.set_contract(account.contract(), sittings(session, account))
    for line in order.lines:
        if line.product == SEAT and line.adds:
            add_seats(session, account, line.quantity, line.ends_on, actor)
            revision += 1
    return revision


def _extend_module(session: Session, account: Account, line: OrderLine) -> None:
    found = session.get(AccountModule, (account.id, line.product))
    if found is None:
        found = AccountModule(
            account_id=account.id, module=line.product, ends_on=line.ends_on
        )
        session.add(found)
    found.ends_on = max(found.ends_on, line.ends_on)
    found.renews = True


def waiting_order(session: Session, account: str) -> Order | None:
    """The account's order that waits for its payment."""
    return session.scalar(_waiting().where(Order.account_id == account))


def open_orders(session: Session) -> list[Order]:
    """Every order that waits for its payment, oldest first."""
    return list(session.scalars(_waiting().order_by(Order.number)))


def orders_of(session: Session, account: str) -> list[Order]:
    """An account's orders, newest first."""
    query = select(Order).where(Order.account_id == account)
    return list(session.scalars(query.order_by(Order.number.desc())))


def total_cents(order: Order) -> int:
    """What is to be paid."""
    return order.net_cents + order.vat_cents


def seats_of(order: Order) -> int:
    """How many seats a renewal keeps and adds."""
    return sum(line.quantity for line in order.lines if line.product == SEAT)


def state_of(order: Order, today: date) -> OrderState:
    """The order's state on a day."""
    if order.cancelled_at is not None:
        return OrderState.CANCELLED
    if order.paid_at is None:
        return OrderState.AWAITING_PAYMENT
    if min(line.starts_on for line in order.lines) > today:
        return OrderState.AWAITING_ACTIVATION
    if max(line.ends_on for line in order.lines) < today:
        return OrderState.EXPIRED
    return OrderState.ACTIVE


def _waiting() -> Select[Order]:
    return select(Order).where(Order.paid_at.is_(None), Order.cancelled_at.is_(None))
