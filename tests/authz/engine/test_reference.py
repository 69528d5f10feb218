"""casbin behind our interface: the answer, the rows behind it, errors, threads."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from authz.engine import Evaluator, ReferenceEvaluator, Row, read_model
from authz.errors import EvaluationError, RowsError
from tests.authz.oracle import Account, Person
from tests.authz.world import casbin_over

RBAC = """[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = {matcher}
"""
PLAIN = RBAC.format(matcher="g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act")
ROWS = [
    Row("p", ("admin", "data", "read"), "policy.csv:1"),
    Row("p", ("boss", "data", "write"), "policy.csv:2"),
    Row("g", ("alice", "admin"), "policy.csv:3"),
    Row("g", ("alice", "clerk"), "policy.csv:4"),
    Row("g", ("clerk", "admin"), "policy.csv:5"),
]


def plain(matcher: str = "", rows: list[Row] = ROWS) -> ReferenceEvaluator:
    text = RBAC.format(matcher=matcher) if matcher else PLAIN
    return ReferenceEvaluator(read_model(text), rows)


def test_it_serves_the_interface():
    evaluator: Evaluator = plain()
    assert evaluator.decide(("alice", "data", "read"))
    assert not evaluator.decide(("alice", "data", "write"))


def test_an_allow_names_its_row_and_its_path():
    found = plain().explain(("alice", "data", "read"))
    assert found.allowed
    assert found.row is not None
    assert found.row.place == "policy.csv:1"
    assert [[row.place for row in path] for path in found.paths] == [["policy.csv:3"]]


def test_an_allow_of_the_shipped_model_names_the_whole_walk():
    anna = Person(permissions=frozenset({"role.bookkeeper"}))
    evaluator = casbin_over({"anna": anna}, Account(modules={"documents": 100}))
    found = evaluator.explain(("u_anna", "a_1", "quote", "view"))
    assert found.row is not None
    assert found.row.values[0] == "documents.read"
    service, person = found.paths
    assert [str(row) for row in service] == ["g2, a_1, documents:view"]
    assert [row.values[1] for row in person] == [
        "s_anna",
        "role.bookkeeper",
        "documents.read",
    ]


def test_both_walks_are_shown_when_an_action_needs_two():
    anna = Person(permissions=frozenset({"role.invoicing_and_send"}))
    found = casbin_over({"anna": anna}, Account()).explain(
        ("u_anna", "a_1", "invoice_file", "upload_and_send")
    )
    assert [path[-1].values[1] for path in found.paths] == [
        "invoicing:change",
        "invoicing.create_edit",
        "invoicing.send_sdi",
    ]


def test_a_denial_by_default_names_no_row():
    found = plain().explain(("alice", "data", "write"))
    assert (found.allowed, found.row, found.paths) == (False, None, ())


def test_a_deny_row_is_named():
    text = PLAIN.replace("p = sub, obj, act", "p = sub, obj, act, eft").replace(
        "e = some(where (p.eft == allow))", "e = !some(where (p.eft == deny))"
    )
    rows = [Row("p", ("alice", "data", "read", "deny"), "policy.csv:1")]
    found = ReferenceEvaluator(read_model(text), rows).explain(
        ("alice", "data", "read")
    )
    assert not found.allowed
    assert found.row == rows[0]


def test_explain_and_decide_answer_alike():
    evaluator = plain()
    for subject in ("alice", "clerk", "admin", "boss", "bob", ""):
        for action in ("read", "write", ""):
            request = (subject, "data", action)
            assert evaluator.explain(request).allowed == evaluator.decide(request)


def test_the_path_is_the_shortest_and_stays_in_its_domain():
    assert plain().path("alice", "admin", "") == (ROWS[2],)
    assert plain().path("alice", "alice", "") == ()
    assert plain().path("admin", "alice", "") is None
    assert plain().path("alice", "nowhere", "") is None
    evaluator = casbin_over({"anna": Person()}, Account())
    assert len(evaluator.path("u_anna", "seated", "a_1") or ()) == 2
    assert evaluator.path("u_anna", "seated", "a_2") is None


def test_a_role_written_in_the_matcher_is_walked_too():
    evaluator = plain('g(r.sub, "admin") && r.obj == p.obj')
    assert evaluator.explain(("clerk", "data", "x")).paths == ((ROWS[4],),)


def test_a_question_about_an_attribute_has_a_path_too():
    evaluator = plain("g(r.sub.name, p.sub) && r.obj == p.obj")
    found = evaluator.explain(({"name": "alice"}, "data", "x"))
    assert found.allowed
    assert found.paths == ((ROWS[2],),)


def test_a_question_about_a_number_has_no_path():
    rows = [Row("p", ("admin", "data", "read"))]
    found = plain(
        "(g(r.sub, 3) || r.sub == p.sub) && keyMatch(r.obj, p.obj)", rows
    ).explain(("admin", "data", "read"))
    assert (found.allowed, found.paths) == (True, ())


def test_an_error_in_casbin_is_never_an_allow():
    with pytest.raises(EvaluationError, match="casbin could not answer") as caught:
        plain().decide(("alice", "data"))
    assert caught.value.request == ("alice", "data")
    with pytest.raises(EvaluationError):
        plain().explain(("alice", "data", "read", "more"))
    with pytest.raises(EvaluationError):
        plain("nobody(r.sub)").decide(("alice", "data", "read"))


def test_a_matcher_that_is_no_expression_is_an_error_on_each_request():
    with pytest.raises(EvaluationError):
        plain("r.sub == == p.sub").decide(("alice", "data", "read"))


def test_rows_that_casbin_can_not_load_are_refused():
    with pytest.raises(RowsError, match="can not load these rows"):
        plain(rows=[Row("g", ("alice",))])
    with pytest.raises(RowsError):
        plain(rows=[Row("g9", ("alice", "admin"))])


def test_the_order_of_rows_changes_no_answer():
    requests = [
        (s, "data", a)
        for s in ("alice", "clerk", "boss", "x")
        for a in ("read", "write")
    ]
    wanted = [plain().decide(request) for request in requests]
    for seed in range(20):
        rows = random.Random(seed).sample(ROWS, len(ROWS))  # noqa: S311  (a sample)
        evaluator = plain(rows=rows)
        assert [evaluator.decide(request) for request in requests] == wanted
    assert wanted == [True, False, True, False, False, True, False, False]


def test_the_same_request_gets_the_same_answer_again():
    evaluator = plain()
    answers = {evaluator.explain(("alice", "data", "read")) for _ in range(20)}
    assert len(answers) == 1


def test_many_threads_on_many_evaluators_get_right_answers():
    evaluators = [plain() for _ in range(4)]

    def work(index: int) -> list[bool]:
        evaluator = evaluators[index % 4]
        return [evaluator.decide(("alice", "data", a)) for a in ("read", "write") * 50]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(16))) == [[True, False] * 50] * 16
