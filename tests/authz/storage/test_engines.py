"""A writer in a hurry waits briefly, and alone."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from authz.storage import prepare


@pytest.fixture
def engine(tmp_path):
    engine = prepare(create_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}"))
    yield engine
    engine.dispose()


def timeout(connection):
    return connection.connection.dbapi_connection.execute(
        "PRAGMA busy_timeout"
    ).fetchone()[0]


@pytest.mark.parametrize("is_held", [False, True])
def test_who_has_little_patience_waits_no_longer_and_leaves_the_connection_as_it_was(
    engine, is_held
):
    with engine.connect() as other, engine.connect() as hasty:
        if is_held:
            other.execution_options(immediate=True).execute(text("SELECT 1"))
        said = []
        bare = hasty.connection.dbapi_connection
        bare.set_trace_callback(said.append)
        hasty.execution_options(immediate=True, patience_ms=1)
        if is_held:
            with pytest.raises(OperationalError, match="locked"):
                hasty.execute(text("SELECT 1"))
        else:
            hasty.execute(text("SELECT 1"))
        bare.set_trace_callback(None)
        assert said[0] == "PRAGMA busy_timeout = 1"
        assert timeout(hasty) == 5_000


def test_others_wait_as_long_as_ever(engine):
    with engine.connect() as connection:
        connection.execution_options(immediate=True).execute(text("SELECT 1"))
        assert timeout(connection) == 5_000
