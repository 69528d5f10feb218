"""Seats: never more users than paid places, whatever happens at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.builders import Company, a_company, a_user
from webapp.extensions import begin_write, db
from webapp.i18n import today
from webapp.opening import add_seats
from webapp.tables import Account, Seat
from webapp.team.users import NoFreeSeatError


def seated(app: Flask, company: Company) -> int:
    with app.app_context():
        query = select(func.count(Seat.user_id)).where(Seat.account_id == company.id)
        return db.session.scalar(query) or 0


def test_one_free_seat_takes_one_user_however_many_ask_at_once(app: Flask) -> None:
    company = a_company(app, seats=1)

    def ask(_number: int) -> bool:
        try:
            a_user(app, company)
        except NoFreeSeatError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(24)))
    assert answers.count(True) == 1
    assert seated(app, company) == 1


def test_a_seat_that_is_no_longer_paid_takes_nobody(app: Flask) -> None:
    company = a_company(app, seats=1)
    with app.app_context():
        session = begin_write()
        yesterday = today() - timedelta(days=1)
        session.execute(update(Seat).values(paid_until=yesterday))
        session.commit()
    with pytest.raises(NoFreeSeatError):
        a_user(app, company)


def test_added_seats_can_be_sat_in(app: Flask) -> None:
    company = a_company(app, seats=0)
    with app.app_context():
        session = begin_write()
        account = session.get_one(Account, company.id)
        add_seats(session, account, 2, account.ends_on)
        session.commit()
    a_user(app, company)
    a_user(app, company)
    assert seated(app, company) == 2
