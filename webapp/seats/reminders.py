"""Which reminders are due on a day: of the service's end, and of users' last days.

Any timer may ask, often or late, two at once too: each is written once for each end. Of
a last day it is remembered which users the owner was told of: one who gets the same day
afterwards is told of too, the others not again.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from authz import State, end_of_day
from webapp.extensions import begin_write, db
from webapp.seating import seat_of, sitting
from webapp.seats.notice import LAST_DAYS, mail_access, mail_end
from webapp.seats.tables import Reminder
from webapp.tables import Account, User

GRACE = timedelta(days=90)
ACCESS = "access"
ACCESS_BEFORE = timedelta(days=7)
#: Three months are never longer.
_FARTHEST = timedelta(days=92)
#: Who stops coming in on a last day; the others do not come in before it either.
_COMING_IN = (State.ACTIVE, State.TEMPORARY, State.INVITED)


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Due:
    """A reminder of an account.

    `kind` is one of `kinds_due`, ACCESS for a mail about users, or `access_kind`.
    """

    account: str
    ends_on: date
    kind: str


def write_due(on: date) -> int:
    """Write the mails due on a day and not written yet; answers how many."""
    session: Session = db.session()
    found = sorted({*_ends_due(session, on), *_access_due(session, on)})
    return sum(_write(due, on) for due in found)


def kinds_due(ends_on: date, on: date) -> list[str]:
    """The reminders of a service's end whose day has come, oldest first.

    After day 90 there is nothing left to be reminded of.
    """
    if on > ends_on + GRACE:
        return []
    days = {
        "three_months": months_before(ends_on, 3),
        "one_month": months_before(ends_on, 1),
        "15_days": ends_on - timedelta(days=15),
        "ended": ends_on + timedelta(days=1),
        "closes": ends_on + GRACE - LAST_DAYS,
    }
    return [kind for kind, day in days.items() if day <= on]


def access_kind(user: str) -> str:
    """The kind of having told of a user: as much of the id as there is room for."""
    return f"{ACCESS} {user[2:15]}"


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last: 28/02 before 31/05."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last))


def _ends_due(session: Session, on: date) -> Iterator[Due]:
    """The nearest of each account's reminders; a renewed account's end is far away."""
    near = Account.ends_on.between(on - GRACE, on + _FARTHEST)
    query = select(Account.id, Account.ends_on).where(near)
    found = [
        Due(account=account, ends_on=ends_on, kind=kinds[-1])
        for account, ends_on in session.execute(query)
        if (kinds := kinds_due(ends_on, on))
    ]
    return _not_written(session, found)


def _access_due(session: Session, on: date) -> Iterator[Due]:
    """One for all users of an account who stop on the same day and are not told of."""
    query = (
        select(Account.id, User.access_until, User.id)
        .select_from(User)
        .join(Account, Account.id == User.account_id)
        .where(User.access_until.between(on, on + ACCESS_BEFORE))
        .where(User.state.in_(_COMING_IN), Account.ends_on >= on - GRACE)
    )
    found = [
        Due(account=account, ends_on=until, kind=access_kind(user))
        for account, until, user in session.execute(query)
        if until is not None  # never: for the type checker
    ]
    return (replace(due, kind=ACCESS) for due in _not_written(session, found))


def _not_written(session: Session, found: Iterable[Due]) -> Iterator[Due]:
    ends = {due.ends_on for due in found}
    query = select(Reminder.account_id, Reminder.kind, Reminder.ends_on)
    rows = session.execute(query.where(Reminder.ends_on.in_(ends)))
    written = {Due(account=a, kind=kind, ends_on=on) for a, kind, on in rows}
    return (due for due in found if due not in written)


def _write(due: Due, on: date) -> bool:
    """Write one in a transaction of its own, unless it was written meanwhile.

    INVARIANT: the account is locked before its reminders are read, so two processes
    never write the same one. Older kinds that were missed count as written.
    """
    session = begin_write(due.account)
    account = session.get_one(Account, due.account)
    query = select(Reminder.kind).where(
        Reminder.account_id == due.account, Reminder.ends_on == due.ends_on
    )
    written = set(session.scalars(query))
    if due.kind in written or not (kinds := _mail(session, account, due, on, written)):
        session.rollback()
        return False
    session.add_all(
        Reminder(
            account_id=due.account,
            kind=kind,
            ends_on=due.ends_on,
            written_at=datetime.now(UTC),
        )
        for kind in kinds
        if kind not in written
    )
    session.commit()
    return True


def _mail(
    session: Session, account: Account, due: Due, on: date, written: Collection[str]
) -> list[str]:
    """Write its mail, unless it is no longer true; the kinds that it makes written."""
    owner = _owner(session, account)
    if due.kind == ACCESS:
        users = {access_kind(user.id): user for user in _stopping(session, due)}
        new = [kind for kind in users if kind not in written]
        if new:
            mail_access(owner, account, [users[kind] for kind in new], due.ends_on)
        return new
    if account.ends_on != due.ends_on:
        return []
    mail_end(session, owner, account, due.kind, on)
    return kinds_due(due.ends_on, on)


def _owner(session: Session, account: Account) -> User:
    query = select(User).where(User.account_id == account.id, User.state == State.OWNER)
    return session.scalars(query).one()


def _stopping(session: Session, due: Due) -> list[User]:
    """Those whom that day stops, not a seat that ends before it."""
    query = select(User).where(
        User.account_id == due.account,
        User.access_until == due.ends_on,
        User.state.in_(_COMING_IN),
    )
    return [
        user
        for user in session.scalars(query.order_by(User.full_name, User.id)).all()
        if sitting(session, user, seat_of(session, user)).seat_until
        == end_of_day(due.ends_on)
    ]
