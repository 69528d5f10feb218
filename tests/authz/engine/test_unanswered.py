"""A request that casbin raises at: the error names the field that is odd."""

from collections.abc import Sequence

import pytest
from casbin.core_enforcer import EnforceContext

from authz.engine import ReferenceEvaluator, Row, read_model
from authz.engine.unanswered import unanswered
from authz.errors import EvaluationError
from tests.authz.engine.builders import a_model

MODEL = a_model(
    "regexMatch(r.sub, p.sub) && r.age > 17",
    r="sub, age",
    p="sub",
    roles="g = _, _",
)
ROWS = [Row("p", ("al.*",))]


def said(request: Sequence[object]) -> EvaluationError:
    with pytest.raises(EvaluationError, match="casbin could not answer") as caught:
        ReferenceEvaluator(MODEL, ROWS).decide(request)
    return caught.value


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        (("alice",), "the request has 1 value, r has 2: sub, age"),
        ((), "the request has 0 values, r has 2: sub, age"),
        (("alice", 18, "x"), "the request has 3 values, r has 2: sub, age"),
        ((7, 18), "r.sub is int 7, not a text; r.age is int 18, not a text"),
        ((None, "18"), "r.sub is None, not a text"),
        (({"name": "alice"}, "18"), "r.sub is dict, not a text"),
        ((b"alice", 1.5), "r.sub is bytes, not a text; r.age is float 1.5, not a text"),
    ],
)
def test_a_wrong_number_or_kind_of_values_names_the_field(request_, wanted):
    error = said(request_)
    assert "; ".join(error.oddities) == wanted
    assert str(error).endswith(f"; {wanted}")
    assert error.request == request_
    assert error.__cause__ is not None


def test_a_request_of_texts_has_casbins_own_words_alone():
    error = said(("alice", "18"))
    assert error.oddities == ()
    assert str(error) == f"casbin could not answer: {error.__cause__}"


def test_the_fields_of_a_context_are_those_of_its_own_request():
    text = MODEL.text.replace("[policy", "r2 = who, what, when\n[policy")
    model = read_model(text)
    context = EnforceContext("r2", "p", "e", "m")
    error = unanswered(model, (context, "alice"), ValueError("x"))
    assert error.oddities == ("the request has 1 value, r2 has 3: who, what, when",)
    error = unanswered(model, (context, "alice", 2, "now"), ValueError("x"))
    assert error.oddities == ("r2.what is int 2, not a text",)
    context = EnforceContext("r9", "p", "e", "m")
    error = unanswered(model, (context, "alice"), ValueError("x"))
    assert "lacks a part of the context" in str(error)
