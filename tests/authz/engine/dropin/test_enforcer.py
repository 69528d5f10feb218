"""The drop-in as a user of casbin meets it: one import changed, all else as before."""

import logging

import casbin
import pytest
from casbin.core_enforcer import EnforceContext

from authz import engine
from authz.engine import Enforcer
from tests.authz.engine.dropin.enforcers import (
    RBAC,
    RBAC_ROWS,
    a_casbin_model,
    an_enforcer,
    asked_of_casbin,
    both,
    outcome,
    the_same,
)

READ = ("alice", "data", "read")

BOTH = [casbin.Enforcer, Enforcer]


def test_it_reads_the_files_that_casbin_reads(tmp_path, monkeypatch):
    model, policy = tmp_path / "model.conf", tmp_path / "policy.csv"
    model.write_text(RBAC)
    policy.write_text(RBAC_ROWS)
    enforcer = Enforcer(str(model), str(policy))
    assert isinstance(enforcer, casbin.Enforcer)
    asked = asked_of_casbin(enforcer, monkeypatch)
    assert enforcer.enforce(*READ)
    assert enforcer.enforce_ex(*READ) == (True, ["admin", "data", "read"])
    assert enforcer.batch_enforce([READ, ("alice", "data", "write")]) == [True, False]
    assert asked == []
    enforcer.add_policy("eve", "data", "read")
    enforcer.save_policy()
    assert "p, eve, data, read" in policy.read_text()


@pytest.mark.parametrize(
    "arguments", [(), (5,), ("nowhere.conf",), (a_casbin_model(RBAC), "policy.csv")]
)
def test_what_casbin_refuses_to_be_made_of_is_refused_alike(arguments):
    assert outcome(Enforcer, *arguments) == outcome(casbin.Enforcer, *arguments)


def test_a_class_has_no_model_yet():
    assert Enforcer.model is casbin.Enforcer.model is None


@pytest.mark.parametrize("make", BOTH, ids=["casbin", "ours"])
def test_a_change_counts_from_the_next_question(make):
    enforcer = an_enforcer(make=make)
    assert not enforcer.enforce("eve", "data", "read")
    assert enforcer.add_role_for_user("eve", "admin")
    assert enforcer.enforce("eve", "data", "read")
    assert enforcer.get_implicit_users_for_permission("data", "read") in (
        ["alice", "eve"],
        ["eve", "alice"],
    )
    enforcer.delete_role("admin")
    assert not enforcer.enforce("eve", "data", "read")


@pytest.mark.parametrize("make", BOTH, ids=["casbin", "ours"])
def test_switched_off_it_allows_everything(make):
    enforcer = an_enforcer(make=make)
    enforcer.enable_enforce(False)
    assert enforcer.enforce("nobody")
    assert enforcer.enforce_ex("nobody") == [True, []]
    assert enforcer.batch_enforce([["nobody"]]) == [True]


@pytest.mark.parametrize(
    "request_", [(), ("alice",), (*READ, 1), ([], "data", "read"), (1, 2.0, None)]
)
def test_what_raises_in_casbin_raises_the_same(request_):
    ours, theirs = both()
    the_same(ours, theirs, "enforce", request_)
    the_same(ours, theirs, "enforce_ex", request_)
    the_same(ours, theirs, "batch_enforce", [[READ, request_]])


@pytest.mark.parametrize("suffix", ["", "2", "3"])
def test_a_context_names_other_definitions(suffix):
    model = RBAC.replace("r = sub", "r2 = obj, sub\nr = sub")
    model = model.replace("p = sub", "p2 = obj, sub\np = sub")
    model += "m2 = r2.obj == p2.obj && r2.sub == p2.sub\n"
    rows = RBAC_ROWS + "\np2, data, eve"
    ours, theirs = both(model, rows)
    context = ours.new_enforce_context(suffix)
    assert isinstance(context, EnforceContext)
    for rest in (READ, ("data", "eve")):
        the_same(ours, theirs, "enforce_ex", (context, *rest))
        the_same(ours, theirs, "enforce", (context, *rest))


