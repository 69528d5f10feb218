"""Where the first ask of an account goes: its rows, the policy, the gate, the evaluator."""

import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from authz.accounts.snapshot import SnapshotLoader
from authz.engine import Gate, Layers
from authz.policy import policy_at
from authz.storage import EVERY_ACCOUNT
from tests.benchmarks.synthetic import RELEASE, SyntheticStore
from tests.benchmarks.timing import timed

STEPS = ("store", "policy", "gate", "evaluator", "standings")


def split(store: SyntheticStore, accounts: Sequence[str]) -> dict[str, float]:
    """Microseconds of each step, medians over accounts; the last is what is left."""
    loader, now = SnapshotLoader(store), datetime.now(UTC)
    gate = Gate(RELEASE.model, RELEASE.rows, EVERY_ACCOUNT)
    layers = Layers(RELEASE.model, RELEASE.rows, EVERY_ACCOUNT)
    took: dict[str, list[float]] = {step: [] for step in STEPS}
    for account in (*accounts[:3], *accounts):
        stored, to_read = timed(partial(store.load, account))
        dated = partial(policy_at, RELEASE, account, stored.rows, now)
        policy, to_date = timed(dated)
        _, to_check = timed(partial(gate.check, policy.own, account))
        _, to_index = timed(partial(layers.evaluator, policy.own, account))
        loader._detailed.clear()  # else it reads what changed alone: nothing
        _, whole = timed(partial(loader, account))
        parts = [to_read, to_date, to_check, to_index]
        for step, figure in zip(STEPS, [*parts, whole - sum(parts)], strict=True):
            took[step].append(figure)
    # the first few find nothing kept
    return {step: statistics.median(all_[3:]) for step, all_ in took.items()}
