"""One process that decides: its cache, its clocks, its threads, its failures."""

import os
import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from authz.accounts.freshness import EveryTime, Freshness, Loaded, PageWatch
from authz.errors import NotReadyError, StoreError
from authz.storage import MemoryStore
from authz.storage.protocol import EVERY_ACCOUNT
from tests.authz.accounts.freshness.rig import (
    Reader,
    Writer,
    number_in,
    restore,
    word_of,
    write_word,
)


def every_time(_page, _read_head):
    return EveryTime()


@pytest.fixture(params=[PageWatch, every_time], ids=["page", "every time"])
def either(request, database, opened):
    """A deciding process with either watch."""
    return opened(Reader, database, request.param)


def test_an_answer_names_the_revision_at_which_it_is_right(either, writer):
    assert either.asked() == (0, 0)
    writer.change("a_2")
    assert either.asked() == (0, 1)
    writer.change("a_1")
    assert either.asked() == (1, 2)
    assert either.fresh.revision == 2


def test_a_warm_account_on_a_settled_page_asks_the_database_nothing(reader, writer):
    writer.change()
    reader.ask()
    before = reader.store.caught_up, len(reader.store.loaded)
    for _ in range(100):
        assert reader.ask() == 1
    assert (reader.store.caught_up, len(reader.store.loaded)) == before


def test_without_a_page_each_decision_reads_before_and_after(opened, database):
    reader = opened(Reader, database, every_time)
    reader.ask()
    before = reader.store.caught_up
    reader.ask()
    assert reader.store.caught_up == before + 2


def test_a_change_during_evaluation_is_answered_anew(either, writer):
    either.ask()
    assert either.asked(during=writer.change) == (1, 1)


def test_a_change_of_another_account_during_evaluation_costs_no_second_round(
    either, writer
):
    either.ask()
    asked = []

    def evaluate(number):
        if not asked:
            writer.change("a_2")
        asked.append(number)
        return number

    assert either.fresh.ask("a_1", evaluate) == (0, 1)
    assert asked == [0]


def test_an_account_that_changes_in_every_round_is_not_answered(either, writer):
    rounds = count()

    def evaluate(number):
        next(rounds)
        writer.change()
        return number

    with pytest.raises(NotReadyError, match="a_1 changes faster"):
        either.fresh.ask("a_1", evaluate)
    assert next(rounds) == 3


def test_a_change_of_one_account_leaves_the_others_snapshot(either, writer):
    either.ask("a_1"), either.ask("a_2")
    either.store.loaded.clear()
    for _ in range(5):
        writer.change("a_1")
        assert either.ask("a_2") == 0
    assert either.store.loaded == []


def test_a_change_that_touches_everybody_drops_every_snapshot(either, writer):
    either.ask("a_1"), either.ask("a_2")
    either.store.loaded.clear()
    writer.change(EVERY_ACCOUNT)
    assert either.asked("a_1") == (0, 1)
    assert either.asked("a_2") == (0, 1)
    assert either.store.loaded == ["a_1", "a_2"]


def test_a_change_that_touches_everybody_refuses_who_was_loading(either, writer):
    either.fresh.start()

    def meanwhile():
        writer.change(EVERY_ACCOUNT)
        either.fresh.at_least(1)

    either.store.after_load = meanwhile
    assert either.asked() == (0, 1)
    assert either.store.loaded == ["a_1", "a_1"]


def test_a_snapshot_newer_than_the_catch_up_stays(reader, writer):
    """Loaded after the change and before it was applied: not loaded again."""
    reader.ask("a_2")
    writer.change("a_1")
    assert reader.load("a_1").revision == 1
    reader.store.loaded.clear()
    reader._read, read = reader._read, reader._read
    reader.fresh._cache.drop(
        type(reader.store.changes(0))(
            database_id=read().database_id,
            revision=0,
            release_number=0,
            accounts=frozenset({"a_1"}),
        ),
        0,
    )
    assert reader.ask("a_1") == 1
    assert reader.ask("a_1") == 1
    assert reader.store.loaded == ["a_1"]


def test_the_least_recently_used_snapshot_goes_first(database, opened):
    reader = opened(Reader, database, capacity=2)
    for account in ("a_1", "a_2", "a_1", "a_3", "a_1"):
        reader.ask(account)
    assert reader.store.loaded == ["a_1", "a_2", "a_3"]
    reader.ask("a_2")
    assert reader.store.loaded[-1] == "a_2"


def test_nothing_is_remembered_of_accounts_that_are_not_being_loaded(reader, writer):
    reader.ask("a_1")
    for account in ("a_1", "a_2", "a_3"):
        writer.change(account)
    reader.ask("a_1")
    assert reader.fresh._cache._loads == {}


def test_a_load_that_fails_is_an_error_and_leaves_nothing_behind(reader):
    def fail():
        raise StoreError("the store can not be read")

    reader.store.after_load = fail
    with pytest.raises(StoreError):
        reader.ask()
    assert reader.fresh._cache._loads == {}
    assert reader.ask() == 0


def test_a_store_that_can_not_be_read_gives_no_answer(either, writer):
    either.ask()
    writer.change()

    def fail():
        raise StoreError("the store can not be read")

    either.store.after_changes = fail
    with pytest.raises(NotReadyError):
        either.ask()
    assert either.ask() == 1


