"""Whatever an owner does, through whichever door: decisions and seats are what the facts say."""

import os
from pathlib import Path

import pytest

from tests.proofs.prove_every_door import walk

WALKS = 3 if os.environ.get("DELEGA_HYPOTHESIS") == "ci" else 1


@pytest.mark.parametrize("seed", range(WALKS))
@pytest.mark.parametrize("edition", ["FE", "SR"])
def test_through_every_door_the_facts_hold(
    migrated: Path, edition: str, seed: int
) -> None:
    assert walk(migrated, edition, f"{edition} {seed}", 60) == 60
