"""The fuzzer bites: each engine that gets one point wrong is caught, and soon."""

from functools import cache

import pytest

from authz.engine import ReferenceEvaluator
from tests.authz.engine.fuzz.budget import SEED
from tests.authz.engine.fuzz.case import Case
from tests.authz.engine.fuzz.compare import Answers, answers, difference, model_of
from tests.authz.engine.fuzz.rows import a_case
from tests.authz.engine.fuzz.wrong import WRONG

SOON = 1500


@cache
def judged(number: int) -> tuple[Case, Answers]:
    """A case with casbin's answers; every wrong engine meets the same ones."""
    case = a_case(SEED, number)
    model = model_of(case)
    return case, answers(ReferenceEvaluator, model, case) if model else ""


@pytest.mark.parametrize("wrong", WRONG)
def test_an_engine_that_gets_one_point_wrong_is_caught(wrong):
    for number in range(SOON):
        case, wanted = judged(number)
        if difference(wrong, case, wanted):
            return
    pytest.fail(f"{wrong.__name__}, yet: {wrong.__doc__}")
