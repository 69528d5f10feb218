"""A tenth of the proof that runs on its own: `tests/proofs/prove_freshness.py`."""

from tests.proofs.prove_freshness import prove


def test_no_answer_is_old_whatever_happens_to_writers():
    counts = prove(kills=5, stops=6, seed=7)
    assert counts["stale allows"] == 0
    assert counts["unsettled at the end"] == 0
    assert (counts["kills"], counts["stops"]) == (5, 6)
    assert counts["decisions"] > 1000
