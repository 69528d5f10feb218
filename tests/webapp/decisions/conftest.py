"""What several tests of the decision API share."""

import pytest

from webapp.decisions import log


@pytest.fixture
def no_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are written when a test says so."""
    monkeypatch.setattr(log, "EVERY_SECONDS", 3600.0)
