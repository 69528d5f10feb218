"""Asking two engines the same: answers and errors must agree, word for word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from authz.engine import (
    Evaluator,
    Explanation,
    Model,
    ReferenceEvaluator,
    Row,
    read_model,
)
from authz.errors import EvaluationError, ModelError, RowsError
from tests.authz.engine.fuzz.case import Case
from tests.authz.engine.fuzz.under_test import engine

MakeEngine = Callable[[Model, Sequence[Row]], Evaluator]
ROWS = "RowsError"
ERROR = "EvaluationError"
#: How many requests of a case are also explained.
EXPLAINED = 3
#: What an engine makes of a case: ROWS, or for each request True, False or ERROR.
Answers = str | tuple[object, ...]


@dataclass(frozen=True)
class Difference:
    """Where an engine and casbin part.

    Attributes:
        request: what was asked, None if one of them could not load the rows.
        wanted: what casbin says.
        found: what the engine says.
    """

    request: tuple[object, ...] | None
    wanted: object
    found: object


def answers(make: MakeEngine, model: Model, case: Case) -> Answers:
    """Everything an engine says to a case."""
    try:
        made = make(model, case.rows)
    except RowsError:
        return ROWS
    first = tuple(answer(made, request) for request in case.requests)
    if make is not ReferenceEvaluator:  # what it remembers must change nothing
        again = tuple(answer(made, request) for request in case.requests)
        return first if again == first else ("asked again:", first, again)
    return first


def answer(made: Evaluator, request: tuple[object, ...]) -> object:
    """One answer. Anything but an EvaluationError is a bug of the engine: told as text."""
    return _safely(lambda: made.decide(request))


def explanations(make: MakeEngine, model: Model, case: Case) -> Answers:
    """Answer, row and paths of the first requests."""
    made = make(model, case.rows)
    return tuple(explanation(made, request) for request in case.requests[:EXPLAINED])


def explanation(made: Evaluator, request: tuple[object, ...]) -> object:
    """What `explain` says; `decide` must say the same."""
    found = _safely(lambda: made.explain(request))
    if isinstance(found, Explanation) and found.allowed is not answer(made, request):
        return f"explain says {found.allowed}, decide does not"
    return found


def _safely(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except EvaluationError:
        return ERROR
    except Exception as error:  # noqa: BLE001  (any other error is a finding)
        return f"{type(error).__name__}: {error}"


def model_of(case: Case) -> Model | None:
    """The case's model, None if `read_model` refuses it."""
    try:
        return read_model(case.shape.text)
    except ModelError:
        return None


def difference(make: MakeEngine, case: Case, wanted: Answers = "") -> Difference | None:
    """The first request that the engine answers otherwise than casbin."""
    model = model_of(case)
    if model is None:
        return None
    right = wanted or answers(ReferenceEvaluator, model, case)
    found = answers(make, model, case)
    if isinstance(right, str) or isinstance(found, str):
        return Difference(None, right, found) if right != found else None
    apart = _first_apart(case, right, found)
    if apart or not getattr(make, "explains", True):
        return apart
    asked = (ReferenceEvaluator, make)
    return _first_apart(case, *(explanations(each, model, case) for each in asked))


def _first_apart(case: Case, wanted: Answers, found: Answers) -> Difference | None:
    for request, one, other in zip(case.requests, wanted, found, strict=False):
        if one is not other and one != other:
            return Difference(request, one, other)
    return None


def assert_same(
    text: str, rows: Sequence[Row], requests: Sequence[tuple[object, ...]]
) -> None:
    """A case found by the fuzzer, asked again of the engine and of casbin."""
    model = read_model(text)
    for request in requests:
        asked = (ReferenceEvaluator, engine())
        wanted, found = (_one(make, model, rows, request) for make in asked)
        assert found == wanted, request


def _one(
    make: MakeEngine, model: Model, rows: Sequence[Row], request: tuple[object, ...]
) -> object:
    try:
        made = make(model, rows)
    except RowsError:
        return ROWS
    return answer(made, request), explanation(made, request)