def test_the_log_has_casbins_lines(caplog):
    logger = logging.getLogger("casbin.enforcer")
    lines = []
    for make in BOTH:
        enforcer = an_enforcer(make=make)
        logger.disabled = False
        caplog.clear()
        with caplog.at_level(logging.INFO, logger="casbin.enforcer"):
            enforcer.enforce(*READ)
            enforcer.enforce(enforcer.new_enforce_context(""), "bob", 1, "read")
        with caplog.at_level(logging.ERROR, logger="casbin.enforcer"):
            enforcer.enforce("not", "told", "of")
        lines.append([(r.levelname, r.getMessage()) for r in caplog.records])
    logger.disabled = True
    assert lines[0] == lines[1]
    assert len(lines[0]) == 2


def test_rows_given_as_tuples_are_named_as_tuples():
    ours, theirs = both()
    the_same(ours, theirs, "add_policies", [(("eve", "data", "read"),)])
    assert the_same(ours, theirs, "enforce_ex", ("eve", "data", "read")) == (
        True,
        ("eve", "data", "read"),
    )
    the_same(ours, theirs, "enforce_ex", READ)
    # once more as a list: now only casbin knows which of the two comes first
    the_same(ours, theirs, "add_policy", (["eve", "data", "read"],))
    the_same(ours, theirs, "enforce_ex", ("eve", "data", "read"))


def test_lists_given_and_got_are_nobody_elses():
    enforcer = an_enforcer()
    row = ["eve", "data", "read"]
    enforcer.add_policy(row)
    enforcer.add_named_policies(ptype="p", rules=[["eve", "data", "write"]])
    row[0] = "mallory"
    enforcer.get_policy()[0][0] = "mallory"
    enforcer.get_filtered_policy(0, "eve").clear()
    assert not enforcer.enforce("mallory", "data", "read")
    assert enforcer.get_policy()[2:] == [
        ["eve", "data", "read"],
        ["eve", "data", "write"],
    ]


class Peers:
    """A watcher that loads the policy, and asks, whenever something changes."""

    def __init__(self, enforcer):
        self.enforcer, self.answers = enforcer, []

    def update(self):
        self.answers.append(self.enforcer.enforce(*READ))
        self.answers.append(self.enforcer.enforce("bob", "data", "write"))


def test_a_watcher_may_ask_while_a_change_is_made():
    seen = []
    for make in BOTH:
        enforcer = an_enforcer(make=make)
        peers = Peers(enforcer)
        enforcer.set_watcher(peers)
        assert enforcer.enforce("bob", "data", "write")
        enforcer.remove_policy("bob", "data", "write")
        enforcer.remove_grouping_policy("alice", "admin")
        assert not enforcer.enforce(*READ)
        seen.append(peers.answers)
    assert seen[0] == seen[1]


class Reloading(Peers):
    def update(self):
        self.enforcer.load_policy()


def test_a_watcher_may_load_the_policy_in_the_same_thread():
    enforcer = an_enforcer()
    enforcer.set_watcher(Reloading(enforcer))
    enforcer.remove_policy("bob", "data", "write")
    assert enforcer.enforce("bob", "data", "write")


def test_a_matcher_function_may_change_the_policy():
    enforcer = an_enforcer(RBAC.replace("g(r.sub, p.sub)", "own(r.sub)"))
    enforcer.add_function("own", lambda sub: enforcer.add_policy(sub, "x", "y") or True)
    assert enforcer.enforce("eve", "data", "read")
    assert enforcer.has_policy("eve", "x", "y")
    assert enforcer.enforce("eve", "x", "y")


def test_the_door_has_no_other_names():
    with pytest.raises(AttributeError, match="no attribute 'Enforcers'"):
        engine.Enforcers  # noqa: B018
