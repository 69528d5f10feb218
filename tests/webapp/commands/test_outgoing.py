"""`delega mail due`: what it prints, and on which day."""

from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from tests.builders import a_company
from webapp.cli import delega
from webapp.extensions import db
from webapp.i18n import today
from webapp.tables import Mail


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(delega, ["mail", "due", *arguments])


def test_due_counts_what_it_wrote_today(app: Flask) -> None:
    a_company(app, ends_on=today() + timedelta(days=15))
    a_company(app, ends_on=today() + timedelta(days=200))
    first, second = run(app), run(app)
    assert (first.exit_code, first.output) == (0, "1 written\n")
    assert (second.exit_code, second.output) == (0, "0 written\n")
    with app.app_context():
        assert db.session.scalars(select(Mail.sent_at)).all() == [None]


def test_due_on_another_day_writes_what_is_due_then(app: Flask) -> None:
    end = today() + timedelta(days=200)
    a_company(app, ends_on=end)
    assert run(app, "--on", f"{end - timedelta(days=15)}").output == "1 written\n"


@pytest.mark.parametrize(
    "day", ["31/05/2027", "2027-02-30", "soon", "1999-12-31", "2101-01-01"]
)
def test_due_on_no_day_is_a_usage_error(app: Flask, day: str) -> None:
    assert run(app, "--on", day).exit_code == 2
