"""How SQLAlchemy engines must behave: SQLite's transactions, PostgreSQL's snapshots."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool

BUSY_TIMEOUT_MS = 5_000


def prepare(engine: Engine) -> Engine:
    """Give an engine the transactions that Editor and the decision path rely on.

    SQLite: WAL, synchronous FULL, and a transaction begins with BEGIN IMMEDIATE when the
    connection carries the execution option `immediate` (a read that turns into a write
    fails at once when another commit came between); with `patience_ms` it waits no
    longer than that for the writer before it. PostgreSQL needs nothing.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    return engine


def reading_engine(url: str) -> Engine:
    """The decision path's own connections: every transaction is one snapshot."""
    if make_url(url).get_backend_name() == "sqlite":
        return prepare(create_engine(url))
    return create_engine(url, isolation_level="REPEATABLE READ", pool_pre_ping=True)


def lone_engine(url: str) -> Engine:
    """Connections outside every pool: for reading while a pooled one is held."""
    return prepare(create_engine(url, poolclass=NullPool))


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    begin = "BEGIN IMMEDIATE" if options.get("immediate") else "BEGIN"
    patience = options.get("patience_ms")
    if patience is None:
        connection.exec_driver_sql(begin)
        return
    bare: Any = connection.connection.dbapi_connection
    bare.execute(f"PRAGMA busy_timeout = {int(patience)}")
    try:
        connection.exec_driver_sql(begin)
    finally:  # nothing else waits as briefly on this connection
        bare.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
