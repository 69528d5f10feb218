"""Asking as an operator does, and reading what the page offers to copy."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Company
from tests.webapp.decisions.test_owner_pages import text
from webapp.extensions import begin_write, editor
from webapp.seating import seat_of, sitting
from webapp.tables import User

TRY = "/operator/try"


def tried(
    client: FlaskClient, company: str, user: str, action: str, at: str = ""
) -> str:
    """The page of a try that is answered."""
    asked = {"account": company, "user": user, "action": action, "at": at}
    answer = client.get(TRY, query_string=asked)
    assert answer.status_code == 200, text(answer)
    return answer.get_data(as_text=True)


def copied(page: str, name: str) -> str:
    found = re.search(
        rf'<textarea[^>]* id="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL
    )
    assert found
    return unescape(found[1])


def end_seat(app: Flask, company: Company, user: str) -> None:
    """What was paid for is over since yesterday."""
    with app.app_context():
        session = begin_write(company.id, policy=True)
        row = session.get_one(User, user)
        row.access_until = (datetime.now(UTC) - timedelta(days=2)).date()
        seat = sitting(session, row, seat_of(session, row))
        editor(company.id, "system").set_state(seat, "user.changed")
        session.commit()
