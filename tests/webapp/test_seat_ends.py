"""Which seats end before the service does, and when: said wherever seats are counted."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from tests.builders import Company, a_company, a_user, signed_in
from webapp.extensions import begin_write, db
from webapp.i18n import day, today
from webapp.seat_ends import seat_ends
from webapp.seating import count_seats
from webapp.tables import Account, Seat

END = today() + timedelta(days=110)
SOON, LATER = today() + timedelta(days=5), today() + timedelta(days=20)


def paid_until(app: Flask, company: Company, seats: int, until: date) -> None:
    """So many empty seats end then."""
    with app.app_context():
        session = begin_write(company.id)
        query = db.select(Seat).where(
            Seat.account_id == company.id,
            Seat.user_id.is_(None),
            Seat.paid_until == END,
        )
        for seat in session.scalars(query.limit(seats)).all():
            seat.paid_until = until
        session.commit()


def said(app: Flask, company: Company) -> list[str]:
    with app.test_request_context():
        return seat_ends(db.session(), db.session.get_one(Account, company.id))


def test_while_all_last_as_the_service_does_nothing_is_said(
    app: Flask, company: Company
) -> None:
    assert said(app, company) == []


def test_each_day_is_a_sentence_soonest_first(app: Flask, company: Company) -> None:
    paid_until(app, company, 2, LATER)
    paid_until(app, company, 1, SOON)
    assert said(app, company) == [
        f"1 posto vuoto non è rinnovato: finisce il {day(SOON)} e nessuno di nuovo può"
        " occuparlo.",
        f"2 posti vuoti non sono rinnovati: finiscono il {day(LATER)} e nessuno di"
        " nuovo può occuparli.",
    ]
    with app.app_context():
        seats = count_seats(db.session(), db.session.get_one(Account, company.id))
    assert (seats.total, seats.free, seats.ending) == (5, 2, 3)


def test_a_seat_that_ended_is_spoken_of_no_more(app: Flask, company: Company) -> None:
    paid_until(app, company, 1, today() - timedelta(days=1))
    assert said(app, company) == []


def test_a_seat_in_use_says_what_happens_then(app: Flask, company: Company) -> None:
    user, _name = a_user(app, company, "invoicing.read")
    with app.app_context():
        session = begin_write(company.id)
        session.execute(
            update(Seat).where(Seat.user_id == user).values(paid_until=SOON)
        )
        session.commit()
    assert said(app, company) == [
        f"1 posto occupato finisce il {day(SOON)}: da allora non fa entrare nessuno."
    ]


@pytest.mark.parametrize("edition", ["FE", "SR"])
@pytest.mark.parametrize("page", ["/", "/settings/users", "/customer"])
def test_it_stands_beside_every_meter_and_the_drawing_tells_them_apart(
    app: Flask, edition: str, page: str
) -> None:
    company = a_company(app, edition=edition)
    paid_until(app, company, 2, SOON)
    owner = signed_in(app, company.owner_name)
    html = owner.get(f"/a/{company.id}{page}").get_data(as_text=True)
    assert f"2 posti vuoti non sono rinnovati: finiscono il {day(SOON)}" in html
    (meter,) = re.findall(r'<span class="seats".*?</span></span>', html, re.DOTALL)
    assert meter.count("<span></span>") == 3
    assert meter.count('<span class="ending"></span>') == 2
