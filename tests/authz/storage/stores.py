"""Each store under test, behind one small harness; shared by every suite that needs one."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from authz.storage import (
    Base,
    MemoryStore,
    PolicyStore,
    PolicyWriter,
    SqlStore,
    SqlWriter,
    initialise,
    prepare,
    reading_engine,
)
from authz.storage.tables import POLICY_TABLES

KINDS = ("memory", "sqlite", "postgresql")


@dataclass(frozen=True)
class Harness:
    """A store, and how to write to it in one transaction."""

    kind: str
    store: PolicyStore
    writing: Callable[[], AbstractContextManager[PolicyWriter]]


@contextmanager
def a_store(kind: str, folder: Path) -> Iterator[Harness]:
    """A fresh store of that kind."""
    if kind == "memory":
        memory = MemoryStore()
        yield Harness(kind, memory, memory.writing)
        return
    if kind == "sqlite":
        with _sql(kind, f"sqlite:///{folder / 'policy.sqlite3'}") as harness:
            yield harness
        return
    with a_postgresql() as url, _sql(kind, url) as harness:
        yield harness


@contextmanager
def a_postgresql() -> Iterator[str]:
    """The URL of a fresh database on the test server; skips without one."""
    server = os.environ.get("DELEGA_TEST_POSTGRESQL")
    if not server:
        pytest.skip("set DELEGA_TEST_POSTGRESQL to the URL of a PostgreSQL server")
    name = f"delega_{secrets.token_hex(6)}"
    root = create_engine(server, isolation_level="AUTOCOMMIT")
    with root.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with root.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        root.dispose()


@contextmanager
def _sql(kind: str, url: str) -> Iterator[Harness]:
    engine = prepare(create_engine(url))
    with engine.begin() as connection:
        Base.metadata.create_all(connection, tables=POLICY_TABLES)
        initialise(connection)
    reader = reading_engine(url)

    @contextmanager
    def writing() -> Iterator[PolicyWriter]:
        with Session(engine) as session:
            session.connection(execution_options={"immediate": True})
            yield SqlWriter(session)
            session.commit()

    try:
        yield Harness(kind, SqlStore(reader), writing)
    finally:
        engine.dispose()
        reader.dispose()
