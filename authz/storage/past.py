"""A SQL store's rows as they stood at an instant: nothing in it is ever deleted."""

from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError

from authz.errors import StoreError
from authz.storage import statements
from authz.storage.protocol import AccountRows, StoredRelease
from authz.storage.sql import SqlStore
from authz.storage.tables import PolicyChange, PolicyRelease

_CHANGE = PolicyChange.__table__
_RELEASE = PolicyRelease.__table__
# the newest is looked at first: instants grow with revisions
_REVISION = (
    select(_CHANGE.c.revision)
    .where(_CHANGE.c.at <= bindparam("instant", type_=_CHANGE.c.at.type))
    .order_by(_CHANGE.c.revision.desc())
    .limit(1)
)
_NUMBER = select(func.max(_RELEASE.c.number)).where(
    _RELEASE.c.revision <= bindparam("revision")
)


class PastRows:
    """Rows and releases with every change up to an instant, and no later one.

    Of an instant to come: as they are now.

    Args:
        engine: as of `SqlStore`.
        instant: aware.
    """

    def __init__(self, engine: Engine, instant: datetime) -> None:
        self._engine, self._instant = engine, instant
        self._store = SqlStore(engine)

    def load(self, account: str, known: AccountRows | None = None) -> AccountRows:
        """The account's rows of then, whatever their dates, in one snapshot."""
        try:
            with self._engine.begin() as connection:
                return self._load(connection, account)
        except SQLAlchemyError as error:
            raise StoreError(f"the store can not be read: {error}") from error

    def release(self, number: int) -> StoredRelease:
        """The files of a release, which never change."""
        return self._store.release(number)

    def _load(self, connection: Connection, account: str) -> AccountRows:
        database_id = statements.head(connection).database_id
        revision = connection.scalar(_REVISION, {"instant": self._instant}) or 0
        number = connection.scalar(_NUMBER, {"revision": revision}) or 0
        return AccountRows(
            database_id=database_id,
            revision=revision,
            release_number=number,
            rows=statements.rows_at(connection, account, revision),
        )
