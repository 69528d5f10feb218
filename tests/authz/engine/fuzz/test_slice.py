"""The slice lemma: whatever row matches is among the rows that the indexes hand out."""

from dataclasses import replace
from itertools import takewhile

from authz.engine import CompiledEvaluator, Row, read_model
from authz.errors import EvaluationError, RowsError
from tests.authz.engine.fuzz.budget import SEED, cases
from tests.authz.engine.fuzz.case import ALLOW, Case
from tests.authz.engine.fuzz.rows import a_case

MANY = cases(ci=700, desk=120)


def made(case: Case) -> CompiledEvaluator | None:
    """The engine with indexes over a case, None if it has none."""
    try:
        evaluator = CompiledEvaluator(read_model(case.shape.text), case.rows)
    except RowsError:
        return None
    return evaluator if evaluator._table is not None else None


def alone(case: Case, row: Row) -> CompiledEvaluator | None:
    """The same question of that row alone, as an allow."""
    values = list(row.values)
    if "eft" in case.shape.policy:
        values[case.shape.policy.index("eft")] = "allow"
    links = [other for other in case.rows if other.ptype in dict(case.shape.links)]
    shape = replace(case.shape, effect=ALLOW)
    return made(case.but(shape=shape, rows=[*links, Row("p", tuple(values))]))


def read_by_casbin(case: Case) -> list[Row]:
    """The first rows of p; casbin raises at one of the wrong width, and reads no more."""
    rows = [row for row in case.rows if row.ptype == "p"][:8]
    width = len(case.shape.policy)
    return list(takewhile(lambda row: len(row.values) == width, rows))


def matches(evaluator: CompiledEvaluator, request: tuple[object, ...]) -> bool:
    try:
        return evaluator.decide(request)
    except EvaluationError:
        return False


def test_every_row_that_matches_is_a_candidate():
    checked = left_out = 0
    for number in range(MANY):
        case = a_case(f"slice {SEED}", number)
        evaluator = made(case)
        if evaluator is None or evaluator._table is None:
            continue
        table = evaluator._table
        single = [(row, alone(case, row)) for row in read_by_casbin(case)]
        for request in case.requests:
            width = len(case.shape.request)
            if len(request) != width or {type(value) for value in request} != {str}:
                continue  # every row is a candidate where a value is no text
            found = {entry[2] for entry in table.candidates(request)}
            for row, judge in single:
                if judge and matches(judge, request):
                    assert row.values in found, case
                    checked += 1
                else:
                    left_out += row.values not in found
    assert checked > MANY  # rows that match
    assert left_out > MANY  # and rows that the indexes spare
