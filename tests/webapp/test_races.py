"""A tenth of the proof that runs on its own: `tests/proofs/prove_races.py`."""

from collections import Counter
from pathlib import Path

from tests.authz.storage.stores import a_postgresql
from tests.proofs.prove_races import prove

ATTEMPTS = 1_000


def harmless(counts: Counter[str]) -> None:
    assert {name for name in counts if name.startswith("crash")} == set()
    assert counts["faults"] == 0
    assert counts["attempts"] == ATTEMPTS
    assert counts["rounds of last seat"] > 30


def test_on_sqlite_no_race_does_harm(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'races.sqlite3'}"
    harmless(prove(url, attempts=ATTEMPTS, count=4, seed=7))


def test_on_postgresql_no_race_does_harm() -> None:
    with a_postgresql() as url:
        harmless(prove(url, attempts=ATTEMPTS, count=4, seed=8))
