"""When a key was last used: known to the hour, and no decision waits for it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from authz.storage import lone_engine
from tests.builders import Company
from tests.webapp.decisions.world import a_company_key, id_of, row_of
from webapp.decisions.last_use import AGAIN_SECONDS, LastUse
from webapp.extensions import begin_write
from webapp.tables import Credential

HOUR = 3600.0


class Slow:
    """An engine whose writes wait to be let on."""

    def __init__(self) -> None:
        self.let_on = threading.Event()
        self.written = 0

    @contextmanager
    def begin(self) -> Iterator["Slow"]:
        self.let_on.wait(10)
        yield self

    def execute(self, _statement: object) -> None:
        self.written += 1


@pytest.fixture
def last_use(app: Flask) -> LastUse:
    return LastUse(lone_engine(app.config["DELEGA"].database_url))


def test_a_use_is_written(app: Flask, company: Company, last_use: LastUse) -> None:
    key = a_company_key(app, company)
    assert row_of(app, key).last_used_at is None
    last_use.note(id_of(key), 0.0)
    last_use.wait()
    used = row_of(app, key).last_used_at
    assert used
    assert datetime.now(UTC) - used < timedelta(minutes=1)


def test_within_the_hour_nothing_is_written_again(
    app: Flask, company: Company, last_use: LastUse
) -> None:
    key = a_company_key(app, company)
    for now in (0.0, HOUR - 1):
        last_use.note(id_of(key), now)
        last_use.wait()
        with app.app_context():
            session = begin_write()
            session.get_one(Credential, id_of(key)).last_used_at = None
            session.commit()
    last_use.note(id_of(key), HOUR - 1)
    last_use.wait()
    assert row_of(app, key).last_used_at is None
    last_use.note(id_of(key), HOUR)
    last_use.wait()
    assert row_of(app, key).last_used_at


def test_what_another_process_wrote_within_the_hour_stays(
    app: Flask, company: Company, last_use: LastUse
) -> None:
    key = a_company_key(app, company)
    minutes_ago = datetime.now(UTC) - timedelta(minutes=20)
    with app.app_context():
        session = begin_write()
        session.get_one(Credential, id_of(key)).last_used_at = minutes_ago
        session.commit()
    last_use.note(id_of(key), 0.0)
    last_use.wait()
    assert row_of(app, key).last_used_at == minutes_ago


def test_noting_never_waits_for_the_database() -> None:
    slow = Slow()
    last_use = LastUse(slow)  # type: ignore[arg-type]
    for identity in ("k_1", "k_2", "k_3"):
        last_use.note(identity, 0.0)
    assert slow.written == 0
    slow.let_on.set()
    last_use.wait()
    assert slow.written == 3


def test_a_write_that_failed_is_tried_again_after_a_minute(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    last_use = LastUse(lone_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}"))

    def failures_at(now: float) -> int:
        last_use.note("k_1", now)
        last_use.wait()
        return caplog.text.count("last use of k_1 not written")

    start = time.monotonic()
    assert failures_at(start) == 1
    assert failures_at(start + AGAIN_SECONDS / 2) == 1
    assert failures_at(time.monotonic() + AGAIN_SECONDS + 1) == 2
