"""How much the tests of this folder ask: much in CI, little at a desk."""

import os

IS_CI = os.environ.get("DELEGA_HYPOTHESIS") in ("ci", "nightly")
SEED = 5


def cases(*, ci: int, desk: int) -> int:
    """How many cases to ask here."""
    return ci if IS_CI else desk
