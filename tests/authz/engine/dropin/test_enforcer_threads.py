"""Eight threads ask while another replaces the policy: all old or all new, and no lock."""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest

from authz.engine.lock import CASBIN_LOCK
from tests.authz.engine.dropin.enforcers import an_enforcer

THREADS = 8
#: alice may in both versions, by other rows; mallory in neither, but in half of each
VERSIONS = (
    "p, a, data, read\np, x, data, read\np, even, data, read\ng, alice, a\ng, mallory, y",
    "p, b, data, read\np, y, data, read\np, odd, data, read\ng, alice, b\ng, mallory, x",
)
QUESTIONS = [(name, "data", "read") for name in ("alice", "mallory", "even", "odd")]
WHOLE = {(True, False, True, False), (True, False, False, True)}


@pytest.fixture(autouse=True)
def threads_take_turns_often():
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0001)
    yield
    sys.setswitchinterval(before)


def ask(enforcer, is_over, wrong):
    count = 0
    while not is_over.is_set():
        count += 1
        try:
            single = [enforcer.enforce(*question) for question in QUESTIONS[:2]]
            batch = tuple(enforcer.batch_enforce(QUESTIONS))
            allowed, row = enforcer.enforce_ex(*QUESTIONS[0])
        except Exception as error:  # noqa: BLE001  (counted)
            wrong[repr(error)] += 1
            continue
        if batch not in WHOLE or single != [True, False]:
            wrong[batch, tuple(single)] += 1
        if not allowed or row[0] not in ("a", "b"):
            wrong[tuple(row)] += 1
    return count


def replace(enforcer, times):
    """Replace the policy and look at once whether it is replaced."""
    for number in range(times):
        version = number % 2
        enforcer.get_adapter().text = VERSIONS[version]
        enforcer.load_policy()
        assert enforcer.enforce("even", "data", "read") == (version == 0)


def extend(enforcer, times):
    """Let the same two versions follow each other in single changes."""
    for _ in range(times):
        assert enforcer.add_policies([["extra", "one", "x"], ["extra", "two", "x"]])
        assert enforcer.batch_enforce([("extra", "one", "x"), ("extra", "two", "x")])
        assert enforcer.remove_policies([["extra", "one", "x"], ["extra", "two", "x"]])
        assert not enforcer.enforce("extra", "two", "x")


def wrong_answers(enforcer, change, times):
    is_over, wrong = Event(), Counter()
    with ThreadPoolExecutor(THREADS) as pool:
        asking = [pool.submit(ask, enforcer, is_over, wrong) for _ in range(THREADS)]
        try:
            change(enforcer, times)
        finally:
            is_over.set()
        assert sum(job.result() for job in asking) >= THREADS
    return wrong


@pytest.mark.parametrize(("change", "times"), [(replace, 1_000), (extend, 250)])
def test_every_answer_beside_many_changes_is_that_of_one_whole_version(change, times):
    enforcer = an_enforcer(rows=VERSIONS[0])
    assert not wrong_answers(enforcer, change, times)


def test_what_casbin_answers_is_of_one_whole_version_too():
    enforcer = an_enforcer(rows=VERSIONS[0])
    enforcer.add_named_matching_func("g", lambda one, two: one == two)
    assert not wrong_answers(enforcer, replace, 40)


def test_a_question_waits_for_nobody_who_changes_or_reads():
    enforcer = an_enforcer()
    assert enforcer.enforce("alice", "data", "read")
    begun, is_over = Event(), Event()

    class Slow(type(enforcer.get_adapter())):
        def load_policy(self, model):
            super().load_policy(model)
            begun.set()
            assert is_over.wait(60)

    enforcer.set_adapter(Slow("p, bob, data, write"))
    assert enforcer.enforce("alice", "data", "read")
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(enforcer.load_policy)
        assert begun.wait(60)
        assert enforcer.enforce("alice", "data", "read")
        assert enforcer.enforce_ex("bob", "data", "read") == (False, [])
        assert enforcer.batch_enforce([("alice", "data", "read")]) == [True]
        is_over.set()
        loading.result()
    assert not enforcer.enforce("alice", "data", "read")


def test_many_threads_after_a_change_compile_the_rows_once(monkeypatch):
    enforcer = an_enforcer()
    made, guard = [], Lock()
    from authz.engine.dropin import enforcer as module

    class Counted(module.Snapshot):
        def __init__(self, state):
            with guard:
                made.append(state)
            super().__init__(state)

    monkeypatch.setattr(module, "Snapshot", Counted)
    with ThreadPoolExecutor(THREADS) as pool:
        with CASBIN_LOCK:
            asked = [
                pool.submit(enforcer.enforce, "alice", "data", "read")
                for _ in range(THREADS)
            ]
        assert all(job.result() for job in asked)
    assert len(made) == 1
