"""Seats: who sits where and until when, how many there are, which are free.

What the pages show and what the Editor writes come from the same rows.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from authz import Sitting, State, end_of_day
from webapp.i18n import today
from webapp.tables import Account, Seat, User


@dataclass(frozen=True, kw_only=True, slots=True)
class Seats:
    """How many seats there are, and how many are in use or wait for somebody.

    Attributes:
        free: what a new user may still take.
        ending: empty ones that were not renewed and take nobody any more.
    """

    used: int
    pending: int
    total: int
    free: int
    ending: int


def seat_of(session: Session, user: User) -> Seat | None:
    """Where the user sits; owners and the removed sit nowhere."""
    return session.scalar(select(Seat).where(Seat.user_id == user.id))


def sitting(session: Session, user: User, seat: Seat | None) -> Sitting:
    """The user as a policy fact; his seat lasts as long as paid, or as he may come."""
    if seat is None:
        return Sitting(user=user.id, state=State(user.state))
    account = session.get_one(Account, seat.account_id)
    until = account.contract().view_until(seat.paid_until)
    if user.access_until is not None:
        until = min(until, end_of_day(user.access_until))
    return Sitting(
        user=user.id, state=State(user.state), seat=seat.id, seat_until=until
    )


def sittings(session: Session, account: Account) -> list[Sitting]:
    """Everybody who sits in the account; what a new contract dates anew."""
    query = (
        select(User, Seat)
        .join(Seat, Seat.user_id == User.id)
        .where(Seat.account_id == account.id)
        .order_by(Seat.id)
    )
    return [sitting(session, user, seat) for user, seat in session.execute(query)]


def lasting_seats(session: Session, account: Account) -> list[Seat]:
    """Seats that somebody sits in, then free ones that are paid to the service's end."""
    lasts = or_(Seat.user_id.is_not(None), Seat.paid_until >= account.ends_on)
    query = select(Seat).where(Seat.account_id == account.id, lasts)
    order = (Seat.user_id.is_(None), Seat.paid_until.desc(), Seat.id)
    return list(session.scalars(query.order_by(*order)))


def free_seats(session: Session, account: Account) -> list[Seat]:
    """Seats that a new user may take: paid to the service's end, nobody in them.

    INVARIANT: never so many that more users would sit than seats last, now or after a
    renewal under way.
    """
    lasting = lasting_seats(session, account)
    free = [seat for seat in lasting if seat.user_id is None]
    promise = account.promise(today())
    if promise is None:
        return free
    return free[: max(promise - (len(lasting) - len(free)), 0)]


def count_seats(session: Session, account: Account) -> Seats:
    """From the rows that the enforcer's links stand for.

    A seat that is not renewed counts until its day, and takes nobody new.
    """
    lasts = Seat.paid_until >= account.ends_on
    query = (
        select(User.state, func.count(Seat.id), func.count(Seat.id).filter(lasts))
        .select_from(Seat)
        .outerjoin(User, User.id == Seat.user_id)
        .where(Seat.account_id == account.id, counting(account))
        .group_by(User.state)
    )
    counts: dict[str | None, int] = {}
    lasting: dict[str | None, int] = {}
    for row in session.execute(query):
        counts[row[0]], lasting[row[0]] = row[1], row[2]
    empty = counts.get(None, 0)
    pending = counts.get(State.INVITED, 0)
    total = sum(counts.values())
    return Seats(
        used=total - empty - pending,
        pending=pending,
        total=total,
        free=len(free_seats(session, account)),
        ending=empty - lasting.get(None, 0),
    )


def counting(account: Account) -> ColumnElement[bool]:
    """The account's seats that are still seats: sat in, or paid to now or to the end."""
    paid = Seat.paid_until >= min(today(), account.ends_on)
    return or_(Seat.user_id.is_not(None), paid)
