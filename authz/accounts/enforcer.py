"""The enforcer: what every panel route and every other service asks.

A decision is the evaluator's answer on a fresh snapshot of one account (design 7), with
the reason that the account's own facts give.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from authz.accounts.freshness import Freshness, Watch
from authz.accounts.reasons import denial, missing_permissions
from authz.accounts.snapshot import EvaluatorFactory, Snapshot, SnapshotLoader
from authz.decision import Decision, Reason
from authz.engine import ReferenceEvaluator, Row
from authz.policy import Release, State
from authz.storage import PolicyStore

#: A resource and an action, as the catalogue names them.
ActionName = tuple[str, str]
#: Asks a store for its head alone.
_NEWEST = 2**62
_UNDECIDED = Decision(allowed=False, reason=Reason.NOT_A_MEMBER, revision=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """A decision with what stands behind it.

    Attributes:
        row: the grant that allowed it, or the one that would.
        path: the links from the user to each permission that is held.
        missing: the permissions of the grant that the user lacks.
        service: the service the grant needs, and whether it runs.
    """

    decision: Decision
    row: Row | None = None
    path: tuple[tuple[Row, ...], ...] = ()
    missing: tuple[str, ...] = ()
    service: str = ""
    service_runs: bool = False


class Enforcer:
    """Answers, always from a snapshot no older than the question.

    One per process; safe on every thread.
    """

    def __init__(
        self,
        store: PolicyStore,
        watch: Watch,
        *,
        evaluator: EvaluatorFactory = ReferenceEvaluator,
        capacity: int = 256,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        clock = {} if now is None else {"now": now}
        self._store = store
        self._loader = SnapshotLoader(store, evaluator, **clock)
        self._fresh: Freshness[Snapshot] = Freshness(
            store, watch, self._loader, capacity=capacity, **clock
        )

    def start(self) -> None:
        """Check that decisions can be given; before the first one.

        Raises:
            NotReadyError: says why not.
        """
        self._fresh.start()
        self.release()

    def decide(
        self, subject: str, account: str, resource: str, action: str
    ) -> Decision:
        """One question.

        Raises:
            NotReadyError: no answer can be given now; never to be read as an allow.
        """
        return self.decide_many(subject, account, [(resource, action)])[0]

    def decide_many(
        self, subject: str, account: str, actions: Sequence[ActionName]
    ) -> list[Decision]:
        """Several questions about one user, all answered at one revision."""
        reasons, revision = self._fresh.ask(
            account,
            lambda snapshot: [_reason(snapshot, subject, *name) for name in actions],
        )
        return [
            Decision(allowed=reason is Reason.GRANTED, reason=reason, revision=revision)
            for reason in reasons
        ]

    def explain(
        self, subject: str, account: str, resource: str, action: str
    ) -> Explained:
        """The decision, the grant and the role path, or what is missing."""
        found, revision = self._fresh.ask(
            account,
            lambda snapshot: (
                _reason(snapshot, subject, resource, action),
                _explained(snapshot, subject, resource, action),
            ),
        )
        reason, explained = found
        decision = Decision(
            allowed=reason is Reason.GRANTED, reason=reason, revision=revision
        )
        return replace(explained, decision=decision)

    def state(self, subject: str, account: str) -> State | None:
        """What a user is in an account; None: not a member of it."""
        return self._fresh.ask(account, lambda s: s.states.get(subject))[0]

    def running(self, account: str) -> frozenset[str]:
        """The services that run in the account now."""
        return self._fresh.ask(account, lambda snapshot: snapshot.running)[0]

    def rows(self, account: str) -> tuple[Row, ...]:
        """What casbin sees of the account now, release rows included."""
        return self._fresh.ask(account, lambda snapshot: snapshot.rows)[0]

    def dropped(self, account: str) -> tuple[Row, ...]:
        """Rows of the account that break the rules and do not count."""
        return self._fresh.ask(account, lambda snapshot: snapshot.dropped)[0]

    def release(self) -> Release:
        """The release in force."""
        return self._loader.release(self._store.changes(_NEWEST).release_number)

    @property
    def revision(self) -> int:
        """The newest revision this process has applied."""
        return self._fresh.revision

    def at_least(self, revision: int) -> None:
        """Make sure that the next answer is of that revision or newer."""
        self._fresh.at_least(revision)


def _reason(snapshot: Snapshot, subject: str, resource: str, action: str) -> Reason:
    release = snapshot.release
    known = release.catalogue.find(resource, action)
    if known is None:
        exists = release.catalogue.has_resource(resource)
        return Reason.UNKNOWN_ACTION if exists else Reason.UNKNOWN_RESOURCE
    # INVARIANT: only a user of the account reaches the evaluator; a name that is a
    # role, a permission or blank would otherwise hold itself
    if subject not in snapshot.states:
        return Reason.NOT_A_MEMBER
    if snapshot.evaluator.decide((subject, snapshot.account, resource, action)):
        return Reason.GRANTED
    return denial(snapshot, subject, release.grant_for(known))


def _explained(
    snapshot: Snapshot, subject: str, resource: str, action: str
) -> Explained:
    """What stands behind the answer; the decision itself is filled in by the caller."""
    known = snapshot.release.catalogue.find(resource, action)
    if known is None or subject not in snapshot.states:
        return Explained(decision=_UNDECIDED)
    grant = snapshot.release.grant_for(known)
    asked = (subject, snapshot.account, resource, action)
    walks = (
        snapshot.evaluator.path(subject, name, snapshot.account) for name in grant.needs
    )
    return Explained(
        decision=_UNDECIDED,
        row=snapshot.evaluator.explain(asked).row or _row_of(snapshot, grant.place),
        path=tuple(walk for walk in walks if walk),
        missing=missing_permissions(snapshot, subject, grant),
        service=grant.service,
        service_runs=grant.service in snapshot.running,
    )


def _row_of(snapshot: Snapshot, place: str) -> Row | None:
    return next((row for row in snapshot.release.rows if row.place == place), None)
