"""One account's policy at a revision, ready to be asked; immutable."""

import logging
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from authz.accounts.freshness import Loaded, utc_now
from authz.accounts.reasons import Facts
from authz.accounts.releases import Releases
from authz.accounts.standings import Standing
from authz.engine import (
    CompiledEvaluator,
    Evaluator,
    EvaluatorFactory,
    Gate,
    Layers,
    Row,
)
from authz.errors import NotReadyError, RowsError
from authz.policy import (
    SEATED,
    AccountPolicy,
    DatedRow,
    Release,
    State,
    policy_at,
    state_node,
)
from authz.storage import EVERY_ACCOUNT, AccountRows, PolicyStore

_log = logging.getLogger(__name__)

#: Standings and sets of services kept to be shared; forgotten together when more.
KEPT = 4_096
#: Accounts whose rows are kept for explanations, beside what decisions need.
DETAILED = 64


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What decisions ask, and little: a process may hold a million.

    Attributes:
        users: each user of the account -> how he stands.
        running: services that run at the instant of the snapshot.
    """

    account: str
    release: Release
    users: dict[str, Standing]
    running: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Details:
    """What explanations ask: the rows themselves, at the same revision."""

    policy: AccountPolicy
    evaluator: Evaluator


class SnapshotLoader:
    """Reads an account in one transaction and builds its snapshot."""

    def __init__(
        self,
        store: PolicyStore,
        evaluator: EvaluatorFactory = CompiledEvaluator,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store, self._releases = store, Releases(store)
        self._evaluator, self._now = evaluator, now
        self._shared: tuple[Release, Gate, Layers] | None = None
        self._alike: dict[Hashable, Standing] = {}
        self._services: dict[frozenset[str], frozenset[str]] = {}
        self._detailed: dict[str, tuple[Snapshot, Details]] = {}
        self._lock = Lock()

    def release(self, number: int) -> Release:
        """A verified release."""
        return self._releases.get(number)

    def __call__(self, account: str) -> Loaded[Snapshot]:
        """Build the snapshot of an account.

        Raises:
            NotReadyError: the release or the rows can not be trusted.
        """
        stored = self._store.load(account)
        details = self._details(account, stored)
        if details.policy.dropped:
            dropped = details.policy.dropped
            rows = "; ".join(f"{row.place}: {row}" for row in dropped)
            _log.warning(
                "rows of %s break the rules and do not count: %s", account, rows
            )
        snapshot = self._snapshot(account, stored.rows, details)
        self._keep(snapshot, details)
        return Loaded(
            snapshot=snapshot,
            revision=stored.revision,
            database_id=stored.database_id,
            valid_until=details.policy.valid_until,
        )

    def details(self, snapshot: Snapshot) -> Details:
        """The rows behind a snapshot.

        They may be read anew, and are then as new as the store: what is made of them
        stands only if the snapshot still does afterwards.
        """
        known = self._detailed.get(snapshot.account)
        if known is not None and known[0] is snapshot:
            return known[1]
        details = self._details(snapshot.account, self._store.load(snapshot.account))
        self._keep(snapshot, details)
        return details

    def _details(self, account: str, stored: AccountRows) -> Details:
        release = self._releases.get(stored.release_number)
        gate, layers = self._shared_rows(release)
        policy = policy_at(release, account, stored.rows, self._now())
        try:
            gate.check(policy.own, account)
            evaluator = layers.evaluator(policy.own, account)
        except RowsError as error:
            raise NotReadyError(f"the rows of {account} are unsafe: {error}") from error
        return Details(policy, evaluator)

    def _shared_rows(self, release: Release) -> tuple[Gate, Layers]:
        """The release's rows, looked at and indexed once."""
        known = self._shared
        if known is None or known[0] is not release:
            gate = Gate(release.model, release.rows, EVERY_ACCOUNT)
            layers = Layers(release.model, release.rows, EVERY_ACCOUNT, self._evaluator)
            known = self._shared = release, gate, layers
            self._alike = {}
        return known[1:]

    def _snapshot(
        self, account: str, dated: Sequence[DatedRow], details: Details
    ) -> Snapshot:
        policy = details.policy
        running = self._one(_services(policy.own))
        sold = self._one(_services(item.row for item in dated))
        sitting = _sitting(item.row for item in dated)
        seated = _sitting(policy.own)
        users = {}
        for user, state in _states(policy.own).items():
            facts = Facts(
                state=state,
                is_seated=details.evaluator.reaches(user, SEATED, account),
                sits=user in sitting,
                has_delegation="d_" in seated.get(user, ()),
                running=running,
                sold=sold,
            )
            users[user] = self._standing(details, facts, user)
        return Snapshot(account, policy.release, users, running)

    def _standing(self, details: Details, facts: Facts, user: str) -> Standing:
        policy, evaluator = details.policy, details.evaluator
        made = Standing(policy.release, facts, evaluator, user, policy.account)
        alike = evaluator.standing((user, policy.account))
        if alike is None:
            return made
        # INVARIANT: equal standings are answered alike by the evaluator, and equal facts
        # give equal reasons; so whoever came first answers for all
        kept = self._alike
        if len(kept) >= KEPT:
            kept = self._alike = {}
        return kept.setdefault((alike, facts), made)

    def _one(self, services: frozenset[str]) -> frozenset[str]:
        """One set for all accounts with the same services."""
        if len(self._services) >= KEPT:
            self._services = {}
        return self._services.setdefault(services, services)

    def _keep(self, snapshot: Snapshot, details: Details) -> None:
        with self._lock:
            self._detailed.pop(snapshot.account, None)
            self._detailed[snapshot.account] = snapshot, details
            if len(self._detailed) > DETAILED:
                del self._detailed[next(iter(self._detailed))]


_STATES = {state_node(state): state for state in State}


def _states(rows: Iterable[Row]) -> dict[str, State]:
    return {
        row.values[0]: _STATES[row.values[1]]
        for row in rows
        if row.ptype == "g" and row.values[1] in _STATES
    }


def _services(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset(row.values[1] for row in rows if row.ptype == "g2")


def _sitting(rows: Iterable[Row]) -> dict[str, set[str]]:
    """Who has a link to a seat or a delegation, and to which of the two."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if row.ptype == "g" and row.values[1].startswith(("s_", "d_")):
            found.setdefault(row.values[0], set()).add(row.values[1][:2])
    return found
