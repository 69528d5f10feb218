"""The walk that an explanation shows is one that casbin takes."""

import pytest
from casbin.core_enforcer import EnforceContext

from authz.engine import CompiledEvaluator, Evaluator, ReferenceEvaluator, Row
from authz.engine.walks import Walks
from tests.authz.engine.builders import a_model, rows_of
from tests.authz.engine.test_roles import chain

MATCHER = "g(r.sub, p.sub, r.dom) && r.act == p.act"
SECOND = EnforceContext("r2", "p2", "e2", "m2")
TWO = a_model(
    f"{MATCHER}\nm2 = g(r2.sub, p2.sub, r2.dom)",
    r="sub, dom, obj, act\nr2 = sub, dom",
    p="sub, dom, obj, act\np2 = sub, eft",
)
ROW_AND_LINK = rows_of("p b x o a\ng a b x")
BOTH = (CompiledEvaluator, ReferenceEvaluator)


def places(evaluator: Evaluator, request: tuple[object, ...]) -> list[list[str]]:
    found = evaluator.explain(request)
    return [[row.place for row in path] for path in found.paths]


@pytest.mark.parametrize("make", BOTH)
def test_nine_links_are_shown_and_a_tenth_is_no_walk(make):
    rows = rows_of(f"p n9 x o a\np n10 x o b\n{chain(12, 'g', 'x')}")
    evaluator = make(a_model(MATCHER), rows)
    assert len(places(evaluator, ("n0", "x", "o", "a"))[0]) == 9
    assert not evaluator.explain(("n0", "x", "o", "b")).paths
    assert evaluator.path("n0", "n9", "x") is not None
    assert evaluator.path("n0", "n10", "x") is None


@pytest.mark.parametrize("make", BOTH)
def test_circles_end_and_the_shortest_way_is_shown(make):
    rows = rows_of(
        "p c x o a\ng a a x\ng a b x\ng b a x\ng b c x\ng a d x\ng d c x\ng c b x"
    )
    assert places(make(a_model(MATCHER), rows), ("a", "x", "o", "a")) == [
        ["row 2", "row 4"]
    ]
    assert make(a_model(MATCHER), rows).path("a", "nobody", "x") is None


@pytest.mark.parametrize("make", BOTH)
def test_a_walk_stays_in_its_domain_as_far_as_links_have_one(make):
    rows = rows_of(
        "p b x o a\ng a b y\ng a c x\ng c b x\ng2 o b\ng2 o p extra\ng2 p b x"
    )
    evaluator = make(a_model(MATCHER), rows)
    assert places(evaluator, ("a", "x", "o", "a")) == [["row 2", "row 3"]]
    assert evaluator.path("a", "b", "y") == (rows[1],)
    assert evaluator.path("a", "b", "z") is None
    # a domain asked of links without one, and none asked of links that have one
    asked = make(a_model("g2(r.obj, p.sub, r.dom)"), rows)
    assert places(asked, ("a", "z", "o", "a")) == [["row 4"]]
    asked = make(a_model("g(r.sub, p.sub) || r.act == p.act"), rows)
    assert places(asked, ("a", "x", "o", "a")) == []


@pytest.mark.parametrize("make", BOTH)
def test_a_context_shows_the_row_and_the_walk_of_its_own_policy(make):
    rows = rows_of("p boss x o a\np2 boss allow\ng ann clerk x\ng clerk boss x")
    found = make(TWO, rows).explain((SECOND, "ann", "x"))
    assert (found.allowed, found.row, found.row.place) == (True, rows[1], "row 1")
    assert found.paths == ((rows[2], rows[3]),)
    usual = make(TWO, rows).explain(("ann", "x", "o", "a"))
    assert (usual.row, usual.paths) == (rows[0], found.paths)
    mixed = EnforceContext("r", "p", "e", "m")
    assert make(TWO, rows).explain((mixed, "ann", "x", "o", "a")) == usual


def test_a_context_is_explained_without_casbin():
    evaluator = CompiledEvaluator(TWO, rows_of("p2 boss allow\ng ann boss x"))
    assert evaluator.explain((SECOND, "ann", "x")).row is not None
    assert evaluator.fallbacks == 0


@pytest.mark.parametrize("make", BOTH)
def test_questions_stand_in_the_order_of_the_matcher(make):
    rows = rows_of("p b x p a\ng a b x\ng2 o p\ng a s x")
    model = a_model(
        '(g(r.sub, p.sub, r.dom) && g2(r.obj, p.obj)) && g(r.sub, "s", "x")'
    )
    assert places(make(model, rows), ("a", "x", "o", "a")) == [
        ["row 1"],
        ["row 2"],
        ["row 3"],
    ]


@pytest.mark.parametrize("make", BOTH)
def test_what_an_object_is_asked_shows_its_walk_and_what_it_lacks_none(make):
    rows = rows_of("p b x o a\ng a b x")
    model = a_model("g(r.sub.name, p.sub, r.dom) || g(r.sub.other, p.sub, r.dom)")
    assert places(make(model, rows), ({"name": "a"}, "x", "o", "a")) == [["row 1"]]
    numbers = a_model("g(r.sub, p.sub, r.dom) || r.act == p.act")
    assert places(make(numbers, rows), (1, "x", "o", "a")) == []


def test_a_question_that_only_casbin_can_ask_has_no_walk():
    rows = rows_of("p ab x o a\ng a ab x")
    model = a_model('g(r.sub + "b", p.sub, r.dom) && g(r.sub, p.sub, r.dom)')
    assert places(ReferenceEvaluator(model, rows), ("a", "x", "o", "a")) == [["row 1"]]


def test_a_matcher_that_is_no_expression_has_no_walks():
    walks = Walks(a_model("r.sub == == p.sub"), ROW_AND_LINK)
    assert walks.paths(("a", "x", "o", "a"), ROW_AND_LINK[0]) == ()


def test_no_values_are_no_row_and_the_first_of_equal_rows_is_named():
    rows = [Row("p", ("a",), "one"), Row("p", ("a",), "two")]
    walks = Walks(a_model("r.sub == p.sub", p="sub"), rows)
    assert walks.row(("a", "", "", ""), ()) is None
    assert walks.row(("a", "", "", ""), ("a",)).place == "one"
    assert walks.row((EnforceContext("r9", "p", "e", "m"),), ("a",)).place == "one"