# --- at least -------------------------------------------------------------------------


def test_at_least_catches_up_to_a_revision_that_is_there(either, writer):
    either.fresh.start()
    writer.change()
    either.fresh.at_least(1)
    assert either.fresh.revision == 1
    before = either.store.caught_up
    either.fresh.at_least(1)
    assert either.store.caught_up == before


def test_at_least_refuses_a_revision_that_the_store_has_not_reached(either):
    with pytest.raises(
        NotReadyError, match="revision 1 is asked for, the store is at 0"
    ):
        either.fresh.at_least(1)


# --- clocks ---------------------------------------------------------------------------


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


# --- the page -------------------------------------------------------------------------


def pages(database):
    return database.with_name(f"{database.name}-page")


def test_any_first_word_is_put_right_by_the_first_catch_up(database, opened, writer):
    writer.change()
    for word in (0, 1, 2, 3, 4, 999, 2**64 - 1):
        write_word(database, word)
        reader = opened(Reader, database)
        assert reader.asked() == (1, 1)
        assert word_of(database) == 2


@pytest.mark.parametrize("content", [b"", b"x", b"\xff" * 4096, b"\1" * 9000])
def test_garbage_in_place_of_the_page_is_replaced(database, reader, content):
    pages(database).write_bytes(content)
    assert reader.ask() == 0
    assert reader.ask() == 0
    assert word_of(database) == 0
    assert pages(database).stat().st_size == 4096


def test_a_page_deleted_while_serving_is_made_again(database, reader, writer):
    writer.change()
    reader.ask()
    pages(database).unlink()
    reader.fresh.clock = lambda: 2**40  # its second is over
    assert reader.ask() == 1
    assert word_of(database) == 2
    writer.change()
    assert reader.ask() == 2


def test_a_page_replaced_while_serving_is_followed(database, reader, writer):
    writer.change()
    reader.ask()
    reader.page.replace(writer.read_head().database_id, 2)
    reader.fresh.start()
    writer.change()
    assert reader.ask() == 2


def test_without_a_page_that_can_be_made_answers_are_right_and_slower(
    database, opened, writer
):
    pages(database).mkdir()
    reader = opened(Reader, database)
    for _ in range(3):
        assert reader.ask() == 0
    assert reader.page.word() & 1


def test_a_restored_database_drops_everything(either, writer, database):
    writer.change("a_1")
    writer.change("a_2")
    either.ask("a_1"), either.ask("a_2")
    restore(database, "restored")
    assert either.asked("a_1") == (0, 0)
    assert either.asked("a_2") == (0, 0)


def test_a_snapshot_of_the_database_before_a_restore_never_enters(
    reader, writer, database
):
    writer.change("a_1")
    reader.fresh.start()

    def meanwhile():
        restore(database, "restored")
        assert reader.ask("a_2") == 0

    reader.store.after_load = meanwhile
    assert reader.asked("a_1") == (0, 0)


def test_a_restore_that_died_before_its_page_is_finished_by_a_reader(
    reader, writer, database, opened
):
    writer.change()
    assert reader.ask() == 1
    restore(database, "restored", dies=True)
    assert reader.asked() == (0, 0)
    assert reader.asked() == (0, 0)
    assert word_of(database) == 0


def test_a_database_that_went_back_under_the_same_id_is_believed_anew(either, database):
    writer = Writer(database)
    head = writer.read_head()
    writer.change(), writer.change()
    assert either.asked() == (2, 2)
    restore(database, head.database_id)
    assert either.asked() == (0, 0)
    writer.close()


# --- threads and forks ----------------------------------------------------------------


def test_threads_that_race_load_an_account_once(reader):
    reader.fresh.start()
    start = threading.Barrier(8)
    answers = []

    def race():
        start.wait()
        answers.append(reader.ask())

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [0] * 8
    assert reader.store.loaded == ["a_1"]


def test_threads_never_answer_older_than_what_was_acknowledged(reader, writer):
    acknowledged, old = [0], []
    over = threading.Event()

    def decide():
        while not over.is_set():
            floor = acknowledged[0]
            try:
                number, revision = reader.asked()
            except NotReadyError:  # changed in each of three rounds
                continue
            if number < floor or number != revision:
                old.append((floor, number, revision))

    threads = [threading.Thread(target=decide) for _ in range(3)]
    for thread in threads:
        thread.start()
    writer.hooks.timeout = 5
    for _ in range(100):
        acknowledged[0] = writer.change()
    over.set()
    for thread in threads:
        thread.join()
    assert old == []
    assert reader.ask() == 100


def test_a_child_of_a_fork_starts_with_nothing(tmp_path):
    store = MemoryStore()

    def load(account):
        rows = store.load(account)
        return Loaded(
            snapshot=number_in(rows.rows),
            revision=rows.revision,
            database_id=rows.database_id,
        )

    fresh = Freshness(store, EveryTime(), load)
    gone = Freshness(store, EveryTime(), load)
    fresh.ask("a_1", lambda n: n)
    del gone
    fresh._lock.acquire()  # as another thread would hold it
    child = os.fork()
    if child == 0:
        started_empty = fresh._cache.get("a_1") is None
        answered = fresh.ask("a_1", lambda n: n) == (0, 0)
        os._exit(0 if started_empty and answered else 1)
    fresh._lock.release()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert fresh._cache.get("a_1") is not None
