"""Mail on PostgreSQL: two timers at once write and send each mail once."""

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from tests.authz.storage.stores import a_postgresql
from tests.builders import a_company, publish_policies
from tests.webapp.conftest import close, settings_in
from webapp import create_app
from webapp.extensions import db
from webapp.post import send_waiting
from webapp.seats.reminders import write_due
from webapp.tables import Mail

END = date(2027, 5, 31)
COMPANIES = 12


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """The application on a fresh PostgreSQL database."""
    with a_postgresql() as url:
        app = create_app(settings_in(tmp_path, database_url=url))
        with app.app_context():
            upgrade()
        publish_policies(app)
        yield app
        close(app)


class Post:
    """A mail server that counts."""

    def __init__(self) -> None:
        self.subjects: list[str] = []

    def send_message(self, msg: EmailMessage) -> object:
        self.subjects.append(msg["Message-ID"])
        return {}


def at_once(app: Flask, work: Callable[[], int]) -> list[int]:
    """What each of four threads answers, begun together."""
    start, answers = threading.Barrier(4), list[int]()

    def run() -> None:
        start.wait()
        with app.app_context():
            answers.append(work())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_timers_at_once_write_and_send_each_mail_once(app: Flask) -> None:
    for _ in range(COMPANIES):
        a_company(app, ends_on=END)
    on = END - timedelta(days=15)
    assert sum(at_once(app, lambda: write_due(on))) == COMPANIES
    post = Post()
    sent = at_once(app, lambda: send_waiting(post, "panel@delega.example")[0])
    assert sum(sent) == len(post.subjects) == len(set(post.subjects)) == COMPANIES
    with app.app_context():
        query = select(func.count()).where(Mail.sent_at.is_(None))
        assert db.session.scalar(query) == 0
