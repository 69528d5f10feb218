"""Models and rows for the engine's tests, in as few words as a test needs."""

from collections.abc import Sequence
from typing import Any

from authz.engine import CompiledEvaluator, Model, ReferenceEvaluator, Row, read_model
from authz.errors import EvaluationError

ALLOW = "some(where (p.eft == allow))"
NOT_DENY = "!some(where (p.eft == deny))"
BOTH = f"{ALLOW} && {NOT_DENY}"
PRIORITY = "priority(p.eft) || deny"
SUBJECT_PRIORITY = "subjectPriority(p.eft) || deny"


def a_model(
    matcher: str,
    r: str = "sub, dom, obj, act",
    p: str = "sub, dom, obj, act",
    roles: str = "g = _, _, _\ng2 = _, _",
    effect: str = ALLOW,
) -> Model:
    return read_model(
        f"[request_definition]\nr = {r}\n[policy_definition]\np = {p}\n"
        f"[role_definition]\n{roles}\n[policy_effect]\ne = {effect}\n"
        f"[matchers]\nm = {matcher}\n"
    )


def rows_of(text: str) -> list[Row]:
    """Rows as one line each, `p a b c`; `-` is an empty text."""
    rows = []
    for number, line in enumerate(text.strip().splitlines()):
        ptype, *values = line.split()
        rows.append(
            Row(
                ptype,
                tuple("" if v == "-" else v for v in values),
                place=f"row {number}",
            )
        )
    return rows


def answer(evaluator: Any, request: Sequence[object]) -> object:
    """What is decided and explained, or the error."""
    try:
        allowed, why = evaluator.decide(request), evaluator.explain(request)
    except EvaluationError as error:
        return type(error.__cause__).__name__
    place = why.row.place if why.row else ""
    return allowed, why.allowed, place, why.paths


def both(model: Model, rows: Sequence[Row], requests: Sequence[Any]) -> list[Any]:
    """The answers of the compiled evaluator, once they are seen to be casbin's."""
    compiled, reference = (
        CompiledEvaluator(model, rows),
        ReferenceEvaluator(model, rows),
    )
    found = [answer(compiled, request) for request in requests]
    assert found == [answer(reference, request) for request in requests]
    return [item if isinstance(item, str) else item[0] for item in found]
