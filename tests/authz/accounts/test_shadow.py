"""casbin is asked the same in the background, and what it says is counted."""

import json
import logging
import threading
from dataclasses import replace

import pytest

from authz import AuthzError, EveryTime
from authz.accounts.enforcer import Enforcer
from authz.accounts.shadow import MOST_LINKS, WAITING, Asked, Shadow, replay
from authz.engine import CompiledEvaluator, Row
from authz.policy import DatedRow
from authz.storage import Change
from tests.authz.accounts.worlds import (
    ACCOUNT,
    ANNA,
    NOW,
    OWNER,
    RELEASE,
    World,
    a_world,
)

EDITS = ("invoicing.read", "invoicing.create_edit")
AT = NOW.timestamp()


def shadowed(world: World, one_in: int = 1) -> tuple[Enforcer, Shadow]:
    shadow = Shadow(world.store, one_in, pause=lambda _: None)
    enforcer = Enforcer(world.store, EveryTime(), now=world.clock)
    enforcer.compare_with(shadow)
    return enforcer, shadow


def asked(world: World, action: str, allowed: bool) -> Asked:
    resource, _, name = action.partition(".")
    revision = world.store.changes(0).revision
    return Asked((ANNA, ACCOUNT, resource, name), allowed, revision, AT)


def test_every_action_of_the_catalogue_is_answered_alike() -> None:
    enforcer, shadow = shadowed(a_world(*EDITS))
    names = [tuple(a.key.split(".")) for a in RELEASE.catalogue.actions[:30]]
    for subject in (ANNA, OWNER, "u_nobody"):
        for name in (*names, ("draft", "create"), ("no", "such")):
            enforcer.decide(subject, ACCOUNT, *name)
        shadow.wait()
    assert enforcer.shadowed["agreed"] + enforcer.shadowed.get("dropped", 0) == 96
    assert "disagreed" not in enforcer.shadowed
    assert enforcer.shadowed["agreed"] >= 3 * 30


def test_one_in_so_many_is_asked() -> None:
    enforcer, shadow = shadowed(a_world(*EDITS), one_in=5)
    for _ in range(4):
        enforcer.decide(ANNA, ACCOUNT, "draft", "create")
    shadow.wait()
    assert enforcer.shadowed == {}
    enforcer.decide_many(ANNA, ACCOUNT, [("draft", "create")] * 6)
    shadow.wait()
    assert enforcer.shadowed == {"agreed": 2}


def test_it_can_be_turned_off() -> None:
    enforcer, shadow = shadowed(a_world(*EDITS), one_in=0)
    for _ in range(3_000):
        enforcer.decide(ANNA, ACCOUNT, "draft", "create")
    shadow.wait()
    assert enforcer.shadowed == {}


def test_a_wrong_answer_is_told_with_all_that_is_needed_to_ask_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = a_world(*EDITS)
    shadow = Shadow(world.store, pause=lambda _: None)
    with caplog.at_level(logging.ERROR):
        shadow.offer(asked(world, "draft.create", allowed=False))
        shadow.wait()
    assert shadow.counts == {"disagreed": 1}
    told = caplog.messages[0].removeprefix("casbin disagrees: ")
    assert json.loads(told)["request"] == [ANNA, ACCOUNT, "draft", "create"]
    assert replay(RELEASE, told) == {"compiled": True, "casbin": True}
    with pytest.raises(AuthzError, match="give that one"):
        replay(replace(RELEASE, hash="another"), told)


def test_an_account_that_changed_meanwhile_is_not_compared() -> None:
    world = a_world(*EDITS)
    question = asked(world, "draft.create", allowed=False)
    poke(world, Row("g", ("u_x", "state.invited", ACCOUNT)))
    shadow = Shadow(world.store, pause=lambda _: None)
    shadow.offer(question)
    shadow.wait()
    assert shadow.counts == {"moved": 1}


def test_a_change_of_another_account_does_not_matter() -> None:
    world = a_world(*EDITS)
    question = asked(world, "draft.create", allowed=True)
    poke(world, Row("g", ("u_x", "state.invited", "a_2")), account="a_2")
    shadow = Shadow(world.store, pause=lambda _: None)
    shadow.offer(question)
    shadow.wait()
    assert shadow.counts == {"agreed": 1}


def test_a_large_account_is_left_out_and_counted() -> None:
    world = a_world(*EDITS)
    rows = [
        Row("g", (f"u_{n}", "state.invited", ACCOUNT)) for n in range(MOST_LINKS + 1)
    ]
    poke(world, *rows)
    shadow = Shadow(world.store, pause=lambda _: None)
    shadow.offer(asked(world, "draft.create", allowed=True))
    shadow.wait()
    assert shadow.counts == {"large": 1}


def test_a_full_queue_holds_nobody_up() -> None:
    world = a_world(*EDITS)
    go_on = threading.Event()
    shadow = Shadow(world.store, pause=lambda _: go_on.wait(30))
    for _ in range(WAITING + 10):
        shadow.offer(asked(world, "draft.create", allowed=True))
    assert shadow.counts["dropped"] >= 8
    go_on.set()
    shadow.wait()
    assert shadow.counts["agreed"] + shadow.counts["dropped"] == WAITING + 10


def test_casbin_that_can_not_be_asked_is_counted_and_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = a_world(*EDITS)
    shadow = Shadow(world.store, pause=lambda _: None)
    question = asked(world, "draft.create", allowed=True)
    world.store.load = None  # type: ignore[method-assign,assignment]
    shadow.offer(question)
    shadow.wait()
    assert shadow.counts == {"failed": 1}
    assert "could not be asked" in caplog.text


def test_a_child_of_a_fork_has_a_thread_of_its_own() -> None:
    world = a_world(*EDITS)
    shadow = Shadow(world.store, pause=lambda _: None)
    shadow.offer(asked(world, "draft.create", allowed=True))
    shadow.wait()
    first = shadow._thread
    shadow._start()  # as a second thread that was as quick to ask
    assert shadow._thread is first
    shadow._forget()
    shadow.offer(asked(world, "draft.create", allowed=True))
    shadow.wait()
    assert shadow._thread is not first
    assert shadow.counts == {"agreed": 2}


def test_a_broken_engine_is_found(caplog: pytest.LogCaptureFixture) -> None:
    class Generous(CompiledEvaluator):
        def decide(self, request: object) -> bool:
            return True

    world = a_world(*EDITS)
    enforcer = Enforcer(world.store, EveryTime(), evaluator=Generous, now=world.clock)
    shadow = Shadow(world.store, 1, pause=lambda _: None)
    enforcer.compare_with(shadow)
    assert enforcer.decide(ANNA, ACCOUNT, "draft", "send").allowed
    shadow.wait()
    assert enforcer.shadowed == {"disagreed": 1}
    assert "casbin disagrees" in caplog.text


def poke(world: World, *rows: Row, account: str = ACCOUNT) -> None:
    change = Change(
        account=account,
        actor="system",
        kind="poked",
        node="x",
        add=[DatedRow(row) for row in rows],
    )
    with world.store.writing() as writer:
        writer.apply(change)
