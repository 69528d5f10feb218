"""Recorded answers of casbin to thousands of requests: ours must be the same.

The folder is named by DELEGA_VECTORS; without it these tests are skipped.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from casbin.persist.adapter import _extract_tokens

from authz.engine import (
    CompiledEvaluator,
    Evaluator,
    ReferenceEvaluator,
    Row,
    read_model,
)
from authz.errors import EvaluationError, ModelError

FOLDER = os.environ.get("DELEGA_VECTORS", "")
ENOUGH = 3100
Make = type[ReferenceEvaluator] | type[CompiledEvaluator]

pytestmark = [
    pytest.mark.skipif(not FOLDER, reason="DELEGA_VECTORS names no folder"),
    pytest.mark.parametrize("make", [ReferenceEvaluator, CompiledEvaluator]),
]


def rows_of(file: Path) -> list[Row]:
    """casbin's own reading of its csv, which keeps parentheses and quotes."""
    split = (_extract_tokens(line.strip()) for line in file.read_text().splitlines())
    return [Row(tokens[0], tuple(tokens[1:])) for tokens in split if tokens]


def evaluator_of(make: Make, vector: dict[str, Any]) -> Evaluator:
    folder = Path(FOLDER)
    model = read_model((folder / vector["model"]).read_text())
    rows = rows_of(folder / vector["policy"])
    return make(model, [r for r in rows if model.width(r.ptype)])


def vectors() -> list[dict[str, Any]]:
    """All but those whose recording put functions of its own into casbin."""
    found = json.loads((Path(FOLDER) / "vectors.json").read_text())
    return [vector for vector in found if "setup" not in vector]


def answer(evaluator: Evaluator, arguments: list[Any]) -> object:
    try:
        allowed = evaluator.decide(arguments)
    except EvaluationError as error:
        return f"error: {type(error.__cause__).__name__}"
    assert evaluator.explain(arguments).allowed == allowed
    return allowed


def wanted(request: dict[str, Any]) -> object:
    judged = request.get("pycasbin280", request["expect"])
    if isinstance(judged, str):
        return ":".join(judged.split(":")[:2])
    return judged


def test_every_recorded_request_gets_the_recorded_answer(make: Make):
    asked, wrong = 0, []
    for vector in vectors():
        try:
            evaluator = evaluator_of(make, vector)
        except ModelError:
            continue  # see the next test
        for request in vector["requests"]:
            if "context" in request:
                continue  # asks another matcher than `m`
            asked += 1
            found = answer(evaluator, request["args"])
            if found != wanted(request):
                wrong.append((vector["name"], request, found))
    print(f"{asked} requests asked")  # noqa: T201
    assert wrong == []
    assert asked >= ENOUGH


def test_a_model_we_refuse_is_one_that_casbin_can_not_answer_with(make: Make):
    refused = []
    for vector in vectors():
        try:
            evaluator_of(make, vector)
        except ModelError:
            refused.append(vector["name"])
            judged = [str(wanted(request)) for request in vector["requests"]]
            assert any(text.startswith("error") for text in judged), vector["name"]
    assert len(refused) == 2


def test_what_raised_in_casbin_raises_here(make: Make):
    asked = 0
    for vector in vectors():
        for error in vector.get("errors", ()):
            if "pycasbin143" in error or "pycasbin280" in error:
                judged = error.get("pycasbin280", error.get("pycasbin143"))
                found = answer(evaluator_of(make, vector), error["args"])
                assert found == wanted({"expect": judged}), (vector["name"], error)
                asked += 1
    assert asked >= 10
