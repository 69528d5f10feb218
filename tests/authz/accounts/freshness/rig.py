"""A real database whose accounts each hold one number, its writers and its readers."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, delete, update
from sqlalchemy.orm import Session, scoped_session

from authz.accounts.freshness import Freshness, Loaded, PageWatch, Watch
from authz.engine import Row
from authz.policy import DatedRow
from authz.storage.engines import prepare, reading_engine
from authz.storage.hooks import head_reader, install
from authz.storage.page import Page, restored
from authz.storage.protocol import Change
from authz.storage.sql import SqlStore, SqlWriter, initialise
from authz.storage.tables import (
    POLICY_TABLES,
    Base,
    PolicyChange,
    PolicyRevision,
    PolicyRow,
)

ROOT = Path(__file__).resolve().parents[4]
#: Every step of a writer, in order; `rows` is before `commit()` is called.
STEPS = (
    "rows",
    "open",
    "check",
    "mark",
    "commit",
    "read",
    "settle",
    "unlock",
    "acknowledge",
)


class Died(BaseException):
    """A writer's death in this process: the kernel gives its locks back, no more."""


def url_of(database: Path) -> str:
    return f"sqlite:///{database}"


def make_database(folder: Path) -> Path:
    database = folder / "policy.db"
    engine = reading_engine(url_of(database))
    Base.metadata.create_all(engine, tables=POLICY_TABLES)
    with engine.begin() as connection:
        initialise(connection)
    engine.dispose()
    return database


def number_in(rows: tuple[DatedRow, ...]) -> int:
    return max((int(dated.row.values[1]) for dated in rows), default=0)


def put_next(session: Session, account: str) -> int:
    """Write the account's next number in the session's transaction; no commit."""
    if isinstance(session, scoped_session):
        session = session()
    if not session.in_transaction():
        session.connection(execution_options={"immediate": True})
    writer = SqlWriter(session)
    old = writer.rows(account)
    new = [DatedRow(Row("g", (account, str(number_in(old) + 1))))]
    change = Change(
        account=account, actor="system", kind="test", node=account, remove=old, add=new
    )
    return writer.apply(change)


class Writer:
    """A process that writes: its own pool, page and hooks."""

    def __init__(self, database: Path, page: Page | None = None) -> None:
        url = url_of(database)
        self.page = Page(database) if page is None else page
        self.read_head = head_reader(url)
        self.engine = prepare(create_engine(url))
        self.session = Session(self.engine)
        self.hooks = install(self.session, self.page, lambda: self.read_head())

    def change(self, account: str = "a_1") -> int:
        """One acknowledged change; rolled back when anything is raised."""
        try:
            revision = put_next(self.session, account)
            self.page.steps("rows")
            self.session.commit()
        except BaseException:
            self.session.close()
            raise
        return revision

    def die_at(self, step: str, account: str = "a_1") -> None:
        """Die there, as far as one process can show it."""

        def steps(name: str) -> None:
            if name == step:
                raise Died

        before, self.page.steps = self.page.steps, steps
        try:
            self.change(account)
        except Died:
            pass
        finally:
            self.page.steps = before

    def close(self) -> None:
        self.session.close()
        self.engine.dispose()


class CountingStore(SqlStore):
    """Counts its readings, and runs `between` after each, before it is answered."""

    def __init__(self, database: Path) -> None:
        self.engine = reading_engine(url_of(database))
        super().__init__(self.engine)
        self.caught_up = 0
        self.loaded: list[str] = []
        self.after_changes: Callable[[], None] = lambda: None
        self.after_load: Callable[[], None] = lambda: None

    def changes(self, after):
        self.caught_up += 1
        answer = super().changes(after)
        once(self, "after_changes")
        return answer

    def load(self, account):
        self.loaded.append(account)
        answer = super().load(account)
        once(self, "after_load")
        return answer


def once(owner: object, name: str) -> None:
    """Run what is hung there, one time."""
    run = getattr(owner, name)
    setattr(owner, name, lambda: None)
    run()


