"""Settling and writing: the bug with a safeguard off, and none with it on."""

import time

import pytest
from sqlalchemy.exc import OperationalError

from authz.accounts.freshness import Freshness, PageWatch
from authz.errors import ChangeRefusedError
from authz.storage import page as page_module
from tests.authz.accounts.freshness.rig import (
    Reader,
    Writer,
    put_next,
    word_of,
    write_word,
)
from tests.authz.accounts.freshness.safeguards import (
    acknowledged,
    both,
    only_even,
    put_word,
)


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
