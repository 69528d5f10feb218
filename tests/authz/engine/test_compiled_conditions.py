"""Conditions that rows carry are read once, answer as casbin's, and never run."""

import pytest

from authz.engine import CompiledEvaluator
from authz.engine.conditions import matcher_with
from authz.engine.evaluation import UnsureError, meaning
from authz.engine.nodes import Condition
from authz.engine.plan import plan_of
from authz.engine.rows import Row
from tests.authz.engine.builders import a_model, both

AGES = [{"name": "alice", "age": age} for age in (10, 20, 30, 70)]


def model(matcher: str):
    return a_model(matcher, r="sub, obj, act", p="rule, obj, act, also")


def row(rule: str, act: str = "read", also: str = "True") -> Row:
    return Row("p", (rule, "data", act, also), place=rule)


def is_compiled(matcher: str, *rows: Row) -> bool:
    return CompiledEvaluator(model(matcher), rows)._table is not None


def asked(*acts: str):
    return [(subject, "data", act) for subject in AGES for act in acts]


@pytest.mark.parametrize(
    "matcher",
    [
        "r.act == p.act && eval(p.rule)",
        "eval(p.rule) && r.act == p.act",
        "r.act == p.act && eval(p.rule) && eval(p.also)",
        "r.act == p.act && !eval(p.rule)",
        "eval(p.rule) || (eval(p.also) && r.act == p.act)",
        "r.act == p.act && (eval(p.rule) == True)",
        "r.act == p.act && eval(p.rule) in (True, eval(p.also))",
        "r.act == p.act && g(r.act, eval(p.rule))",
        "keyMatch(r.act, p.act) && eval(p.rule) && r.sub.age.real > 1",
    ],
)
def test_conditions_answer_as_casbins(matcher):
    rows = [
        row("r.sub.age > 18 && r.sub.age < 60"),
        row('r.sub.name == "bob" || r.sub.age >= 70', act="write", also="False"),
        row("!(r.sub.age == 10) && p.act == r.act", act="*"),
    ]
    assert is_compiled(matcher, *rows)
    both(model(matcher), rows, asked("read", "write", "*"))


def test_a_condition_is_read_once_for_each_text():
    plan = plan_of(model("r.act == p.act && eval(p.rule)"))
    one = matcher_with(plan, ("r.sub.age > 18",))
    assert matcher_with(plan, ("r.sub.age > 18",)) is one
    assert matcher_with(plan, ("r.sub.age > 19",)) is not one


def test_rows_are_looked_up_by_what_stands_left_of_the_condition():
    rows = [row("r.sub.age > 18", act=act) for act in ("read", "write", "read")]
    matcher = "r.act == p.act && eval(p.rule)"
    table = CompiledEvaluator(model(matcher), rows)._table
    assert [e[0] for e in table.candidates(({}, "", "write"))] == [1]
    both(model(matcher), rows, [({}, "", "write"), ({}, "", "none")])


@pytest.mark.parametrize(
    "rule",
    [
        "r.sub.age >",
        "r.sub.pop('age') == 10",
        "__import__('os')",
        "r.act == 'read') || (True",
        "True # and no more",
        "eval(p.also)",
        "r.sub.age + 1 == 21",
        "nobody",
    ],
)
def test_a_condition_outside_the_list_leaves_the_rows_to_casbin(rule):
    matcher = "r.act == p.act && eval(p.rule)"
    assert not is_compiled(matcher, row("True"), row(rule))
    requests = [({"name": "alice", "age": 20}, "data", act) for act in ("x", "read")]
    both(model(matcher), [row(rule)], requests)


def test_a_condition_without_rows_raises_as_in_casbin():
    found = both(model("eval(p.rule)"), [], [("", "", ""), ("",)])
    assert found == ["RuntimeError", "RuntimeError"]
    assert is_compiled("eval(p.rule)")


def test_a_condition_alone_says_nothing():
    with pytest.raises(UnsureError):
        meaning(Condition(0))((), (), {})
