"""Orders: placed, cancelled, paid. Nothing counts before the payment is registered."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from authz import GRACE_DAYS, AuthzError, Edition, UnknownNameError
from webapp.extensions import begin_write, db, editor
from webapp.i18n import today
from webapp.opening import add_seats
from webapp.refused_acts import PAYMENT, Refused, code_of, record
from webapp.seating import lasting_seats, sittings
from webapp.seats.cart import SEAT, SERVICE, Bought, Line, Module
from webapp.seats.mails import mail_payment, mail_placed
from webapp.seats.prices import Prices
from webapp.seats.tables import Order, OrderLine
from webapp.tables import Account, AccountModule

PURCHASE, RENEWAL = "purchase", "renewal"
#: How long prices and dates of an order hold.
PAY_WITHIN = timedelta(days=30)


class UnknownOrderError(UnknownNameError):
    """There is no order of that number."""


class OrderCancelledError(AuthzError):
    """The order was cancelled: what it gave is no longer promised."""


class OrderLapsedError(OrderCancelledError):
    """The order was not paid in time: its dates and prices no longer hold."""


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
    seats = lasting_seats(session, account)
    return Bought(
        edition=Edition(account.edition),
        ends_on=account.ends_on,
        modules={
            module.module: Module(ends_on=module.ends_on, renews=module.renews)
            for module in account.modules
        },
        seats=tuple(seat.paid_until for seat in seats),
        users=sum(seat.user_id is not None for seat in seats),
    )


def place(session: Session, account: Account, wish: Wish, actor: str) -> Order:
    """Write an order and its mail, in a transaction begun for the account.

    Raises:
        OrderWaitsError: another one waits.
    """
    require_no_order(session, account.id)
    for lapsed in session.scalars(_unpaid().where(Order.account_id == account.id)):
        cancel(session, lapsed)
    session.flush()
    order = Order(
        account_id=account.id,
        kind=wish.kind,
        placed_at=datetime.now(UTC),
        placed_by=actor,
        pay_by=_pay_by(account, wish.lines),
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
        account.seats_promised_until = order.pay_by
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
        _forget_promise(session.get_one(Account, order.account_id))


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
    except AuthzError as error:
        session.rollback()
        code = code_of(error)
        record(Refused(account=account, actor=actor, act=PAYMENT, code=code))
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
    if order.paid_at is None and order.pay_by < today():
        raise OrderLapsedError(f"order {order.number} was to be paid by {order.pay_by}")
    if cents is not None and cents != total_cents(order):
        said = f"order {order.number} is of {total_cents(order)} cents, not {cents}"
        raise WrongAmountError(said)


def _activate(session: Session, order: Order, actor: str) -> int:
    """What the order gives; answers the last revision it made."""
    account = session.get_one(Account, order.account_id)
    _forget_promise(account)
    seats = _prolong_seats(session, account, order)
    for line in order.lines:
        if line.product == SERVICE:
            account.ends_on = max(account.ends_on, line.ends_on)
        elif line.product != SEAT:
            _prolong_module(session, account, line)
    session.flush()
    session.expire(account, ["modules"])
    revision = 0
    if any(line.product != SEAT for line in order.lines):
        writer = editor(account.id, actor)
        revision = writer.set_contract(account.contract(), sittings(session, account))
    if seats:
        revision = add_seats(session, account, seats, _end_of(order), actor)
    return revision


def _prolong_seats(session: Session, account: Account, order: Order) -> int:
    """Carry seats to a new end, those sat in first; how many are to be added.

    INVARIANT: what was ordered is what there is: of an extension or a renewal as many
    seats reach the end as its lines count, whatever happened to them meanwhile.
    """
    ordered = seats_of(order)
    if all(line.product != SERVICE for line in order.lines):
        return ordered
    kept = lasting_seats(session, account)[:ordered]
    for seat in kept:
        seat.paid_until = _end_of(order)
    return ordered - len(kept)


def _end_of(order: Order) -> date:
    return max(line.ends_on for line in order.lines)


def _prolong_module(session: Session, account: Account, line: OrderLine) -> None:
    found = session.get(AccountModule, (account.id, line.product))
    if found is None:
        found = AccountModule(
            account_id=account.id, module=line.product, ends_on=line.ends_on
        )
        session.add(found)
    found.ends_on = max(found.ends_on, line.ends_on)
    if line.adds:
        found.renews = True


def _forget_promise(account: Account) -> None:
    account.seats_promised = account.seats_promised_until = None


def _pay_by(account: Account, lines: Sequence[Line]) -> date:
    """Never after what is bought is over, nor after everything is deleted."""
    closing = account.ends_on + timedelta(days=GRACE_DAYS)
    return min(today() + PAY_WITHIN, closing, max(line.ends_on for line in lines))


def waiting_order(session: Session, account: str) -> Order | None:
    """The account's order that waits for its payment."""
    query = _unpaid().where(Order.account_id == account, Order.pay_by >= today())
    return session.scalar(query)


def require_no_order(session: Session, account: str) -> None:
    """Raises OrderWaitsError when one waits: what it gives was counted from what is."""
    if waiting_order(session, account) is not None:
        raise OrderWaitsError("an order waits for its payment: pay or cancel it first")


def open_orders(session: Session) -> list[Order]:
    """Every order that waits for its payment, oldest first."""
    query = _unpaid().where(Order.pay_by >= today())
    return list(session.scalars(query.order_by(Order.number)))


def orders_of(session: Session, account: str) -> list[Order]:
    """An account's orders, newest first."""
    query = select(Order).where(Order.account_id == account)
    return list(session.scalars(query.order_by(Order.number.desc())))


def total_cents(order: Order) -> int:
    """What is to be paid."""
    return order.net_cents + order.vat_cents


def seats_of(order: Order) -> int:
    """How many seats an order keeps and adds."""
    return sum(line.quantity for line in order.lines if line.product == SEAT)


def state_of(order: Order, on: date) -> OrderState:
    """The order's state on a day."""
    if order.cancelled_at is not None:
        return OrderState.CANCELLED
    if order.paid_at is None:
        lapsed = order.pay_by < on
        return OrderState.EXPIRED if lapsed else OrderState.AWAITING_PAYMENT
    if min(line.starts_on for line in order.lines) > on:
        return OrderState.AWAITING_ACTIVATION
    return OrderState.EXPIRED if _end_of(order) < on else OrderState.ACTIVE


def _unpaid() -> Select[Order]:
    return select(Order).where(Order.paid_at.is_(None), Order.cancelled_at.is_(None))
