"""One account's policy at a revision, ready to be asked; immutable."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from authz.accounts.freshness import Loaded
from authz.accounts.releases import Releases
from authz.engine import Evaluator, Model, ReferenceEvaluator, Row, gate
from authz.errors import NotReadyError, RowsError
from authz.policy import DatedRow, Release, State, policy_at, state_node
from authz.storage import PolicyStore

_log = logging.getLogger(__name__)


class EvaluatorFactory(Protocol):
    """How rows become an evaluator: casbin itself, or a form proved equal to it."""

    def __call__(self, model: Model, rows: tuple[Row, ...]) -> Evaluator:
        """Build it."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Snapshot:
    """What the enforcer asks.

    Attributes:
        rows: what the evaluator was built from.
        states: each user of the account -> what he is.
        running: services that run at the instant of the snapshot.
        sold: services the account has or had rows for, whatever their dates.
        sitting: users with a link to a seat or delegation, whatever its dates.
        dropped: rows that break the rules and do not count.
    """

    account: str
    release: Release
    rows: tuple[Row, ...]
    evaluator: Evaluator
    states: Mapping[str, State]
    running: frozenset[str]
    sold: frozenset[str]
    sitting: frozenset[str]
    dropped: tuple[Row, ...]


class SnapshotLoader:
    """Reads an account in one transaction and builds its snapshot."""

    def __init__(
        self,
        store: PolicyStore,
        evaluator: EvaluatorFactory = ReferenceEvaluator,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._releases = Releases(store)
        self._evaluator = evaluator
        self._now = now

    def release(self, number: int) -> Release:
        """A verified release."""
        return self._releases.get(number)

    def __call__(self, account: str) -> Loaded[Snapshot]:
        """Build the snapshot of an account.

        Raises:
            NotReadyError: the release or the rows can not be trusted.
        """
        stored = self._store.load(account)
        release = self._releases.get(stored.release_number)
        instant = self._now()
        policy = policy_at(release, account, stored.rows, instant)
        try:
            gate(release.model, policy.rows)
        except RowsError as error:
            raise NotReadyError(f"the rows of {account} are unsafe: {error}") from error
        if policy.dropped:
            rows = "; ".join(f"{row.place}: {row}" for row in policy.dropped)
            _log.warning(
                "rows of %s break the rules and do not count: %s", account, rows
            )
        snapshot = Snapshot(
            account=account,
            release=release,
            rows=policy.rows,
            evaluator=self._evaluator(release.model, policy.rows),
            states=_states(policy.rows),
            running=_services(policy.rows),
            sold=_services(tuple(dated.row for dated in stored.rows)),
            sitting=_sitting(stored.rows),
            dropped=policy.dropped,
        )
        return Loaded(
            snapshot=snapshot,
            revision=stored.revision,
            database_id=stored.database_id,
            valid_until=policy.valid_until,
        )


_STATES = {state_node(state): state for state in State}


def _states(rows: tuple[Row, ...]) -> dict[str, State]:
    return {
        row.values[0]: _STATES[row.values[1]]
        for row in rows
        if row.ptype == "g" and row.values[1] in _STATES
    }


def _services(rows: tuple[Row, ...]) -> frozenset[str]:
    return frozenset(row.values[1] for row in rows if row.ptype == "g2")


def _sitting(rows: tuple[DatedRow, ...]) -> frozenset[str]:
    return frozenset(
        dated.row.values[0]
        for dated in rows
        if dated.row.ptype == "g" and dated.row.values[1].startswith(("s_", "d_"))
    )
