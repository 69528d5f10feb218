"""Users who stand alike share their answers, and only they."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import product

import pytest

from authz import Enforcer, EveryTime, NotReadyError, State
from authz.accounts import snapshot as snapshots
from authz.accounts.snapshot import SnapshotLoader
from authz.engine import CompiledEvaluator, ReferenceEvaluator
from authz.policy import Contract, DatedRow
from authz.policy.facts import seat_rows, user_rows
from authz.policy.services import service_rows
from authz.storage import Change
from tests.authz.accounts.worlds import (
    ACCOUNT,
    ANNA,
    CONTRACT,
    RELEASE,
    World,
    a_world,
)

MODULES = ("documents", "payments", "orders")
READS = frozenset({"invoicing.read"})
EDITS = READS | {"invoicing.create_edit"}


def a_company(
    world: World, account: str, held: frozenset[str], contract: Contract = CONTRACT
) -> str:
    """An account with one active user, who is named."""
    user, seat = f"u_{account}", f"s_{account}"
    rows = [*service_rows(account, contract), *seat_rows(seat, account, held)]
    rows += user_rows(user, account, State.ACTIVE, seat=seat)
    write(world, account, rows)
    return user


def write(world: World, account: str, rows: list[DatedRow]) -> None:
    with world.store.writing() as writer:
        writer.apply(
            Change(account=account, actor="system", kind="poked", node="x", add=rows)
        )


def standing(enforcer: Enforcer, account: str, user: str) -> object:
    enforcer.decide(user, account, "draft", "create")
    entry = enforcer._fresh._cache.entries[account]
    return entry[user]


def test_the_same_permissions_in_two_companies_are_one_standing() -> None:
    world = World()
    one, two = a_company(world, "a_1", EDITS), a_company(world, "a_2", EDITS)
    less = a_company(world, "a_3", READS)
    first = standing(world.enforcer, "a_1", one)
    assert standing(world.enforcer, "a_2", two) is first
    assert standing(world.enforcer, "a_3", less) is not first


def test_answers_of_a_shared_standing_are_those_of_casbin() -> None:
    world = World()
    asks = [("a_1", EDITS), ("a_2", READS), ("a_3", EDITS), ("a_4", READS)]
    users = {account: a_company(world, account, held) for account, held in asks}
    casbin = Enforcer(
        world.store, EveryTime(), evaluator=ReferenceEvaluator, now=world.clock
    )
    names = [tuple(action.key.split(".")) for action in RELEASE.catalogue.actions[::4]]
    for (account, user), (resource, action) in product(users.items(), names):
        asked = (user, account, resource, action)
        assert world.enforcer.decide(*asked) == casbin.decide(*asked)


def test_an_enforcer_has_the_clock_of_the_machine() -> None:
    world = a_world(*EDITS)
    enforcer = Enforcer(world.store, EveryTime())
    assert enforcer.decide(ANNA, ACCOUNT, "self", "change_password").allowed


def test_nothing_is_kept_of_actions_that_nobody_knows() -> None:
    world = a_world(*EDITS)
    stands = standing(world.enforcer, ACCOUNT, ANNA)
    for number in range(1_000):
        world.enforcer.decide(ANNA, ACCOUNT, "draft", f"action{number}")
        world.enforcer.decide(f"u_{number}", ACCOUNT, f"thing{number}", "view")
    assert len(stands.answers) == 1  # type: ignore[attr-defined]


def test_what_is_shared_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(snapshots, "KEPT", 2)
    monkeypatch.setattr(snapshots, "DETAILED", 2)
    world = World()
    loader = SnapshotLoader(world.store, CompiledEvaluator, world.clock)
    held = [READS, EDITS, EDITS | {"payments.read"}, EDITS | {"invoicing.send_sdi"}]
    for number, each in enumerate(held):
        account = f"a_{number}"
        modules = dict.fromkeys(MODULES[:number], CONTRACT.ends_on)
        contract = replace(CONTRACT, modules=modules)
        user = a_company(world, account, frozenset(each), contract)
        snapshot = loader(account)
        assert snapshot[user].answer("draft", "list") == 0
    assert len(loader._alike) <= 2
    assert len(loader._services) <= 2
    assert len(loader._detailed) == 2


def test_rows_are_read_anew_for_an_account_that_was_let_go(monkeypatch) -> None:
    monkeypatch.setattr(snapshots, "DETAILED", 1)
    world = World()
    one, two = a_company(world, "a_1", EDITS), a_company(world, "a_2", READS)
    for account, user in (("a_1", one), ("a_2", two), ("a_1", one)):
        explained = world.enforcer.explain(user, account, "draft", "list")
        assert explained.decision.allowed
        assert explained.path[0][0].values[0] == user


@pytest.mark.parametrize("large", [500, 1], ids=["read whole", "from what changed"])
def test_eight_threads_see_whole_versions_while_rows_are_replaced(
    monkeypatch, large
) -> None:
    monkeypatch.setattr(snapshots, "LARGE", large)
    monkeypatch.setattr(snapshots, "MANY_USERS", large)
    world = a_world()
    both = [("draft", "create"), ("draft", "list")]
    seen: set[tuple[bool, ...]] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            with suppress(NotReadyError):  # three changes in one question: no answer
                answers = world.enforcer.decide_many(ANNA, ACCOUNT, both)
                seen.add(tuple(answer.allowed for answer in answers))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        for number in range(1_000):
            with world.editing() as editor:
                held = EDITS if number % 2 else frozenset[str]()
                editor.set_permissions("s_1", held, user=ANNA)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert seen == {(True, True), (False, False)}


def test_threads_that_make_standings_at_once_make_the_same() -> None:
    world = World()
    users, rows = (
        [f"u_{number}" for number in range(200)],
        service_rows("a_1", CONTRACT),
    )
    for number, user in enumerate(users):
        seat, held = f"s_{number}", (READS, EDITS, frozenset[str]())[number % 3]
        rows += seat_rows(seat, "a_1", held)
        rows += user_rows(user, "a_1", State.ACTIVE, seat=seat)
    write(world, "a_1", rows)
    asked = [(user, "a_1", "draft", "create") for user in users]
    start = threading.Barrier(8)

    def ask(turn: int) -> list[tuple[str, bool]]:
        start.wait()
        some = asked[turn * 25 :] + asked[: turn * 25]
        return sorted((q[0], world.enforcer.decide(*q).allowed) for q in some)

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ask, range(8)))
    assert all(given == told[0] for given in told)
    assert [user for user, allowed in told[0] if allowed] == sorted(users[1::3])
    entry = world.enforcer._fresh._cache.entries["a_1"]
    assert len({id(standing) for standing in entry.values()}) == 3
    assert set(world.enforcer.users("a_1")) == set(users)


def test_beyond_some_large_accounts_the_others_have_their_standings_made(
    monkeypatch,
) -> None:
    monkeypatch.setattr(snapshots, "MANY_USERS", 1)
    monkeypatch.setattr(snapshots, "LAZY", 1)
    world = World()
    users = [a_company(world, account, EDITS) for account in ("a_1", "a_2")]
    loader = SnapshotLoader(world.store)
    first, second = (loader(account) for account in ("a_1", "a_2"))
    assert not first
    assert set(second) == {users[1]}
    assert first.standing(users[0]).facts == second[users[1]].facts
    loader.forget()
    del first
    assert not loader("a_2")
