"""The compiled evaluator: casbin's answers, its reasons and its errors."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from casbin.core_enforcer import EnforceContext

from authz.engine import CompiledEvaluator, Evaluator, ReferenceEvaluator
from authz.errors import EvaluationError
from tests.authz.engine.builders import a_model, answer, both, rows_of
from tests.authz.oracle import Account, Person
from tests.authz.strategies import NAMES
from tests.authz.world import RELEASE, policy_of

MATCHER = "g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.act == p.act"
ROWS = rows_of(
    "p admin x data read\np boss x data write\np admin x data read\n"
    "g alice clerk x\ng clerk admin x"
)
ALICE = ("alice", "x", "data", "read")


def compiled(matcher: str = MATCHER, rows=ROWS) -> CompiledEvaluator:
    return CompiledEvaluator(a_model(matcher), rows)


def test_it_serves_the_interface():
    evaluator: Evaluator = compiled()
    assert evaluator.decide(ALICE)
    assert not evaluator.decide(("alice", "x", "data", "write"))


def test_an_allow_names_its_row_and_the_walk_behind_it():
    found = compiled().explain(ALICE)
    assert found.allowed
    assert found.row == ROWS[0]
    assert [row.place for row in found.paths[0]] == ["row 3", "row 4"]


def test_a_denial_by_default_names_no_row():
    found = compiled().explain(("alice", "y", "data", "read"))
    assert (found.allowed, found.row, found.paths) == (False, None, ())


def test_paths_are_those_of_the_reference():
    evaluators = compiled(), ReferenceEvaluator(a_model(MATCHER), ROWS)
    for start, goal, domain in (
        ("alice", "admin", "x"),
        ("alice", "alice", "x"),
        ("alice", "admin", "y"),
    ):
        one, two = (each.path(start, goal, domain) for each in evaluators)
        assert one == two


def test_no_question_of_texts_goes_to_casbin():
    evaluator = compiled()
    for request in (ALICE, ("nobody", "", "", ""), (1, None, True, 2.5)):
        evaluator.decide(request)
        evaluator.explain(request)
    assert evaluator.fallbacks == 0


def test_what_casbin_raises_is_raised():
    evaluator = compiled()
    for request in ((), ("alice",), (*ALICE, "more")):
        with pytest.raises(EvaluationError, match="invalid request size") as caught:
            evaluator.decide(request)
        assert caught.value.request == request
    with pytest.raises(EvaluationError):
        compiled("r.sub < 3").decide(ALICE)
    with pytest.raises(EvaluationError):
        compiled("r.sub").explain(ALICE)


def test_a_matcher_outside_the_list_is_answered_by_casbin_and_counted():
    evaluator = compiled("r.sub + p.act == 'aliceread'")
    assert evaluator.decide(ALICE)
    assert evaluator.explain(ALICE).row == ROWS[0]
    assert evaluator.fallbacks == 2
    assert evaluator.path("alice", "clerk", "x") == (ROWS[3],)


def test_an_object_as_a_role_is_asked_of_casbin_on_the_same_rows():
    class Person:
        def __init__(self, name: str) -> None:
            self.name = name

    evaluator = compiled()
    assert not evaluator.decide((Person("alice"), "x", "data", "read"))
    assert evaluator.fallbacks == 1
    assert not evaluator.decide((Person("alice"), "x", "data", "read"))
    assert evaluator.fallbacks == 2
    by_name = compiled("g(r.sub.name, p.sub, r.dom) && r.dom == p.dom")
    assert by_name.decide((Person("alice"), "x", "data", "read"))
    assert by_name.fallbacks == 0


@pytest.mark.parametrize(
    "value", [random, [random], {"a": random}, len, {"a": [len]}, "x".upper]
)
def test_a_module_or_function_in_a_request_is_left_to_casbin(value):
    model = a_model("r.sub == p.sub || r.obj != p.obj")
    for request in ((value, "x", "data", "read"), ("admin", value, "data", "read")):
        mine, casbins = (
            answer(make(model, ROWS), request)
            for make in (CompiledEvaluator, ReferenceEvaluator)
        )
        assert mine == casbins


def test_a_list_inside_itself_raises_only_where_casbin_looks_at_it():
    endless: list[object] = []
    endless.append(endless)
    request = (endless, "x", "data", "read")
    assert both(a_model("r.act == p.act"), ROWS, [request]) == [True]
    assert both(a_model("r.sub == p.act"), ROWS, [request]) == ["RecursionError"]


def test_a_method_as_an_attribute_is_left_to_casbin():
    both(a_model("r.sub.upper == p.sub"), ROWS, [ALICE])


TWO = a_model(
    f"{MATCHER}\nm2 = r2.sub == p2.sub && p2.eft != 'x'",
    r="sub, dom, obj, act\nr2 = sub",
    p="sub, dom, obj, act\np2 = sub, eft",
)
SECOND = EnforceContext("r2", "p2", "e2", "m2")


def test_a_context_asks_the_other_request_policy_and_matcher():
    rows = [*ROWS, *rows_of("p2 zoe allow\np2 bob deny\np2 bob x")]
    evaluator = CompiledEvaluator(TWO, rows)
    assert evaluator.decide((SECOND, "zoe"))
    assert not evaluator.decide((SECOND, "bob"))
    assert evaluator.decide(ALICE)
    assert evaluator.fallbacks == 0
    both(TWO, rows, [(SECOND, "zoe"), (SECOND, "bob"), (SECOND, "zoe", "more")])


def test_a_context_before_too_few_values_is_still_a_context():
    model = a_model("r.act == p.act", p="sub, dom, obj, act")
    context = EnforceContext("r", "p", "e", "m")
    evaluator = CompiledEvaluator(model, ROWS)
    assert evaluator.decide(("", "", "", "read"))
    assert decided(evaluator, (context, "", "", "read")) == "RuntimeError"


@pytest.mark.parametrize(
    "context",
    [
        EnforceContext("r3", "p2", "e2", "m2"),
        EnforceContext("r2", "p3", "e2", "m2"),
        EnforceContext("r2", "p2", "e2", "m3"),
        EnforceContext("p2", "p2", "e2", "m2"),
        EnforceContext("r2", ["p2"], "e2", "m2"),
        EnforceContext("r2", "p", "e", "m2"),
        EnforceContext("r", "p", "e", "m"),
    ],
)
def test_a_context_that_the_model_lacks_is_left_to_casbin(context):
    for request in ((context, "zoe"), (context, *ALICE)):
        found = [
            decided(make(TWO, [*ROWS, *rows_of("p2 zoe allow")]), request)
            for make in (CompiledEvaluator, ReferenceEvaluator)
        ]
        assert found[0] == found[1]


def test_a_second_policy_of_the_wrong_width_breaks_its_own_context_alone():
    evaluator = CompiledEvaluator(TWO, [*ROWS, *rows_of("p2 zoe")])
    assert decided(evaluator, (SECOND, "zoe")) == "RuntimeError"
    assert evaluator.decide(ALICE)
    assert evaluator.fallbacks == 0


def decided(evaluator: Evaluator, request: tuple[object, ...]) -> object:
    try:
        return evaluator.decide(request)
    except EvaluationError as error:
        return type(error.__cause__).__name__


def everything(people, account):
    actions = [row.values[3:] for row in RELEASE.rows if row.ptype == "p"]
    subjects = [*(f"u_{name}" for name in people), "u_nobody", "role.owner", "s_anna"]
    return [
        (subject, where, *action)
        for subject in subjects
        for where in ("a_1", "a_2", "*")
        for action in (*actions, ("draft", "nothing"))
    ]


@pytest.mark.parametrize(
    ("person", "account"),
    [
        (Person(permissions=frozenset({"role.bookkeeper"})), Account()),
        (
            Person(permissions=frozenset({"role.invoicing_and_send"})),
            Account(modules={"documents": 100}),
        ),
        (Person(permissions=frozenset(NAMES)), Account(last_day=-30)),
        (Person(state="suspended"), Account(edition="SR")),
        (
            Person(state="delegate", permissions=frozenset({"invoicing.read"})),
            Account(space_full=True),
        ),
    ],
)
def test_the_shipped_model_answers_alike_on_every_action(person, account):
    people = {"anna": person, "owner": Person(state="owner")}
    rows = policy_of(people, account).rows
    mine = CompiledEvaluator(RELEASE.model, rows)
    casbins = ReferenceEvaluator(RELEASE.model, rows)
    asked = random.Random(7).sample(everything(people, account), 300)  # noqa: S311  (a sample)
    assert [answer(mine, q) for q in asked] == [answer(casbins, q) for q in asked]
    assert mine.fallbacks == 0


def test_many_threads_get_right_answers_and_share_one_reference():
    evaluator = compiled("r.sub == p.sub || g(r.sub, p.sub, r.dom)")

    def work(_: int) -> list[bool]:
        return [evaluator.decide((s, "x", "", "")) for s in ("alice", "zoe") * 200]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(16))) == [[True, False] * 200] * 16


def test_where_casbin_answers_it_says_who_reaches_whom():
    left = compiled(MATCHER + " && len(r.act) > 0")
    assert left._table is None
    assert left.reaches("alice", "admin", "x")
    assert not left.reaches("admin", "alice", "x")
