"""A small world asked whole: `make proofs` takes all of it, CI a seeded part."""

from itertools import islice

from tests.authz.engine.fuzz.budget import SEED, cases
from tests.authz.engine.fuzz.run import Tally, told
from tests.authz.engine.fuzz.small import REQUESTS, row_sets, shapes, small_cases
from tests.authz.engine.fuzz.under_test import engine

PART = cases(ci=1500, desk=250)


def test_a_seeded_part_of_the_small_world_is_answered_alike():
    tally = Tally()
    whole = size()
    for case in islice(small_cases(1.1 * PART / whole, SEED), PART):
        found = tally.add(engine(), case)
        assert found is None, told(engine(), case)
    assert tally.models == PART
    assert tally.answers[True] > tally.requests / 10


def test_the_small_world_has_the_size_that_the_docs_say():
    assert (sum(1 for _ in shapes()), sum(1 for _ in row_sets())) == (120, 5650)
    assert size() * len(REQUESTS) == 6_102_000


def size() -> int:
    return sum(1 for _ in shapes()) * sum(1 for _ in row_sets())
