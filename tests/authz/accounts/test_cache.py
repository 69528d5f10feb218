"""Which snapshots stay, and which go."""

from authz.accounts.cache import Loaded, SnapshotCache
from authz.storage import Changes


def an_entry(revision: int = 1) -> Loaded[str]:
    return Loaded(snapshot="x", revision=revision, database_id="d")


def filled(capacity: int, *accounts: str) -> SnapshotCache[Loaded[str]]:
    cache = SnapshotCache[Loaded[str]](capacity)
    for account in accounts:
        cache.enter(account, an_entry())
    return cache


def test_what_was_asked_for_stays_longer_than_what_was_not() -> None:
    cache = filled(2, "a_1", "a_2")
    cache.get("a_1")
    cache.enter("a_3", an_entry())
    assert set(cache.entries) == {"a_1", "a_3"}


def test_a_new_snapshot_stays_however_much_the_others_are_asked_for() -> None:
    cache = filled(3, "a_1", "a_2", "a_3")
    for account in ("a_1", "a_2", "a_3"):
        cache.get(account)
    cache.enter("a_4", an_entry())
    assert "a_4" in cache.entries
    assert len(cache.entries) == 3


def test_an_account_that_changes_often_leaves_nothing_behind() -> None:
    cache = filled(4, "a_1", "a_2")
    cache.database_id = "d"
    for revision in range(2, 500):
        cache.enter("a_1", an_entry(revision - 1))
        changes = Changes(
            database_id="d",
            revision=revision,
            release_number=1,
            accounts=frozenset({"a_1"}),
        )
        cache.drop(changes, revision - 1)
    assert set(cache.entries) == {"a_2"}
    assert len(cache._turns) <= 8


def test_the_oldest_goes_when_names_of_dropped_ones_stand_before_it() -> None:
    cache = filled(2, "a_1", "a_2")
    cache.discard("a_1", cache.entries["a_1"])
    cache.enter("a_3", an_entry())
    cache.enter("a_4", an_entry())
    assert set(cache.entries) == {"a_3", "a_4"}


def test_entering_anew_pushes_nobody_out() -> None:
    cache = filled(2, "a_1", "a_2")
    cache.enter("a_2", an_entry(2))
    assert set(cache.entries) == {"a_1", "a_2"}


def test_what_is_loaded_while_the_store_turns_out_to_be_another_never_enters() -> None:
    cache = SnapshotCache[Loaded[str]](2)
    cache.database_id = "d"
    loading = cache.register("a_1")
    loaded = Loaded(snapshot="x", revision=3, database_id="d")
    assert cache.may_enter(loaded, loading)
    went_back = Changes(
        database_id="d", revision=1, release_number=0, accounts=frozenset()
    )
    assert cache.drop(went_back, applied=3)
    assert not cache.may_enter(loaded, loading)
    later = cache.register("a_1")
    assert cache.may_enter(loaded, later), "it began after that"
    cache.unregister("a_1", loading)
    assert cache.register("a_1") is later
