"""An account read anew from what changed is as if it were read whole, whatever changed."""

import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from random import Random

import pytest

from authz import Enforcer, EveryTime, NotReadyError, State, publish
from authz.accounts import snapshot as snapshots
from authz.accounts.explaining import explained
from authz.accounts.releases import Releases
from authz.accounts.snapshot import Details, Snapshot, SnapshotLoader
from authz.engine import CompiledEvaluator, ReferenceEvaluator, Row
from authz.policy import DatedRow, policy_after, policy_at
from authz.policy.facts import seat_rows, user_rows
from authz.policy.services import service_rows
from authz.storage import AccountRows, MemoryStore
from tests.authz.accounts.worlds import ACCOUNT, CONTRACT, NOW, RELEASE, Clock, World
from tests.authz.engine.fuzz.budget import SEED, cases

MANY = cases(ci=80, desk=25)
STEPS = 12
USERS = [f"u_{n}" for n in range(4)]
HOLDERS = ["s_0", "s_1", "s_2", "d_0", "r_0"]
GOALS = [
    *("seated", "role.read_only", "role.owner", "r_0", "state.active", "s_1", "d_0"),
    *("invoicing.read", "invoicing.create_edit", "invoicing.send_sdi", "payments.read"),
]
HELD = [["role.bookkeeper"], ["r_0"], [], GOALS[7:8], GOALS[7:9], GOALS[8:9]]
ASKED = [("draft", "create"), ("draft", "list"), ("self", "change_password")]
EDGES = [None, None, None, NOW, NOW + timedelta(minutes=3), NOW + timedelta(days=1)]


