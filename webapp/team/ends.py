"""Until when a user may come: what the owner said and what was paid, whichever is first.

`END` says it in SQL, `end_of` of rows at hand; both are the day that the list shows.
"""

from datetime import UTC, date, datetime

from flask_babel import gettext as _
from sqlalchemy import case
from sqlalchemy.orm import Session

from webapp.i18n import day, distance
from webapp.seating import sitting
from webapp.tables import Seat, User

#: NULL for those who sit nowhere.
END = case(
    (User.access_until < Seat.paid_until, User.access_until), else_=Seat.paid_until
)


def is_owners_end(user: User, seat: Seat) -> bool:
    """Whether the owner's date comes before the last paid day."""
    return user.access_until is not None and user.access_until < seat.paid_until


def end_of(user: User, seat: Seat) -> date:
    """The day the list shows."""
    if user.access_until is not None:
        return min(user.access_until, seat.paid_until)
    return seat.paid_until


def end_words(user: User, seat: Seat) -> tuple[str, str]:
    """The day, and which of the two ends it is and how far away."""
    end = end_of(user, seat)
    far = distance(end)
    if is_owners_end(user, seat):
        return day(end), _("end of access, %(distance)s", distance=far)
    return day(end), _("seat paid, %(distance)s", distance=far)


def has_ended(session: Session, user: User, seat: Seat | None) -> bool:
    """Whether his link to the seat ran out: the date that the policy has, no other."""
    if seat is None:
        return False
    until = sitting(session, user, seat).seat_until
    return until is not None and until <= datetime.now(UTC)
