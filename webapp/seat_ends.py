"""Seats that end before the service does, in words: how many, when, who sits there."""

from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.i18n import day
from webapp.seating import counting
from webapp.tables import Account, Seat


def seat_ends(session: Session, account: Account) -> list[str]:
    """A sentence for each day, soonest first; [] while all last as the service does."""
    used = func.count(Seat.user_id)
    query = (
        select(Seat.paid_until, used, func.count() - used)
        .where(Seat.account_id == account.id, Seat.paid_until < account.ends_on)
        .where(counting(account))
        .group_by(Seat.paid_until)
        .order_by(Seat.paid_until)
    )
    found = []
    for until, sat_in, free in session.execute(query):
        if free:
            found.append(_empty(free, day(until)))
        if sat_in:
            found.append(_taken(sat_in, day(until)))
    return found


def _empty(count: int, end: str) -> str:
    return ngettext(
        "%(num)d empty seat was not renewed: it ends on %(day)s, and nobody new can"
        " take it.",
        "%(num)d empty seats were not renewed: they end on %(day)s, and nobody new can"
        " take them.",
        count,
        day=end,
    )


def _taken(count: int, end: str) -> str:
    return ngettext(
        "%(num)d seat in use ends on %(day)s: then it lets nobody in.",
        "%(num)d seats in use end on %(day)s: then they let nobody in.",
        count,
        day=end,
    )