class Store(MemoryStore):
    """One account whose rows a test sets; all else is the memory's own."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[DatedRow, ...] = ()

    def load(self, account: str, known: AccountRows | None = None) -> AccountRows:
        found = super().load(account, known)
        if account != ACCOUNT:
            return found
        return AccountRows(
            database_id=found.database_id,
            revision=found.revision,
            release_number=found.release_number,
            rows=self.rows,
        )


def a_store() -> Store:
    store = Store()
    World(store=store)
    return store


def some_rows(draw: Random) -> Iterator[DatedRow]:
    """What the panel writes about one user or seat, or now and then anything."""
    kind = draw.randrange(8)
    if kind < 3:
        seat = draw.choice(["s_0", "s_1", None])
        until = draw.choice(EDGES)
        state = draw.choice(list(State)[:4])
        yield from user_rows(
            draw.choice(USERS), ACCOUNT, state, seat=seat, seat_until=until
        )
    elif kind < 6:
        held = draw.choice(HELD)
        yield from seat_rows(draw.choice(HOLDERS[:3]), ACCOUNT, held)
    elif kind == 6:
        yield from service_rows(ACCOUNT, CONTRACT)
    elif draw.random() < 0.3:
        start = draw.choice([*USERS, *HOLDERS, "role.read_only", ACCOUNT])
        account = draw.choice([ACCOUNT, ACCOUNT, ACCOUNT, "a_2"])
        row = Row("g", (start, draw.choice(GOALS), account))
        bare = Row("g2", (start, "invoicing:view"))
        yield DatedRow(
            draw.choice([row, row, bare]), draw.choice(EDGES), draw.choice(EDGES)
        )


def after_a_step(rows: tuple[DatedRow, ...], draw: Random) -> tuple[DatedRow, ...]:
    """Some rows gone, some come at the end; seldom they change places or come twice."""
    come, share = list(some_rows(draw)), draw.choice([0, 0, 0, 0.1])
    anew = {item.row.values[0] for item in come} if draw.random() < 0.9 else set()
    stays = [
        item
        for item in rows
        if item.row.values[0] not in anew and draw.random() >= share
    ]
    if draw.random() < 0.03:
        draw.shuffle(stays)
    if stays and draw.random() < 0.03:
        come.append(DatedRow(draw.choice(stays).row))
    return (*stays, *come)


def answers(loader: SnapshotLoader) -> object:
    """All that comes of the account: what is told of it, and every answer."""
    try:
        snapshot = loader(ACCOUNT)
    except NotReadyError as error:
        return str(error)
    details = loader.details(snapshot)
    told = [
        explained(snapshot, details, (user, ACCOUNT, *name))
        for user, name in product((*USERS, "role.read_only"), ASKED)
    ]
    return told, everybody(snapshot), facts(details), snapshot.until


def everybody(snapshot: Snapshot) -> object:
    stands = {user: snapshot.standing(user) for user in (*USERS, "s_0")}
    return (
        sorted(snapshot.users),
        snapshot.running,
        {
            user: (found.facts, [found.answer(*name) for name in ASKED])
            for user, found in stands.items()
            if found
        },
    )


def facts(details: Details) -> object:
    policy = details.policy
    return policy.own, policy.dropped, policy.valid_until, policy.is_whole


@pytest.fixture
def made(monkeypatch) -> list[bool]:
    """Whether what changed was enough, each time an account was read anew."""
    found: list[bool] = []

    def counted(*asked):
        given = policy_after(*asked)
        found.append(given is not None)
        return given

    monkeypatch.setattr(snapshots, "policy_after", counted)
    return found


@pytest.mark.parametrize("kind", [CompiledEvaluator, ReferenceEvaluator])
def test_from_what_changed_as_from_all_rows(kind, monkeypatch, made) -> None:
    store, clock = a_store(), Clock()
    few = kind is ReferenceEvaluator
    near, whole = (SnapshotLoader(store, kind, clock) for _ in range(2))
    for number in range(MANY // 5 if few else MANY):
        draw = Random(f"after {SEED} {number}")  # noqa: S311  (no secret)
        clock.now, store.rows = NOW, ()
        near._detailed.clear()
        for _ in range(STEPS):
            store.rows = after_a_step(store.rows, draw)
            clock.now += timedelta(minutes=draw.choice([0, 0, 0, 0, 1, -1]))
            told = []
            for loader, size in ((near, 1), (whole, 10**9)):
                monkeypatch.setattr(snapshots, "LARGE", size)
                monkeypatch.setattr(snapshots, "MANY_USERS", size)
                told.append(answers(loader))
            assert told[0] == told[1], (number, store.rows)
    assert made.count(True) > len(made) // 5
    assert False in made


def test_what_changed_is_told_by_where_rows_begin() -> None:
    old = [*user_rows("u_1", ACCOUNT, State.ACTIVE), *seat_rows("s_1", ACCOUNT)]
    before = policy_at(RELEASE, ACCOUNT, old, NOW)
    new = [*old[:2], *old[3:], *seat_rows("s_2", ACCOUNT)]
    made = policy_after(before, new, NOW)
    assert made
    policy, changed, _ = made
    assert policy == policy_at(RELEASE, ACCOUNT, new, NOW)
    assert changed.starts == {"u_1", "s_2"}


def test_what_is_not_known_of_is_looked_at_anew() -> None:
    rows = user_rows("u_1", ACCOUNT, State.SUSPENDED)
    before = policy_at(RELEASE, ACCOUNT, rows, NOW)
    assert policy_after(before, rows, NOW)
    assert policy_after(before, rows, NOW - timedelta(seconds=1)) is None
    assert policy_after(before, (*rows, DatedRow(Row("g2", ()))), NOW) is None
    many = [
        row for n in range(210) for row in user_rows(f"u_{n}", ACCOUNT, State.OWNER)
    ]
    assert policy_after(policy_at(RELEASE, ACCOUNT, many, NOW), (), NOW) is None


def test_nothing_is_built_upon_rows_of_a_store_that_went_back(
    monkeypatch, made
) -> None:
    monkeypatch.setattr(snapshots, "LARGE", 1)
    store = a_store()
    store.rows = user_rows("u_1", ACCOUNT, State.OWNER)
    enforcer = Enforcer(store, EveryTime(), now=Clock())
    assert enforcer.decide("u_1", ACCOUNT, "draft", "list").reason != "not_a_member"
    assert enforcer._loader._detailed
    store.database_id = "another"
    assert enforcer.decide("u_1", ACCOUNT, "draft", "list").reason != "not_a_member"
    assert not made
    enforcer._loader.details(enforcer._fresh.entries[ACCOUNT])
    load = store.load

    def load_and_forget(account, known=None):
        enforcer._loader.forget()
        return load(account, known)

    monkeypatch.setattr(store, "load", load_and_forget)
    enforcer._loader(ACCOUNT)
    assert not made


def test_under_another_release_all_is_read_anew(monkeypatch, made) -> None:
    monkeypatch.setattr(snapshots, "LARGE", 1)
    store = a_store()
    store.rows = user_rows("u_1", ACCOUNT, State.OWNER)
    loader = SnapshotLoader(store, now=Clock())
    before = loader(ACCOUNT)
    with store.writing() as writer:
        publish(writer, RELEASE, "system", current=RELEASE)
    after = loader(ACCOUNT)
    assert not made
    assert after.revision == before.revision + 1
    assert after.release is not before.release


def test_what_was_read_before_all_was_forgotten_is_not_kept(monkeypatch) -> None:
    store = a_store()
    store.rows = user_rows("u_1", ACCOUNT, State.OWNER)
    loader = SnapshotLoader(store, now=Clock())
    loader(ACCOUNT)
    made = loader._snapshot

    def forget_and_make(details: Details) -> Snapshot:
        loader.forget()
        return made(details)

    monkeypatch.setattr(loader, "_snapshot", forget_and_make)
    loader(ACCOUNT)
    assert not loader._detailed


def test_a_release_is_read_anew_when_the_store_is_another() -> None:
    store = a_store()
    releases = Releases(store)
    known = releases.get(1)
    assert releases.get(1) is known
    releases.forget()
    assert releases.get(1) is not known


def test_a_release_read_before_all_was_forgotten_is_not_kept(monkeypatch) -> None:
    store = a_store()
    releases, load = Releases(store), store.load

    def load_and_forget(account, known=None):
        monkeypatch.undo()
        releases.forget()
        return load(account, known)

    monkeypatch.setattr(store, "load", load_and_forget)
    assert releases.get(1) is not releases.get(1)


def test_a_child_of_a_fork_waits_for_no_thread_of_its_parent() -> None:
    loader = SnapshotLoader(a_store(), now=Clock())
    with loader._lock, loader._releases._lock:
        child = os.fork()
        if child == 0:
            free = loader._lock.acquire(timeout=1)
            free &= loader._releases._lock.acquire(timeout=1)
            os._exit(0 if free else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
