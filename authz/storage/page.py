"""The revision page: one word beside a SQLite database that says what is committed.

A file `<database>-page`, mapped by every process: an aligned 64-bit word, 2R when revision
R is settled and odd while a change is under way, and the id of the database. Only a
holder of its flock writes; anyone reads. The file is replaced whole or not at all.
"""

import fcntl
import mmap
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from authz.errors import ChangeRefusedError, StoreError
from authz.storage.shared_memory import mounted, require_shared_memory

SIZE = 4096
#: A word that no settled page holds: odd, so that it equals 2R for no R.
ODD = 2**64 - 1
_NOWHERE = memoryview(b"\xff" * 8).cast("Q")
_ID_AT, _ID_SIZE = 64, 512
_POLL_SECONDS = 0.005
_OPEN = os.O_RDWR | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Head:
    """What is committed: the revision, in the database of that id."""

    revision: int
    database_id: str


ReadHead = Callable[[], Head]


def no_step(_name: str) -> None:
    """What runs at each named step of the protocol: nothing."""


class Page:
    """The page of one database.

    Attributes:
        path: where it lies.
        steps: called with the name of each step of a writer; tests stop there.
    """

    def __init__(self, database: str | Path, mounts: str | None = None) -> None:
        self._database = os.path.realpath(database)
        self.path = f"{self._database}-page"
        self.steps: Callable[[str], None] = no_step
        self._inode: tuple[int, int] | None = None
        self._mapped = _NOWHERE
        require_shared_memory(self.path, mounted() if mounts is None else mounts)

    def word(self) -> int:
        """The word of the mapped page; odd when none is mapped."""
        return self._mapped[0]

    def remap(self) -> None:
        """Map the page that the path names, unless it is the mapped one."""
        if self._inode is not None and self._inode == _inode(self.path):
            return
        self._inode, self._mapped = None, _NOWHERE
        with suppress(OSError, ValueError):  # absent or too short: odd until replaced
            # opened for writing: an overlay file system then copies it up first
            fd = os.open(self.path, _OPEN)
            try:
                memory = mmap.mmap(fd, SIZE, prot=mmap.PROT_READ)
                self._mapped = memoryview(memory).cast("Q")
                self._inode = _identity(os.fstat(fd))
            finally:
                os.close(fd)

    def open_change(self, head: Head, timeout: float) -> "LockedPage":
        """Lock the page and mark it changing; the caller holds SQLite's write lock.

        Raises:
            ChangeRefusedError: it could not be marked, so nothing may be committed.
        """
        until = time.monotonic() + timeout
        try:
            while (locked := self._try_change(head, until)) is None:
                pass
        except OSError as error:
            raise ChangeRefusedError(
                f"{self.path} can not be marked: {error}"
            ) from error
        return locked

    def close_change(self, locked: "LockedPage", read_head: ReadHead) -> None:
        """Settle at what is committed, whatever came of the commit, and unlock.

        When that can not be read the word stays odd: slower, never wrong.
        """
        try:
            with suppress(OSError, StoreError):
                self.steps("read")
                head = read_head()
                self.steps("settle")
                locked.settle(head)
            self.steps("unlock")
        finally:
            locked.close()
        self.steps("acknowledge")

    def settle(self, read_head: ReadHead) -> None:
        """Settle what a dead writer left, if nobody holds the lock; never waits."""
        with suppress(OSError, StoreError):
            locked = self.lock(time.monotonic())
            try:
                if locked.is_current():
                    self.steps("settle.read")
                    # INVARIANT: read under the lock; an earlier reading may be old
                    locked.settle(read_head())
                    self.steps("settle.unlock")
            finally:
                locked.close()

    def lock(self, until: float) -> "LockedPage":
        """Whatever file the path names, made if there is none, under its flock."""
        fd = os.open(self.path, _OPEN | os.O_CREAT, 0o600)
        try:
            if os.fstat(fd).st_size != SIZE:
                self._belongs_to_database(fd)
            _flock(fd, until)
            return LockedPage(self, fd)
        except BaseException:
            os.close(fd)
            raise

    def replace(self, database_id: str, word: int) -> None:
        """Put a new page in place; the caller holds the lock of the old one."""
        content = word.to_bytes(8, sys.byteorder).ljust(_ID_AT, b"\0")
        content = (content + _id_bytes(database_id)).ljust(SIZE, b"\0")
        folder, name = os.path.split(self.path)
        fd, beside = tempfile.mkstemp(prefix=f"{name}.", dir=folder)
        try:
            with os.fdopen(fd, "wb") as file:
                self._belongs_to_database(fd)
                file.write(content)
            Path(beside).rename(self.path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise

    def _try_change(self, head: Head, until: float) -> "LockedPage | None":
        self.steps("open")
        locked = self.lock(until)
        try:
            self.steps("check")
            if locked.is_current():
                if locked.names(head.database_id):
                    self.steps("mark")
                    locked.write(2 * head.revision + 1)
                    self.steps("commit")
                    return locked
                # a restore died before its page was in place, or somebody made this
                self.steps("replace")
                locked.replace(head.database_id, 2 * head.revision + 1)
        except BaseException:
            locked.close()
            raise
        locked.close()
        return None

    def _belongs_to_database(self, fd: int) -> None:
        """Whoever may write the database may write its page, whoever made it."""
        status = Path(self._database).stat()
        with suppress(PermissionError):
            os.fchmod(fd, status.st_mode & 0o666)
            os.fchown(fd, status.st_uid, status.st_gid)


class LockedPage:
    """The page under its flock, on a descriptor of its own."""

    def __init__(self, page: Page, fd: int) -> None:
        self._page, self._fd = page, fd
        whole = os.fstat(fd).st_size == SIZE
        self._memory = memoryview(mmap.mmap(fd, SIZE) if whole else bytearray(SIZE))
        self._word = self._memory.cast("Q")

    def is_current(self) -> bool:
        """Whether it is still the page that the path names."""
        return _identity(os.fstat(self._fd)) == _inode(self._page.path)

    def names(self, database_id: str) -> bool:
        """Whether it is the page of that database."""
        found = bytes(self._memory[_ID_AT : _ID_AT + _ID_SIZE])
        return found == _id_bytes(database_id)

    def write(self, word: int) -> None:
        """Set the word, in one aligned store."""
        # INVARIANT: only this form; struct clears the bytes first, so readers see 0
        self._word[0] = word

    def settle(self, head: Head) -> None:
        """Say that `head` is committed; in a new page when the database is another."""
        if self.names(head.database_id):
            self.write(2 * head.revision)
        else:
            self.replace(head.database_id, 2 * head.revision)

    def replace(self, database_id: str, word: int) -> None:
        """Retire this page: odd for ever, and another in its place."""
        # INVARIANT: who still maps the old page must never find it settled
        self.write(ODD)
        self._page.replace(database_id, word)

    def close(self) -> None:
        """Unlock."""
        # explicit: mmap holds a duplicate of the descriptor, and a fork may hold more
        fcntl.flock(self._fd, fcntl.LOCK_UN)
        self._word.release()
        self._memory.release()
        os.close(self._fd)


def restored(
    page: Page, read_head: ReadHead, commit: Callable[[], None], timeout: float = 5.0
) -> None:
    """Commit a restore, which brings a new database id, and put its page in place.

    The caller's transaction holds SQLite's write lock already.

    Raises:
        ChangeRefusedError: the page can not be marked; nothing was committed.
    """
    locked = page.open_change(read_head(), timeout)
    try:
        commit()
    finally:
        page.close_change(locked, read_head)


def _inode(path: str) -> tuple[int, int] | None:
    try:
        return _identity(Path(path).stat())
    except OSError:
        return None


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _id_bytes(database_id: str) -> bytes:
    return database_id.encode().ljust(_ID_SIZE, b"\0")


def _flock(fd: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
        time.sleep(_POLL_SECONDS)
