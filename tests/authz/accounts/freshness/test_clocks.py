"""A snapshot has its time, and a clock that went back gives no answer."""

from datetime import UTC, datetime, timedelta

import pytest

from authz.errors import NotReadyError
from tests.authz.accounts.freshness.rig import (
    Reader,
)


class Clock:
    def __init__(self):
        self.instant = datetime.now(UTC) + timedelta(hours=1)

    def __call__(self):
        return self.instant

    def pass_(self, **times):
        self.instant += timedelta(**times)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def timed(database, opened, clock):
    return opened(Reader, database, now=clock)


def test_a_snapshot_is_loaded_again_when_its_time_is_over(timed, clock):
    timed.valid_until = clock.instant + timedelta(minutes=1)
    timed.ask()
    clock.pass_(seconds=59)
    timed.ask()
    assert timed.store.loaded == ["a_1"]
    clock.pass_(seconds=1)
    timed.valid_until = None
    timed.ask()
    assert timed.store.loaded == ["a_1", "a_1"]


def test_a_snapshot_whose_time_ends_during_evaluation_does_not_answer(timed, clock):
    timed.valid_until = clock.instant + timedelta(minutes=1)
    timed.ask()
    timed.valid_until = None
    asked = []
    timed.fresh.ask("a_1", lambda n: (asked.append(n), clock.pass_(seconds=45)))
    timed.fresh.ask("a_1", lambda n: (asked.append(n), clock.pass_(seconds=45)))
    assert len(asked) == 3
    assert timed.store.loaded == ["a_1", "a_1"]


def test_a_snapshot_that_is_over_when_loaded_never_answers(timed, clock):
    timed.valid_until = clock.instant
    with pytest.raises(NotReadyError):
        timed.ask()


def test_a_change_while_the_clock_is_read_is_no_clock_that_went_back(
    database, opened, writer
):
    """Another thread catches up with it before the clock is compared."""
    either = opened(Reader, database)
    either.ask()
    read, meanwhile = either.fresh.wall, [writer.change, either.fresh._catch_up]

    def wall():
        now = read()
        while meanwhile:
            meanwhile.pop(0)()
        return now

    either.fresh.wall = wall
    assert either.fresh.rounds("a_1", lambda loaded: loaded.snapshot) == (1, 1)


def test_a_snapshot_from_a_later_clock_is_loaded_again(timed, clock):
    timed.ask()
    clock.pass_(minutes=-1)
    timed.ask()
    assert timed.store.loaded == ["a_1", "a_1"]


def test_a_snapshot_that_another_thread_renewed_is_not_dropped(timed, clock):
    timed.valid_until = clock.instant + timedelta(minutes=1)
    timed.ask()
    old = timed.fresh._cache.get("a_1")
    clock.pass_(minutes=2)
    timed.valid_until = None
    timed.ask()
    new = timed.fresh._cache.get("a_1")
    timed.fresh._cache.discard("a_1", old)
    assert timed.fresh._cache.get("a_1") is new


def test_a_wall_clock_behind_the_last_change_is_not_ready(timed, clock, writer):
    writer.change()
    assert timed.ask() == 1
    clock.pass_(hours=-2)
    with pytest.raises(NotReadyError, match="the last change was at"):
        timed.ask()
    with pytest.raises(NotReadyError):
        timed.fresh.start()
    clock.pass_(hours=2)
    assert timed.ask() == 1


def test_a_settled_page_is_believed_for_a_second(reader, database):
    reader.ask()
    reader.ask()
    now = [reader.fresh.clock()]
    reader.fresh.clock = lambda: now[0]
    reader.fresh.start()
    before = reader.store.caught_up
    now[0] += 1.0
    reader.ask()
    assert reader.store.caught_up == before
    now[0] += 0.1
    reader.ask()
    assert reader.store.caught_up == before + 1