class Reader:
    """A process that decides: its own store, page and snapshots."""

    def __init__(
        self,
        database: Path,
        watch: Callable[[Page, Callable], Watch] = PageWatch,
        kind: type[Freshness] = Freshness,
        **options: object,
    ) -> None:
        self.page = Page(database)
        self.store = CountingStore(database)
        self.between_head: Callable[[], None] = lambda: None
        self._read = head_reader(url_of(database))
        self.fresh = kind(
            self.store, watch(self.page, self.read_head), self.load, **options
        )
        #: what an account's snapshot is good for, and until when
        self.valid_until = None

    def read_head(self):
        head = self._read()
        once(self, "between_head")
        return head

    def load(self, account: str) -> Loaded[int]:
        rows = self.store.load(account)
        return Loaded(
            snapshot=number_in(rows.rows),
            revision=rows.revision,
            database_id=rows.database_id,
            valid_until=self.valid_until,
        )

    def ask(
        self, account: str = "a_1", during: Callable[[], None] | None = None
    ) -> int:
        return self.asked(account, during)[0]

    def asked(
        self, account: str = "a_1", during: Callable[[], None] | None = None
    ) -> tuple[int, int]:
        """The number and its revision; `during` runs in the first evaluation."""
        pending = [during] if during else []

        def evaluate(loaded: Loaded[int]) -> int:
            if pending:
                pending.pop()()
            return loaded.snapshot

        return self.fresh.ask(account, evaluate)

    def close(self) -> None:
        self.store.engine.dispose()


def word_of(database: Path) -> int:
    """The word of the page that the path names now."""
    page = Page(database)
    page.remap()
    return page.word()


def write_word(database: Path, word: int) -> None:
    locked = Page(database).lock(time.monotonic() + 5)
    locked.write(word)
    locked.close()


def restore(database: Path, database_id: str, *, dies: bool = False) -> None:
    """Put an empty store of another id in place, at revision 0."""
    engine = prepare(create_engine(url_of(database)))
    connection = engine.connect().execution_options(immediate=True)
    connection.execute(delete(PolicyRow))
    connection.execute(delete(PolicyChange))
    connection.execute(
        update(PolicyRevision).values(revision=0, database_id=database_id)
    )
    page = Page(database)
    if dies:
        page.steps = lambda name: _die(name == "read")
    try:
        restored(page, head_reader(url_of(database)), connection.commit)
    except Died:
        pass
    finally:
        connection.close()
        engine.dispose()


def _die(now: bool) -> None:
    if now:
        raise Died


class Process:
    """A real process of `worker.py`: one line in, one line out."""

    def __init__(self, role: str, database: Path) -> None:
        self.popen = subprocess.Popen(  # noqa: S603  (this file's own worker)
            [
                sys.executable,
                "-m",
                "tests.authz.accounts.freshness.worker",
                role,
                database,
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.read_line() == "ready"

    def send(self, line: str) -> None:
        self.popen.stdin.write(f"{line}\n")
        self.popen.stdin.flush()

    def read_line(self) -> str:
        return self.popen.stdout.readline().strip()

    def says(self, seconds: float) -> bool:
        return bool(select.select([self.popen.stdout], [], [], seconds)[0])

    def call(self, line: str) -> str:
        self.send(line)
        return self.read_line()

    def wait_stopped(self) -> None:
        """Until the kernel says that it has stopped."""
        os.waitpid(self.popen.pid, os.WUNTRACED)

    def wait_dead(self) -> None:
        self.popen.wait(30)

    def resume(self) -> None:
        self.popen.send_signal(signal.SIGCONT)

    def close(self) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        self.popen.stdin.close()
        self.popen.stdout.close()


def revision_of(database):
    return head_reader(url_of(database))().revision


def unlocked(database):
    """Whether the page's lock is free."""
    Page(database).lock(time.monotonic()).close()
    return True
