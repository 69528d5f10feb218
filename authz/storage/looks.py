"""Looks: what every decision reads of a store that has no revision page."""

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Row, create_engine, event
from sqlalchemy.exc import DBAPIError


class Looks:
    """Single statements, each a snapshot of its own; safe on every thread.

    On PostgreSQL without a transaction around them and on connections that are never
    tried out before or put in order afterwards: each would cost as much as the look.

    Args:
        reading: an engine from `reading_engine`; SQLite's is used as it is. When it is
            disposed of, so are the connections for looks.
    """

    def __init__(self, reading: Engine) -> None:
        self._reading = reading

    @cached_property
    def _engine(self) -> Engine:
        """Made at the first look: not everything that could look does."""
        reading = self._reading
        if reading.dialect.name == "sqlite":
            return reading
        own = create_engine(
            reading.url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )
        process = os.getpid()

        def follow(_engine: Engine) -> None:
            # INVARIANT: a child of a fork never ends its parent's connections
            own.dispose(close=os.getpid() == process)

        event.listen(reading, "engine_disposed", follow)
        return own

    def rows(
        self, statement: Executable, values: Mapping[str, object] | None = None
    ) -> Sequence[Row[Any]]:
        """What it finds; asked once more when the connection was lost meanwhile.

        Raises:
            SQLAlchemyError: the store can not be read.
        """
        try:
            return self._once(statement, values)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._once(statement, values)

    def _once(
        self, statement: Executable, values: Mapping[str, object] | None
    ) -> Sequence[Row[Any]]:
        connection: Connection
        with self._engine.connect() as connection:
            return connection.execute(statement, values).all()
