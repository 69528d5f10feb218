"""Each safeguard of the protocol: the bug with it off, and none with it on.

A story runs in one thread: what another process does happens inside a callback of the
first, so every run is the same run.
"""

import mmap
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from authz.accounts.freshness import Freshness, PageWatch
from authz.errors import ChangeRefusedError
from authz.storage import page as page_module
from authz.storage.page import LockedPage, Page
from tests.authz.accounts.freshness.rig import (
    Reader,
    Writer,
    put_next,
    restore,
    word_of,
    write_word,
)

both = pytest.mark.parametrize("safe", [True, False], ids=["on", "off"])


def acknowledged(writer: Writer, account: str = "a_1") -> int | None:
    """Try a change; its revision when it was acknowledged, None when refused."""
    try:
        return writer.change(account)
    except ChangeRefusedError:
        return None


def put_word(path: str, word: int) -> None:
    with Path(path).open("r+b") as file, mmap.mmap(file.fileno(), 8) as memory:
        view = memoryview(memory).cast("Q")
        view[0] = word
        view.release()


def only_even(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page is ever marked as changing, nor retired."""
    write = LockedPage.write
    monkeypatch.setattr(
        LockedPage, "write", lambda self, word: word & 1 or write(self, word)
    )


# --- settling -------------------------------------------------------------------------


class UnlockedSettle(PageWatch):
    def settle(self):
        put_word(self._page.path, 2 * self._read_head().revision)


class EarlierReading(PageWatch):
    """Settles under the lock, at what its catch-up had read before it took the lock."""

    def remap(self):
        super().remap()
        self._earlier = self._read_head()

    def settle(self):
        self._page.settle(lambda: self._earlier)


def settle_beside_a_change(database, opened, writer, watch=PageWatch):
    """One process settles what a dead writer left while another changes the policy.

    Returns the change that was acknowledged, and a later answer of a third process.
    """
    settler, third = opened(Reader, database, watch), opened(Reader, database)
    writer.change("a_2")
    assert third.asked() == (0, 1)
    write_word(database, 3)
    done = []
    settler.between_head = lambda: done.append(acknowledged(writer))
    settler.fresh.start()
    return done, third.ask()


@both
def test_without_the_flock_a_settler_hides_an_acknowledged_change(
    safe, database, opened, writer, monkeypatch
):
    if not safe:
        monkeypatch.setattr(page_module, "_flock", lambda *_: None)
    done, answer = settle_beside_a_change(database, opened, writer)
    assert (done, answer) == ([None], 0) if safe else ([2], 0)


@both
def test_settling_outside_the_flock_hides_an_acknowledged_change(
    safe, database, opened, writer
):
    watch = PageWatch if safe else UnlockedSettle
    done, answer = settle_beside_a_change(database, opened, writer, watch)
    assert (done, answer) == ([None], 0) if safe else ([2], 0)


@both
def test_settling_at_an_earlier_reading_hides_an_acknowledged_change(
    safe, database, opened, writer, other
):
    settler = opened(Reader, database, PageWatch if safe else EarlierReading)
    other.fresh.start()
    assert other.ask() == 0
    write_word(database, 1)
    settler.store.after_changes = writer.change
    settler.fresh.start()
    assert other.ask() == (1 if safe else 0)


@both
def test_if_nobody_settled_a_dead_writer_would_leave_the_page_odd_for_ever(
    safe, database, writer, reader, monkeypatch
):
    if not safe:
        monkeypatch.setattr(PageWatch, "settle", lambda self: None)
    writer.die_at("read")
    for _ in range(3):
        assert reader.ask() == 1
    assert word_of(database) == (2 if safe else 1)
    before = reader.store.caught_up
    assert reader.ask() == 1
    assert (reader.store.caught_up == before) is safe


@both
def test_settling_only_when_odd_would_leave_a_wrong_even_word(
    safe, database, reader, monkeypatch
):
    if not safe:
        odd = lambda self, word, revision: bool(word & 1)  # noqa: E731
        monkeypatch.setattr(Freshness, "_must_settle", odd)
    reader.fresh.start()
    write_word(database, 14)
    assert reader.ask() == 0
    assert word_of(database) == (0 if safe else 14)


# --- the writer -----------------------------------------------------------------------


@both
def test_without_odd_before_commit_a_dead_writer_splits_the_processes(
    safe, database, writer, reader, other, monkeypatch
):
    if not safe:
        only_even(monkeypatch)
    assert other.ask() == 0
    monkeypatch.setattr(PageWatch, "settle", lambda self: None)  # somebody has the lock
    writer.die_at("read")
    assert reader.ask() == 1, "the commit is there for who looks"
    assert other.ask() == (1 if safe else 0), "asked after the other was answered"


@both
def test_the_page_lock_before_the_write_lock_refuses_two_living_writers(
    safe, database, writer, opened
):
    second = opened(Writer, database)
    second.engine.dispose()
    put_next(writer.session, "a_1")
    held = None if safe else second.page.lock(time.monotonic())
    with second.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 20")
        connection.rollback()
        busy = connection.execution_options(immediate=True)
        with pytest.raises(OperationalError, match="locked"):
            busy.exec_driver_sql("SELECT 1")
    if safe:
        writer.session.commit()
        assert second.change() == 2
    else:
        with pytest.raises(ChangeRefusedError):
            writer.session.commit()
        held.close()


# --- a process and its threads --------------------------------------------------------


class AppliedFirst(Freshness):
    def _apply(self, changes, deadline):
        self._applied = changes.revision, deadline
        self.between()
        super()._apply(changes, deadline)


class DropFirst(Freshness):
    def _apply(self, changes, deadline):
        self._cache.drop(changes, self.revision)
        self.between()
        super()._apply(changes, deadline)


class Beside:
    """What another thread does meanwhile: given a moment, then waited for."""

    def __init__(self, work):
        self._answers = []
        self._thread = threading.Thread(target=lambda: self._answers.append(work()))

    def start(self):
        self._thread.start()
        self._thread.join(0.2)

    def answer(self):
        self._thread.join()
        return self._answers[0]


@both
def test_applied_before_dropping_lets_a_thread_use_the_old_snapshot(
    safe, database, opened, writer
):
    reader = opened(Reader, database, kind=DropFirst if safe else AppliedFirst)
    reader.fresh.between = lambda: None
    assert reader.ask() == 0
    writer.change()
    beside = Beside(reader.ask)
    reader.fresh.between = beside.start
    reader.fresh.at_least(1)
    reader.fresh.between = lambda: None
    assert beside.answer() == (1 if safe else 0)


@both
def test_without_the_loaders_check_an_old_snapshot_enters_after_its_catch_up(
    safe, reader, writer
):
    reader.fresh.start()
    if not safe:
        reader.fresh._cache.may_enter = lambda *_: True

    def meanwhile():
        writer.change()
        reader.fresh.at_least(1)

    reader.store.after_load = meanwhile
    assert reader.ask() == (1 if safe else 0)
    assert reader.ask() == (1 if safe else 0)


class NoLastLook(Freshness):
    def ask(self, account, evaluate):
        self.evaluated = False

        def then(snapshot):
            answer = evaluate(snapshot)
            self.evaluated = True
            return answer

        return super().ask(account, then)

    def _settled(self, applied, deadline):
        return getattr(self, "evaluated", False) or super()._settled(applied, deadline)


@both
def test_without_the_last_look_a_pause_gives_an_old_answer(
    safe, database, opened, writer
):
    reader = opened(Reader, database, kind=Freshness if safe else NoLastLook)
    reader.ask()
    assert reader.ask(during=writer.change) == (1 if safe else 0)


class WordUnchanged(Freshness):
    def ask(self, account, evaluate):
        self.first = None
        return super().ask(account, evaluate)

    def _settled(self, applied, deadline):
        if getattr(self, "first", None) is None:
            self.first = self._watch.word()
            return super()._settled(applied, deadline)
        return self._watch.word() == self.first


@both
def test_a_word_that_is_merely_unchanged_hides_an_acknowledged_change(
    safe, database, opened, writer, monkeypatch
):
    """Odd before, odd after, a commit between whose revision could not be read."""
    reader = opened(Reader, database, kind=Freshness if safe else WordUnchanged)
    writer.change("a_2")  # makes the page
    reader.ask()
    monkeypatch.setattr(PageWatch, "settle", lambda self: None)  # somebody has the lock
    writer.die_at("commit")
    assert word_of(database) == 3

    def commit_and_leave_it_odd():
        writer.page.steps = lambda name: name == "read" and unreadable()
        assert writer.change() == 2
        assert word_of(database) == 3

    assert reader.ask(during=commit_and_leave_it_odd) == (1 if safe else 0)


def unreadable():
    raise OSError("the revision can not be read")


class FellByMyOwn(Freshness):
    """Drops an answer only when its own catch-up dropped the snapshot."""

    def _catch_up(self):
        before = list(self._cache._entries.values())
        super()._catch_up()
        after = self._cache._entries.values()
        self.fell = [entry for entry in before if entry not in after]

    def _stands(self, account, entry):
        return entry not in self.fell


@both
def test_a_snapshot_that_another_thread_dropped_must_not_answer(
    safe, database, opened, writer
):
    reader = opened(Reader, database, kind=Freshness if safe else FellByMyOwn)
    reader.ask()

    def meanwhile():
        writer.change()
        reader.fresh.at_least(1)

    assert reader.ask(during=meanwhile) == (1 if safe else 0)


class LabelledLate(Freshness):
    between = staticmethod(lambda: None)
    late = True

    def ask(self, account, evaluate):
        answer, revision = super().ask(account, evaluate)
        self.between()
        return answer, self.revision if self.late else revision


@both
def test_a_revision_read_at_the_end_labels_an_old_answer_new(
    safe, database, opened, writer
):
    reader = opened(Reader, database, kind=LabelledLate)
    reader.fresh.late = not safe
    reader.ask()

    def meanwhile():
        writer.change()
        reader.fresh.at_least(1)

    reader.fresh.between = meanwhile
    assert reader.asked() == ((0, 0) if safe else (0, 1))


@both
def test_dropping_everything_makes_one_account_pay_for_another(safe, reader, writer):
    reader.ask("a_1"), reader.ask("a_2")
    if not safe:
        cache = reader.fresh._cache
        keep = cache.drop
        cache.drop = lambda *args: (cache._entries.clear(), keep(*args))
    reader.store.loaded.clear()
    writer.change("a_1")
    reader.ask("a_2")
    assert reader.store.loaded == ([] if safe else ["a_2"])


@both
def test_one_newest_change_for_all_refuses_a_loader_because_of_another_account(
    safe, reader, writer
):
    reader.fresh.start()
    if not safe:
        newer = lambda loaded, _: loaded.revision >= reader.fresh.revision  # noqa: E731
        reader.fresh._cache.may_enter = newer

    def meanwhile():
        writer.change("a_1")
        reader.fresh.at_least(1)

    reader.store.after_load = meanwhile
    reader.ask("a_2")
    reader.store.loaded.clear()
    reader.ask("a_2")
    assert reader.store.loaded == []
    assert reader.fresh._cache.get("a_2").loaded.revision == (0 if safe else 1)


# --- restore --------------------------------------------------------------------------


@both
def test_an_old_page_that_is_not_retired_keeps_the_old_answers(
    safe, database, writer, reader, monkeypatch
):
    writer.change()
    assert reader.ask() == 1
    if not safe:
        only_even(monkeypatch)
    restore(database, "restored")
    assert reader.ask() == (0 if safe else 1)


@both
def test_without_the_id_check_a_writer_settles_the_page_of_a_dead_restore(
    safe, database, opened, reader, monkeypatch
):
    writer = opened(Writer, database)
    writer.change("a_1")
    assert reader.asked("a_1") == (1, 1)
    restore(database, "restored", dies=True)
    if not safe:
        monkeypatch.setattr(LockedPage, "names", lambda self, database_id: True)
    # the restored store reaches revision 1 again, and its account never had a number
    writer.change("a_2")
    assert reader.ask("a_1") == (0 if safe else 1)


@both
def test_without_the_inode_check_a_waiting_writer_settles_a_dead_page(
    safe, database, opened, reader, monkeypatch
):
    """The page is replaced while the writer waits for the lock of the old one."""
    writer = opened(Writer, database)
    monkeypatch.setattr(LockedPage, "names", lambda self, database_id: True)
    if not safe:
        monkeypatch.setattr(LockedPage, "is_current", lambda self: True)
    flock, pending = page_module._flock, [True]

    def replaced_meanwhile(fd, until):
        if pending:
            pending.pop()
            head = writer.read_head()
            reader.page.replace(head.database_id, 2 * head.revision)
            assert reader.ask() == 0
        flock(fd, until)

    reader.fresh.start()
    monkeypatch.setattr(page_module, "_flock", replaced_meanwhile)
    assert writer.change() == 1
    assert reader.ask() == (1 if safe else 0)
    assert word_of(database) == (2 if safe else 0)


@both
def test_a_process_that_does_not_map_anew_catches_up_at_every_decision(
    safe, database, reader, monkeypatch
):
    reader.fresh.start()
    if not safe:
        monkeypatch.setattr(Page, "remap", lambda self: None)
    restore(database, "restored")
    assert reader.ask() == 0
    before = reader.store.caught_up
    for _ in range(5):
        assert reader.ask() == 0
    assert reader.store.caught_up - before == (0 if safe else 10)
