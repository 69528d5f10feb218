"""A tenth of the proof that runs on its own: `tests/proofs/prove_freshness.py`."""

from tests.proofs.prove_freshness import prove


def test_no_answer_is_old_whatever_happens_to_writers():
    counts = prove(kills=8, stops=12, seed=7)
    assert counts["stale allows"] == 0
    assert counts["unsettled at the end"] == 0
    assert (counts["kills"], counts["stops"]) == (8, 12)
    assert counts["decisions"] > 1000
