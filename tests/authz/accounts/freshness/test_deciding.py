"""One process that decides: its answers, its cache, its failures."""

from itertools import count

import pytest

from authz.accounts.freshness import EveryTime, PageWatch
from authz.errors import NotReadyError, StoreError
from authz.storage.protocol import EVERY_ACCOUNT
from tests.authz.accounts.freshness.rig import (
    Reader,
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

    def evaluate(loaded):
        if not asked:
            writer.change("a_2")
        asked.append(loaded.snapshot)
        return loaded.snapshot

    assert either.fresh.ask("a_1", evaluate) == (0, 1)
    assert asked == [0]


def test_an_account_that_changes_in_every_round_is_not_answered(either, writer):
    rounds = count()

    def evaluate(loaded):
        next(rounds)
        writer.change()
        return loaded.snapshot

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


def test_a_snapshot_newer_than_what_is_applied_stays(reader, writer):
    """Loaded after the change and before its catch-up: not loaded again."""
    reader.ask("a_2")
    load = reader.store.load

    def load_after_a_change(account):
        reader.store.load = load
        writer.change("a_1")
        return load(account)

    reader.store.load = load_after_a_change
    for _ in range(2):
        assert reader.asked("a_1") == (1, 1)
    assert reader.store.loaded == ["a_2", "a_1"]


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
