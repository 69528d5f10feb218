"""Random models of casbin's whole family: the engine and casbin answer alike."""

from authz.engine import Row, read_model
from tests.authz.engine.fuzz.budget import SEED, cases
from tests.authz.engine.fuzz.case import ALLOW, BOTH, EFFECTS, Case, Shape, Thing
from tests.authz.engine.fuzz.compare import assert_same, difference
from tests.authz.engine.fuzz.naive import Naive
from tests.authz.engine.fuzz.rows import a_case
from tests.authz.engine.fuzz.run import run, told
from tests.authz.engine.fuzz.shrink import shrink
from tests.authz.engine.fuzz.under_test import engine
from tests.authz.engine.fuzz.wrong import IgnoresDenies, NobodyIsHimself

#: At least so many of a hundred models are answered by the engine itself.
COMPILED = 95


def test_the_engine_answers_every_case_as_casbin_does():
    tally = run(engine(), SEED, cases=cases(ci=3500, desk=400))
    print(tally)  # noqa: T201
    assert not tally.differences, told(engine(), tally.differences[0][0])
    assert tally.compiled >= tally.made * COMPILED / 100, str(tally)


def test_the_second_opinion_that_is_got_wrong_elsewhere_is_itself_right():
    tally = run(Naive, SEED, cases=cases(ci=700, desk=150))
    assert not tally.differences, told(Naive, tally.differences[0][0])


def test_cases_allow_deny_and_fail_often_enough_to_tell_engines_apart():
    tally = run(Naive, SEED, cases=250)
    asked = tally.requests
    assert tally.answers[True] > asked / 10
    assert tally.answers[False] > asked / 3
    assert asked / 50 < tally.answers["EvaluationError"] < asked / 4
    assert tally.answers["RowsError"] > 0


def test_a_seed_makes_the_same_case_again():
    assert repr(a_case(7, 3)) == repr(a_case(7, 3))
    assert repr(a_case(7, 3)) != repr(a_case(8, 3))


def test_the_whole_family_of_models_comes_up():
    texts = [a_case(SEED, number).shape.text for number in range(600)]
    wanted = [
        "g2(",
        "eval(",
        "m2 =",
        "priority",
        "keyMatch5(",
        "ipMatch(",
        "globMatch(",
    ]
    wanted += ["!(", " in p.", '"-"', ".age", *EFFECTS]
    assert [word for word in wanted if not any(word in text for text in texts)] == []
    for text in texts:
        read_model(text)


def test_a_counterexample_is_cut_to_what_it_needs():
    shape = Shape(
        ("sub", "obj"),
        ("sub", "obj", "eft"),
        (("g", 2),),
        BOTH,
        ("and", ("g(r.sub, p.sub)", "r.obj == p.obj")),
    )
    rows = [Row("g", ("alice", "admin")), Row("p", ("admin", "data1", "allow"))]
    rows += [Row("p", ("alice", "data1", "deny")), Row("p", ("bob", "*", "deny"))]
    case = Case("1:1", shape, tuple(rows), (("bob", "data1"), ("alice", "data1")))
    small = shrink(case, lambda tried: difference(IgnoresDenies, tried))
    assert len(small.rows) <= 3
    assert len(small.requests) == 1
    assert small.shape.matcher in ("g(r.sub, p.sub)", "r.obj == p.obj")


def test_a_difference_is_told_as_a_test_that_can_be_pasted():
    request = (Thing("x"), float("nan"), "a")
    shape = Shape(
        ("sub", "n", "obj"), ("sub", "obj"), (("g", 2),), ALLOW, "g(r.obj, p.obj)"
    )
    case = Case("4:2", shape, (Row("p", ("a", "a")),), (request,))
    text = told(NobodyIsHimself, case)
    compile(text, "pasted", "exec")
    assert text.startswith("# seed 4:2; Difference(")
    assert "def test_fuzzed_4_2():" in text
    assert "    Row('p', ('a',))," in text


def test_a_pasted_case_is_asked_of_both():
    text = Shape(("sub",), ("sub",), (), ALLOW, "r.sub == p.sub").text
    assert_same(text, [Row("p", ("a",))], [("a",), ("b",), (), (1,)])
    assert_same(text, [Row("p", ())], [("a",)])
