"""From the tables of users and seats to what the Editor writes."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from authz import Sitting, State
from webapp.tables import Account, Seat, User


def seat_of(session: Session, user: User) -> Seat | None:
    """Where the user sits; owners and the removed sit nowhere."""
    return session.scalar(select(Seat).where(Seat.user_id == user.id))


def sitting(session: Session, user: User, seat: Seat | None) -> Sitting:
    """The user as a policy fact; the seat lasts as long as it was paid."""
    if seat is None:
        return Sitting(user=user.id, state=State(user.state))
    account = session.get_one(Account, seat.account_id)
    return Sitting(
        user=user.id,
        state=State(user.state),
        seat=seat.id,
        seat_until=account.contract().view_until(seat.paid_until),
    )
