"""When a key was last used, to the hour; written beside the decisions, never by one."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, or_, update
from sqlalchemy.exc import SQLAlchemyError

from webapp.tables import Credential

EVERY = timedelta(hours=1)
#: After a write that failed.
AGAIN_SECONDS = 60.0
_log = logging.getLogger(__name__)


class LastUse:
    """Notes uses; a thread of its own writes them, and lives only while it has to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._due: dict[str, float] = {}
        self._waiting: set[str] = set()
        self._thread: threading.Thread | None = None

    def note(self, identity: str, now: float) -> None:
        """A key was used, by a clock that never goes back."""
        if now < self._due.get(identity, now):
            return
        with self._lock:
            self._due[identity] = now + EVERY.total_seconds()
            self._waiting.add(identity)
            # the thread of a parent is dead in a child of a fork
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write_all, daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Until everything noted so far is written."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _write_all(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                identity = self._waiting.pop()
            try:
                self._write(identity)
            except SQLAlchemyError as error:
                _log.warning("last use of %s not written: %s", identity, error)
                self._due[identity] = time.monotonic() + AGAIN_SECONDS

    def _write(self, identity: str) -> None:
        """Unless another process wrote it within the hour."""
        now = datetime.now(UTC)
        seen = Credential.last_used_at
        statement = (
            update(Credential)
            .where(Credential.id == identity, or_(seen.is_(None), seen < now - EVERY))
            .values(last_used_at=now)
        )
        with self._engine.begin() as connection:
            connection.execute(statement)
