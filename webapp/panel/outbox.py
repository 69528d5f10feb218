"""The folder of the channel: every sent file is written there, whole and once.

The database is the truth: a file is written after the commit that sent it, and
`write_outbox` catches up with whatever an earlier process left unwritten.
"""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from webapp.extensions import begin_write, db
from webapp.panel.tables import OutboxFile, StoredFile


def write_outbox(account: str | None = None) -> list[Path]:
    """Write the files that wait, of one account or of all; answers their paths.

    A file that stands there already is left as it is. In transactions of its own.
    """
    written: list[Path] = []
    try:
        for number, owner, name, content in _waiting(account):
            path = Path(current_app.config["DELEGA"].outbox_folder) / owner / name
            if _is_written(path, content):
                session = begin_write()
                session.get_one(OutboxFile, number).written_at = datetime.now(UTC)
                session.commit()
                written.append(path)
    except SQLAlchemyError as error:
        # the invoice is sent already: what is left is for `delega outbox write`
        db.session.rollback()
        current_app.logger.error("outbox: left for later: %s", error)
    return written


def waiting_files() -> int:
    """How many sent files are not in the folder yet."""
    query = select(func.count()).where(OutboxFile.written_at.is_(None))
    return db.session.scalar(query) or 0


def _is_written(path: Path, content: bytes) -> bool:
    try:
        _write_once(path, content)
    except OSError as error:
        current_app.logger.error("outbox: %s not written: %s", path, error)
        return False
    return True


def _waiting(account: str | None) -> list[tuple[int, str, str, bytes]]:
    query = (
        select(
            OutboxFile.number,
            OutboxFile.account_id,
            StoredFile.name,
            StoredFile.content,
        )
        .join(
            StoredFile,
            (StoredFile.account_id == OutboxFile.account_id)
            & (StoredFile.id == OutboxFile.file_id),
        )
        .where(OutboxFile.written_at.is_(None))
        .order_by(OutboxFile.number)
    )
    if account is not None:
        query = query.where(OutboxFile.account_id == account)
    found = [
        (number, owner, name, content)
        for number, owner, name, content in db.session.execute(query)
    ]
    db.session.rollback()
    return found


def _write_once(path: Path, content: bytes) -> None:
    """Whole or not at all, and never over a file that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _publish(Path(temporary), path)
    finally:
        Path(temporary).unlink()


def _publish(temporary: Path, path: Path) -> None:
    temporary.chmod(0o640)
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
