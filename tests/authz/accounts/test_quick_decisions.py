"""A decision that finds everything there asks nobody, and only where its answer stands."""

from dataclasses import replace

import pytest

from authz import Enforcer, EveryTime, Reason
from authz.engine import CompiledEvaluator
from authz.storage import MemoryStore
from tests.authz.accounts.worlds import ACCOUNT, ANNA, OWNER, World, a_world

ASKED = (ANNA, ACCOUNT, "draft", "create")
EDITS = ("invoicing.read", "invoicing.create_edit")


class Settled:
    """A watch as of a page: what the store has is settled, but for what a test says."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.odd = 0
        self.looks = 0
        self.meanwhile = lambda: None

    def word(self) -> int:
        run, self.meanwhile = self.meanwhile, lambda: None
        run()
        self.looks += 1
        return 2 * self._store.changes(0).revision + self.odd

    def remap(self) -> None:
        pass

    def settle(self) -> None:
        pass


@pytest.fixture
def world() -> World:
    found = a_world(*EDITS)
    watch = Settled(found.store)
    found.enforcer = Enforcer(found.store, watch, now=found.clock)
    assert found.enforcer.decide(*ASKED).allowed
    return found


def watch_of(world: World) -> Settled:
    found = world.enforcer._fresh.watch
    assert isinstance(found, Settled)
    return found


def long_ways(world: World) -> list[int]:
    """Grows by one whenever a decision is left to `Freshness.ask`."""
    went: list[int] = []
    ask = world.enforcer._fresh.ask

    def counted(*question):
        went.append(1)
        return ask(*question)

    world.enforcer._fresh.ask = counted  # type: ignore[method-assign]
    return went


def revoke(world: World) -> None:
    with world.editing() as editor:
        editor.set_permissions("s_1", [], user=ANNA)


def test_what_was_asked_before_is_answered_at_one_look(world) -> None:
    went, watch = long_ways(world), watch_of(world)
    watch.looks = 0
    entry = world.enforcer._fresh.entries[ACCOUNT]
    entry.used = False
    assert world.enforcer.decide(*ASKED).allowed
    assert (went, watch.looks, entry.used) == ([], 1, True)


@pytest.mark.parametrize(
    "question",
    [
        (OWNER, ACCOUNT, "draft", "create"),
        ("u_9", *ASKED[1:]),
        ("u_1", "a_9", *ASKED[2:]),
    ],
    ids=["a new user", "a stranger", "an account nobody asked about"],
)
def test_what_was_not_asked_before_goes_the_long_way(world, question) -> None:
    went = long_ways(world)
    given = world.enforcer.decide(*question)
    assert given.allowed == (question[0] == OWNER)
    assert went


def test_a_change_is_in_the_next_answer(world) -> None:
    revoke(world)
    given = world.enforcer.decide(*ASKED)
    assert (given.allowed, given.revision) == (False, world.enforcer.revision)


def test_a_change_before_the_last_look_is_in_the_answer(world) -> None:
    watch_of(world).meanwhile = lambda: revoke(world)
    assert not world.enforcer.decide(*ASKED).allowed


def test_while_a_change_may_be_under_way_nothing_is_settled(world) -> None:
    went = long_ways(world)
    watch_of(world).odd = 1
    assert world.enforcer.decide(*ASKED).allowed
    assert went


def test_a_settled_page_is_believed_for_a_second(world) -> None:
    went, clock = long_ways(world), world.enforcer._fresh.clock
    world.enforcer._fresh.clock = lambda: clock() + 2
    assert world.enforcer.decide(*ASKED).allowed
    assert went


@pytest.mark.parametrize("years", [1, -1], ids=["is over", "has not begun"])
def test_a_snapshot_whose_time_it_is_not_does_not_answer(world, years) -> None:
    went, start = long_ways(world), world.clock.now
    world.clock.now = start.replace(year=start.year + years)
    given = world.enforcer.decide(*ASKED)
    assert given.reason == "service_expired"
    assert went


def test_a_batch_asks_the_evaluator_nothing_that_it_kept_beside_an_unknown_action(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    decide = CompiledEvaluator.decide

    def counted(evaluator: CompiledEvaluator, request: tuple[str, ...]) -> bool:
        asked.append(request)
        return decide(evaluator, request)

    monkeypatch.setattr(CompiledEvaluator, "decide", counted)
    names = [("draft", "create"), ("draft", "send"), ("draft", "juggle")]
    first = world.enforcer.decide_many(ANNA, ACCOUNT, names)
    assert len(asked) == 1, "the first action was asked before"
    assert world.enforcer.decide_many(ANNA, ACCOUNT, names) == first
    assert len(asked) == 1
    reasons = [decision.reason for decision in first]
    assert reasons == [Reason.GRANTED, Reason.NO_PERMISSION, Reason.UNKNOWN_ACTION]


def test_snapshots_share_one_text_that_names_their_database(world: World) -> None:
    class Copying(MemoryStore):
        def load(self, *asked):
            found = super().load(*asked)
            return replace(found, database_id="".join(list(found.database_id)))

    world.store.__class__ = Copying
    loader = world.enforcer._loader
    first, second = loader(ACCOUNT), loader(ACCOUNT)
    assert first is not second
    assert first.database_id is second.database_id


def test_an_account_without_users_is_kept_like_any_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    enforcer = Enforcer(world.store, EveryTime(), now=world.clock)
    enforcer.decide(ANNA, "a_empty", "draft", "create")
    monkeypatch.setattr(enforcer._fresh._cache, "register", None)  # no load any more
    found = enforcer.decide(ANNA, "a_empty", "draft", "create")
    assert found.reason is Reason.NOT_A_MEMBER
