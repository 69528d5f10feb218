"""Looks read one statement at a time, and survive a restart of the database."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError

from authz.storage import Looks, reading_engine
from tests.authz.storage.stores import a_postgresql

PROCESS = text("select pg_backend_pid()")
STOP = text("select pg_terminate_backend(:process)")


@pytest.fixture
def postgresql() -> Iterator[Engine]:
    with a_postgresql() as url:
        engine = reading_engine(url)
        yield engine
        engine.dispose()


def test_a_look_that_fails_in_the_database_is_not_asked_twice() -> None:
    engine, asked = create_engine("sqlite://"), []
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    with pytest.raises(OperationalError, match="no such table"):
        Looks(engine).rows(text("select 1 from missing"))
    assert asked == ["select 1 from missing"]


def test_a_lost_connection_is_followed_by_a_look_on_another(postgresql: Engine) -> None:
    looks = Looks(postgresql)
    process = looks.rows(PROCESS)[0][0]
    with postgresql.begin() as connection:
        connection.execute(STOP, {"process": process})
    assert looks.rows(PROCESS)[0][0] != process


def test_a_look_leaves_no_transaction_behind(postgresql: Engine) -> None:
    looks = Looks(postgresql)
    process = looks.rows(PROCESS)[0][0]
    state = text("select state from pg_stat_activity where pid = :process")
    with postgresql.begin() as connection:
        assert connection.scalar(state, {"process": process}) == "idle"


def test_a_forked_child_leaves_its_parent_s_connections_alone(
    postgresql: Engine,
) -> None:
    looks = Looks(postgresql)
    process = looks.rows(PROCESS)[0][0]
    child = os.fork()
    if not child:
        postgresql.dispose(close=False)
        os._exit(0 if looks.rows(PROCESS)[0][0] != process else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert looks.rows(PROCESS)[0][0] == process


def test_who_could_look_and_does_not_opens_nothing() -> None:
    reading = reading_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    looks = Looks(reading)
    reading.dispose()
    assert "_engine" not in vars(looks)
