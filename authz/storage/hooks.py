"""WRITE of the freshness protocol, as events of the caller's SQLAlchemy session.

A commit that changes policy marks the revision page under its flock first, and settles
it afterwards at the revision that another connection reads.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.pool import PoolResetState

from authz.errors import StoreError
from authz.storage.engines import BUSY_TIMEOUT_MS, lone_engine
from authz.storage.page import Head, LockedPage, Page, ReadHead
from authz.storage.tables import PolicyRevision

#: What SqlWriter leaves in `session.info` when it wrote policy.
WROTE = "policy_revision"
_LOCKED = "policy_page"
_HEAD = select(PolicyRevision.revision, PolicyRevision.database_id)


class WriteHooks:
    """The events of a session, or of every session that a factory makes.

    Policy is written before `commit()` is called, never in a flush event, and the
    session owns its transaction.
    """

    def __init__(self, page: Page, read_head: ReadHead) -> None:
        self._page, self._read_head = page, read_head
        self.timeout = BUSY_TIMEOUT_MS / 1000

    def before_commit(self, session: Session) -> None:
        """Mark the page, or refuse.

        Also at a savepoint's release: a commit of the root with savepoints open fires
        this event only while they are open. From there on no other writer could have
        had the lock: SQLite's write lock is this session's already.
        """
        if WROTE not in session.info or _LOCKED in session.info:
            return
        connection = session.connection()
        discard_unfinished(connection.engine)
        try:
            # INVARIANT: always SQLite's write lock first, the page's lock second
            locked = self._page.open_change(self._read_head(), self.timeout)
        except BaseException:
            connection.invalidate()  # rolls back now, and no retry can commit it
            raise
        session.info[_LOCKED] = locked

    def after_commit(self, session: Session) -> None:
        """COMMIT returned: settle. The release of a savepoint is no commit."""
        if not session.in_nested_transaction():
            self._finish(session)

    def after_transaction_end(
        self, session: Session, transaction: SessionTransaction
    ) -> None:
        """The one event that always comes: after a commit, a rollback, a close.

        A COMMIT that raised fires no other, and may have taken effect.
        """
        if transaction.parent is None:
            session.info.pop(WROTE, None)
            self._finish(session)

    def _finish(self, session: Session) -> None:
        locked: LockedPage | None = session.info.pop(_LOCKED, None)
        if locked is not None:
            self._page.close_change(locked, self._read_head)


def install(session_target: Any, page: Page, read_head: ReadHead) -> WriteHooks:
    """Listen on a Session, a sessionmaker or a scoped_session (`db.session`)."""
    hooks = WriteHooks(page, read_head)
    for name in ("before_commit", "after_commit", "after_transaction_end"):
        event.listen(session_target, name, getattr(hooks, name))
    return hooks


def page_of(url: str) -> Page | None:
    """The page of a SQLite file; None for PostgreSQL and for SQLite in memory."""
    parsed = make_url(url)
    in_memory = parsed.database in (None, "", ":memory:")
    if parsed.get_backend_name() != "sqlite" or in_memory:
        return None
    return Page(str(parsed.database))


def head_reader(url: str) -> Callable[[], Head]:
    """Reads what is committed on a connection of its own, outside every pool.

    While the session's connection is checked out, N writers would wait for an N+1st.
    """
    engine = lone_engine(url)

    def read_head() -> Head:
        try:
            with engine.begin() as connection:
                row = connection.execute(_HEAD).one_or_none()
        except SQLAlchemyError as error:
            raise StoreError(f"the revision can not be read: {error}") from error
        if row is None:
            raise StoreError(
                "the database has no revision row; run `delega db upgrade`"
            )
        return Head(row.revision, row.database_id)

    return read_head


def discard_unfinished(engine: Engine) -> None:
    """Close a connection that comes back to the pool inside its transaction.

    After a COMMIT that raised SQLAlchemy believes the transaction over and skips the
    reset; the write lock would stay taken and the rows could yet be committed.
    """
    if not event.contains(engine, "reset", _discard):
        event.listen(engine, "reset", _discard)


def _discard(connection: Any, record: Any, state: PoolResetState) -> None:
    if state.transaction_was_reset and getattr(connection, "in_transaction", False):
        record.invalidate()
