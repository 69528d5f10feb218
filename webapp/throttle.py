"""Counting costly tries in the database, so that every worker counts together."""

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select

from webapp.extensions import begin_write, db, reading
from webapp.tables import Attempt

WINDOW = timedelta(minutes=15)
LIMIT = 10


def _key(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind}\x00{name}".encode()).hexdigest()


def is_blocked(kind: str, name: str, limit: int = LIMIT) -> bool:
    """Whether there were too many tries in the last quarter of an hour."""
    since = datetime.now(UTC) - WINDOW
    count = (
        select(func.count())
        .select_from(Attempt)
        .where(Attempt.key == _key(kind, name), Attempt.at > since)
    )
    with reading() as connection:
        return (connection.scalar(count) or 0) >= limit


def count(*tries: tuple[str, str]) -> None:
    """Count one try under each (kind, name), in a transaction of its own."""
    now = datetime.now(UTC)
    begin_write()
    db.session.execute(delete(Attempt).where(Attempt.at < now - 2 * WINDOW))
    db.session.add_all(Attempt(key=_key(kind, name), at=now) for kind, name in tries)
    db.session.commit()


def forget(kind: str, name: str) -> None:
    """A success clears the count, in the current transaction."""
    db.session.execute(delete(Attempt).where(Attempt.key == _key(kind, name)))
