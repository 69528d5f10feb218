"""Threads that share the snapshots, and a child that must not."""

import os
import threading

from authz.accounts.freshness import EveryTime, Freshness, Loaded
from authz.errors import NotReadyError
from authz.storage import MemoryStore
from tests.authz.accounts.freshness.rig import (
    number_in,
)


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
    fresh.ask("a_1", lambda loaded: loaded.snapshot)
    del gone
    fresh._lock.acquire()  # as another thread would hold it
    child = os.fork()
    if child == 0:
        started_empty = fresh._cache.get("a_1") is None
        answered = fresh.ask("a_1", lambda loaded: loaded.snapshot) == (0, 0)
        os._exit(0 if started_empty and answered else 1)
    fresh._lock.release()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert fresh._cache.get("a_1") is not None
