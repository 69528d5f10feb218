"""Policy rows in a SQL database: SQLite embedded, PostgreSQL in production."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from authz.engine import Row
from authz.errors import StoreError
from authz.policy import DatedRow
from authz.storage import statements
from authz.storage.looks import Looks
from authz.storage.pages import page_of_changes
from authz.storage.protocol import (
    EVERY_ACCOUNT,
    AccountRows,
    Change,
    ChangeRecord,
    Changes,
    HistoryPage,
    StoredRelease,
)
from authz.storage.tables import (
    PolicyChange,
    PolicyReason,
    PolicyRelease,
    PolicyReleaseFile,
    PolicyRevision,
)

_CHANGE = PolicyChange.__table__
_REASON = PolicyReason.__table__
_HEAD = PolicyRevision.__table__
_CHANGED = (
    select(_CHANGE.c.account_id)
    .distinct()
    .where(_CHANGE.c.revision > bindparam("after"))
)


class SqlStore:
    """The decision path's reader; its engine gives each transaction one snapshot.

    The engine comes from `reading_engine`: never the web application's session, so an
    uncommitted change is never seen.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._looks = engine, Looks(engine)

    def changes(self, after: int) -> Changes:
        """One statement while nothing changed, as on PostgreSQL each decision asks."""
        accounts: Sequence[str] = ()
        try:
            head = statements.only(self._looks.rows(statements.LOOK))
            if head.revision > after:
                with self._engine.begin() as connection:
                    # the head first: a WAL snapshot begins at its first SELECT
                    head = statements.only(connection.execute(statements.LOOK).all())
                    accounts = connection.scalars(_CHANGED, {"after": after}).all()
        except SQLAlchemyError as error:
            raise StoreError(f"the store can not be read: {error}") from error
        return Changes(
            database_id=head.database_id,
            revision=head.revision,
            release_number=head.release_number,
            accounts=frozenset(accounts),
            at=head.at,
        )

    def load(self, account: str, known: AccountRows | None = None) -> AccountRows:
        """Head and rows in one snapshot; of rows that are known, those that changed."""
        try:
            with self._engine.begin() as connection:
                head = statements.only(connection.execute(statements.LOOK).all())
                rows = statements.rows_after(connection, account, head, known)
                if rows is None:
                    rows = statements.live_rows(connection, account)
        except SQLAlchemyError as error:
            raise StoreError(f"the store can not be read: {error}") from error
        return AccountRows(
            database_id=head.database_id,
            revision=head.revision,
            release_number=head.release_number,
            rows=rows,
            change_hash=head.hash,
        )

    def release(self, number: int) -> StoredRelease:
        """The files, byte for byte; whether they verify is the reader's question."""
        release = PolicyRelease.__table__
        file = PolicyReleaseFile.__table__
        with self._engine.begin() as connection:
            stored = connection.scalar(
                select(release.c.hash).where(release.c.number == number)
            )
            files = connection.execute(
                select(file.c.path, file.c.content).where(file.c.number == number)
            ).all()
        if stored is None:
            raise StoreError(f"no release {number} in the database; publish one first")
        return StoredRelease(
            number=number,
            hash=stored,
            files={path: bytes(data) for path, data in files},
        )

    def history(self, account: str | None = None) -> Sequence[ChangeRecord]:
        """The chain in order."""
        query = select(_CHANGE).order_by(_CHANGE.c.revision)
        if account is not None:
            query = query.where(_CHANGE.c.account_id == account)
        return self._records(query)

    def history_page(self, page: HistoryPage) -> Sequence[ChangeRecord]:
        """Along the index, no further than the page needs."""
        return self._records(page_of_changes(page))

    def reasons(self, revisions: Collection[int]) -> Mapping[int, str]:
        """From the side table, which can be erased."""
        query = select(_REASON.c.revision, _REASON.c.text).where(
            _REASON.c.revision.in_(revisions)
        )
        with self._engine.begin() as connection:
            return {row.revision: row.text for row in connection.execute(query)}

    def _records(self, query: Select[Any]) -> list[ChangeRecord]:
        with self._engine.begin() as connection:
            return [
                statements.record(row._mapping) for row in connection.execute(query)
            ]


class SqlWriter:
    """Writes inside the caller's session; takes the write lock first, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rows(self, account: str) -> tuple[DatedRow, ...]:
        """As this transaction sees them."""
        return statements.live_rows(self._session.connection(), account)

    def lock(self) -> None:
        """Make other writers of policy wait, before anything is read that changes.

        On SQLite the transaction itself is the lock (BEGIN IMMEDIATE).
        """
        self._session.execute(select(_HEAD.c.revision).with_for_update())

    def release_number(self) -> int:
        """As this transaction sees it."""
        return int(statements.head(self._session.connection()).release_number)

    def apply(self, change: Change) -> int:
        """Rows, revision and history in the caller's transaction."""
        return self._write(self._session.connection(), change)

    def publish(
        self,
        release: StoredRelease,
        rows: Sequence[Row],
        actor: str,
        reason: str = "",
    ) -> int:
        """Files and rows of a release; rows that both releases have stay as they are."""
        connection = self._session.connection()
        old = {
            dated.row: dated
            for dated in statements.live_rows(connection, EVERY_ACCOUNT)
        }
        change = Change(
            account=EVERY_ACCOUNT,
            actor=actor,
            kind="release.published",
            node=f"release.{release.number}",
            remove=[dated for row, dated in old.items() if row not in set(rows)],
            add=[DatedRow(row) for row in rows if row not in old],
            after=(release.hash,),
            reason=reason,
        )
        revision = self._write(connection, change, release_number=release.number)
        connection.execute(
            insert(PolicyRelease).values(
                number=release.number,
                hash=release.hash,
                revision=revision,
                published_at=datetime.now(UTC),
                published_by=actor,
            )
        )
        files = [
            {"number": release.number, "path": path, "content": content}
            for path, content in release.files.items()
        ]
        connection.execute(insert(PolicyReleaseFile), files)
        return revision

    def _write(
        self, connection: Connection, change: Change, release_number: int | None = None
    ) -> int:
        revision = self._next_revision(connection, release_number)
        for dated in change.remove:
            statements.remove(connection, change.account, dated, revision)
        if change.add:
            statements.add(connection, change.account, change.add, revision)
        statements.record_change(connection, change, revision)
        return revision

    def _next_revision(
        self, connection: Connection, release_number: int | None = None
    ) -> int:
        """The revision row is the write lock on PostgreSQL, BEGIN IMMEDIATE on SQLite."""
        values: dict[str, object] = {"revision": _HEAD.c.revision + 1}
        if release_number is not None:
            values["release_number"] = release_number
        statement = update(PolicyRevision).values(values).returning(_HEAD.c.revision)
        revision = connection.scalar(statement)
        if revision is None:
            raise StoreError(
                "the database has no revision row; run `delega db upgrade`"
            )
        self._session.info["policy_revision"] = int(revision)
        return int(revision)


def initialise(connection: Connection) -> None:
    """Write the one revision row of a new database; does nothing when it is there."""
    if connection.scalar(select(_HEAD.c.id)) is None:
        connection.execute(
            insert(PolicyRevision).values(
                id=1, database_id=secrets.token_hex(16), revision=0, release_number=0
            )
        )
