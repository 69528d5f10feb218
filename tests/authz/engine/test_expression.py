"""A matcher is read into the closed list of nodes, or refused with the reason."""

import re

import pytest

from authz.engine import CompiledEvaluator
from authz.engine.expression import NotCompilableError, read_expression
from authz.engine.nodes import (
    Asked,
    Attribute,
    Comparison,
    Condition,
    Constant,
    Display,
    Either,
    Every,
    Held,
    Link,
    Match,
    Negation,
    walk,
)
from authz.errors import EvaluationError
from tests.authz.engine.builders import a_model, both, rows_of

SUB, OBJ = Asked(0), Asked(2)
ROWS = rows_of("p alice x data read\np bob x * write\ng alice bob x")


def read(matcher: str):
    return read_expression(a_model(matcher))


def same_as_casbin(matcher: str, *requests):
    return both(a_model(matcher), ROWS, requests)


def test_each_part_of_the_language_has_its_node():
    assert read("r.sub == p.sub") == Comparison(SUB, (("==", Held(0)),))
    assert read("!r.sub") == Negation(SUB)
    assert read('r.sub.name != "x"') == Comparison(
        Attribute(SUB, "name"), (("!=", Constant("x")),)
    )
    assert read("g(r.sub, p.sub, r.dom)") == Link("g", (SUB, Held(0), Asked(1)))
    assert read("keyMatch(r.obj, p.obj)") == Match("keyMatch", (OBJ, Held(2)))
    assert read("r.sub in (1, -2.5)") == Comparison(
        SUB, (("in", Display(tuple, (Constant(1), Constant(-2.5)))),)
    )
    assert read("[True, None]").kind is list
    assert read("{r.sub}").kind is set
    assert read("eval(p.act)") == Condition(3)


def test_operands_of_operands_are_one_row_of_operands():
    assert read("r.sub && (r.dom && r.obj)") == Every((SUB, Asked(1), OBJ))
    assert read("(r.sub || r.dom) || r.obj") == Either((SUB, Asked(1), OBJ))
    assert read("(r.sub || r.dom) && r.obj") == Every((Either((SUB, Asked(1))), OBJ))


def test_walking_meets_every_node():
    node = read('!(r.sub.name < p.sub) && keyMatch(r.obj, "x") && r.act in (p.act,)')
    kinds = {type(part) for part in walk(node)}
    assert kinds == {
        Every,
        Negation,
        Comparison,
        Attribute,
        Asked,
        Held,
        Match,
        Constant,
        Display,
    }


@pytest.mark.parametrize(
    ("matcher", "reason"),
    [
        ("r.sub == == p.sub", "it is no expression"),
        ("r.sub; p.sub", "it is not one single expression"),
        ("x = r.sub", "it is not one single expression"),
        ("eval(r.sub)", "is left to casbin"),
        ("eval('x')", "is left to casbin"),
        ("eval (p.sub)", "eval() of anything but a column"),
        ("r.sub == 'eval(p.sub)'", "eval() of anything but a column"),
        ("eval( p.sub )", "eval() of anything but a column"),
        ("r.nobody == p.sub", "`r_nobody` is no name of r or p"),
        ("r.sub + p.sub == 'x'", "`r_sub + p_sub` is left to casbin"),
        ("r.sub is p.sub", "is left to casbin"),
        ("-r.sub == 1", "is left to casbin"),
        ("nobody(r.sub, p.sub)", "is left to casbin"),
        ("g(r.sub)", "is left to casbin"),
        ("keyMatch(r.sub, p.sub, p.obj)", "is left to casbin"),
        ("keyMatch(r.sub, x=p.sub)", "is left to casbin"),
        ("r.sub.upper() == p.sub", "is left to casbin"),
        ("r.sub.__class__ == p.sub", "is left to casbin"),
        ("r.sub.format == p.sub", "is left to casbin"),
        ("r.sub == b'x'", "is left to casbin"),
        (f"r.sub == '{'x' * 100_001}'", "is left to casbin"),
        ("!" * 60 + "r.sub", "nested in more than 50 levels"),
        ("r.sub if r.dom else r.obj", "is left to casbin"),
    ],
)
def test_what_is_not_in_the_list_is_refused_with_its_text(matcher, reason):
    with pytest.raises(NotCompilableError, match=re.escape(reason)):
        read(matcher)


def test_and_and_or_give_their_operands_and_casbin_refuses_a_text():
    assert same_as_casbin("r.sub && r.dom == p.dom", ("", "x", "", ""))[0] == (
        "RuntimeError"
    )
    assert same_as_casbin(
        "r.sub == p.sub || r.act",
        ("alice", "x", "", "any"),
        ("bob", "x", "", ""),
    ) == [True, "RuntimeError"]


def test_a_float_is_a_truth_value_and_a_whole_number_is_none():
    assert same_as_casbin("0.0", ("a", "x", "", "")) == [False]
    assert same_as_casbin("1.5", ("a", "x", "", "")) == [True]
    assert same_as_casbin("1", ("a", "x", "", "")) == ["RuntimeError"]


def test_comparisons_chain_as_in_python():
    requests = [(s, "x", "data", "read") for s in ("alice", "bob", "zoe")]
    assert same_as_casbin('"a" < r.sub <= p.sub', *requests) == [True, True, False]
    assert same_as_casbin("r.sub == p.sub == 'bob'", *requests) == [False, True, False]


def test_in_a_text_is_a_part_of_it():
    found = same_as_casbin(
        "r.act in p.act", ("", "", "", "ea"), ("", "", "", "rw"), ("", "", "", 1)
    )
    assert found == [True, False, "TypeError"]
    assert same_as_casbin("r.act not in p.act", ("", "", "", "zz")) == [True]
    assert same_as_casbin("r.act in {p.act}", ("", "", "", []))[0] == "TypeError"


def test_an_attribute_is_one_of_the_object_or_a_key_of_it():
    class Person:
        name = "alice"

    matcher = "r.sub.name == p.sub"
    found = same_as_casbin(
        matcher,
        (Person(), "", "", ""),
        ({"name": "bob"}, "", "", ""),
        ({"name": "zoe"}, "", "", ""),
        ({}, "", "", ""),
        ("alice", "", "", ""),
    )
    assert found == [True, True, False, *["AttributeDoesNotExist"] * 2]


def test_numbers_and_nothing_match_no_text_and_raise_no_error():
    requests = [(value, "x", "data", "read") for value in (1, 1.5, True, None)]
    assert same_as_casbin("g(r.sub, p.sub, r.dom)", *requests) == [False] * 4
    assert same_as_casbin("g(r.sub, r.sub)", *requests) == [True] * 4
    assert same_as_casbin("g(r.sub, r.sub)", (float("nan"), "", "", "")) == [False]
    assert same_as_casbin("g(r.sub, p.sub)", ([], "", "", "")) == ["TypeError"]


def test_a_role_question_about_what_has_no_hash_raises_without_casbin():
    evaluator = CompiledEvaluator(a_model("g(r.sub, p.sub)"), ROWS)
    with pytest.raises(EvaluationError, match="unhashable"):
        evaluator.decide(([], "", "", ""))
    assert evaluator.fallbacks == 0
