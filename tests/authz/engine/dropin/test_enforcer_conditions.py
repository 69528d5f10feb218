"""Conditions in rows never reach casbin's evaluator when they are code; and the gate."""

import pytest

from authz.engine import Enforcer
from authz.errors import ModelError, RowsError
from tests.authz.engine.dropin.enforcers import (
    CONDITIONS,
    RBAC,
    RBAC_ROWS,
    an_enforcer,
    asked_of_casbin,
    outcome,
)

READ = ("alice", "data", "read")

MATURE = "p, r.sub.age > 18, data"
CODE = "p, r.sub.pop('age') > 18, data"


def test_conditions_that_compare_need_no_option(monkeypatch):
    enforcer = an_enforcer(CONDITIONS, MATURE)
    asked = asked_of_casbin(enforcer, monkeypatch)
    assert enforcer.enforce({"age": 20}, "data")
    assert not enforcer.enforce({"age": 10}, "data")
    assert asked == []
    # raises, so casbin is asked for its own error: it may evaluate what is closed
    assert outcome(enforcer.enforce, {}, "data")[0] == "AttributeDoesNotExist"


def test_a_condition_that_is_code_is_refused_and_not_run():
    person = {"age": 20}
    enforcer = an_enforcer(CONDITIONS, f"{MATURE}\n{CODE}")
    assert enforcer.enforce(person, "data")  # the row before decides
    for name in ("enforce", "enforce_ex"):
        error, text = outcome(getattr(enforcer, name), person, "other")
        assert error == "ConditionError"
        assert "run_any_condition=True" in text
    assert person == {"age": 20}


def test_a_condition_that_is_code_is_run_by_explicit_option():
    person = {"age": 20}
    enforcer = an_enforcer(CONDITIONS, CODE, run_any_condition=True)
    assert enforcer.enforce(person, "data")
    assert person == {}


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("p, r.sub ==, data", "SyntaxError"),
        ("p, True) or (True, data", "ConditionError"),
        ("p, True; True, data", "SyntaxError"),
        ("p, [x for x in r.obj], data", "ConditionError"),
    ],
)
def test_a_condition_stays_within_its_brackets(row, error):
    enforcer = an_enforcer(CONDITIONS, "")
    enforcer.add_policy(*[value.strip() for value in row.split(",")[1:]])
    assert outcome(enforcer.enforce, "a", "b")[0] == error


def test_a_model_we_can_not_read_runs_no_conditions():
    model = CONDITIONS.replace("rule, obj\n", "rule, obj, obj-2\n", 1)
    model = model.replace("p = rule, obj\n", "p = rule, obj, x y\n")
    enforcer = an_enforcer(model, "p, True, data, x")
    assert outcome(enforcer.enforce, "a", "data")[0] == "ConditionError"


def test_a_function_of_ones_own_may_stand_beside_conditions():
    model = CONDITIONS.replace("r.obj == p.obj", "own(r.obj) && [p.obj] == [r.obj]")
    enforcer = an_enforcer(
        model, f"p, r.sub.age > 18 && r.sub.age < 30, data\n{MATURE}"
    )
    enforcer.add_function("own", lambda value: True)
    assert enforcer.enforce({"age": 20}, "data")
    assert not enforcer.enforce({"age": 10}, "data")
    for code in ("own(r.sub)", "True) and own(r.obj) and (True"):
        enforcer.add_policy(code, "data")
        found = outcome(enforcer.enforce, {"age": 1}, "data")
        assert found[0] == "ConditionError"
        enforcer.remove_policy(code, "data")


def test_the_gate_stands_in_front_when_it_is_wanted(tmp_path):
    model, policy = tmp_path / "model.conf", tmp_path / "policy.csv"
    model.write_text(RBAC)
    policy.write_text(RBAC_ROWS)
    enforcer = Enforcer(str(model), str(policy), use_gate=True)
    assert enforcer.enforce(*READ)
    enforcer.add_policy("", "data", "read")
    for _ in range(2):
        with pytest.raises(RowsError, match="blank"):
            enforcer.enforce(*READ)
    enforcer.remove_policy("", "data", "read")
    assert enforcer.enforce(*READ)
    assert not an_enforcer(rows="", use_gate=False).enforce(*READ)
    with pytest.raises(RowsError, match="no p row"):
        an_enforcer(rows="", use_gate=True).enforce(*READ)
    with pytest.raises(ModelError):
        an_enforcer(RBAC.replace("[role_def", "[roles_def"), use_gate=True).enforce(1)
