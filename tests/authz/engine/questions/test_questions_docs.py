"""What docs/engine.md asks of its example beside `decide` has answers."""

import ast

import pytest

from tests.authz.engine.test_compiled_docs import block, example, read_model
from tests.authz.engine.test_compiled_docs import read_policy_csv as read_rows


@pytest.fixture
def names() -> dict[str, object]:
    """What the page's lines have to hand, run line by line."""
    model = read_model(block("[request_definition]"))
    rows = read_rows(block("p, bookkeeper"))
    return {"model": model, "rows": rows, "evaluator": example()}


def test_the_questions_on_the_page_are_answered(names):
    page = ast.parse(block("from authz.engine import FREE")).body
    imports, book, *questions = map(ast.unparse, page)
    exec(imports, names)  # noqa: S102  (the page's own code)
    exec(book, names)  # noqa: S102
    what, who, why, near, changes = (
        list(eval(question, names))  # noqa: S307
        for question in questions
    )
    assert (what[0].request[2:], what[0].is_conditional) == (("invoice", "view"), False)
    assert {answer.request[0] for answer in who} == {"maria", "bookkeeper"}
    assert [found.row.place for found in why] == ["policy.csv:3"]
    assert near[0].failed[0].values == "r.resource is 'quote', p.resource is 'invoice'"
    assert [len(some) for some in changes] == [1] * len(changes) != []
