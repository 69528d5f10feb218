"""The enforcer: what every panel route and every other service asks.

A decision is the evaluator's answer on a fresh snapshot of one account (design 7), with
the reason that the account's own facts give.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from authz.accounts.freshness import Freshness, Watch, utc_now
from authz.accounts.shadow import Asked, Shadow
from authz.accounts.snapshot import Details, Snapshot, SnapshotLoader
from authz.accounts.standings import (
    PLACE_OF,
    REASONS,
    ActionName,
    Standing,
    unknown,
)
from authz.decision import Decision, Reason
from authz.engine import CompiledEvaluator, EvaluatorFactory, Row
from authz.policy import Release, State
from authz.storage import PolicyStore

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
        evaluator: EvaluatorFactory = CompiledEvaluator,
        capacity: int = 100_000,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store, self._now = store, now
        self._loader = SnapshotLoader(store, evaluator, now)
        self._fresh: Freshness[Snapshot] = Freshness(
            store, watch, self._loader, capacity=capacity, now=now
        )
        self._decisions = _decisions(0)
        self.compare_with(Shadow(store, one_in=0))

    def compare_with(self, shadow: Shadow) -> None:
        """Have some of the answers from here on asked of casbin too."""
        self._shadow, self._is_due = shadow, shadow.due.__next__

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
        place, revision = self._fresh.ask(account, _place, subject, resource, action)
        made = self._decisions
        if made[0].revision != revision:
            made = self._decisions = _decisions(revision)
        if self._is_due():
            self._offer((subject, account, resource, action), made[place])
        return made[place]

    def decide_many(
        self, subject: str, account: str, actions: Sequence[ActionName]
    ) -> list[Decision]:
        """Several questions about one user, all answered at one revision."""
        places, revision = self._fresh.ask(account, _places, subject, actions)
        made = self._decisions
        if made[0].revision != revision:
            made = self._decisions = _decisions(revision)
        given = [made[place] for place in places]
        for (resource, action), decision in zip(actions, given, strict=True):
            if self._is_due():
                self._offer((subject, account, resource, action), decision)
        return given

    def explain(
        self, subject: str, account: str, resource: str, action: str
    ) -> Explained:
        """The decision, the grant and the role path, or what is missing."""
        asked = (subject, resource, action)
        found, revision = self._fresh.ask(
            account, lambda s: (_place(s, *asked), self._explained(s, *asked))
        )
        place, explained = found
        return replace(explained, decision=_decisions(revision)[place])

    def state(self, subject: str, account: str) -> State | None:
        """What a user is in an account; None: not a member of it."""
        found: Standing | None = self._fresh.ask(account, _standing, subject)[0]
        return found.facts.state if found else None

    def users(self, account: str) -> tuple[str, ...]:
        """The users of an account, whatever they are in it."""
        return self._fresh.ask(account, lambda snapshot: tuple(snapshot.users))[0]

    def running(self, account: str) -> frozenset[str]:
        """The services that run in the account now."""
        found: frozenset[str] = self._fresh.ask(account, lambda s: s.running)[0]
        return found

    def rows(self, account: str) -> tuple[Row, ...]:
        """What casbin sees of the account now, release rows included."""
        return self._details(account).policy.rows

    def dropped(self, account: str) -> tuple[Row, ...]:
        """Rows of the account that break the rules and do not count."""
        return self._details(account).policy.dropped

    def valid_until(self, account: str) -> datetime | None:
        """The next instant at which a date changes the account's rows, or None."""
        return self._details(account).policy.valid_until

    def release(self) -> Release:
        """The release in force."""
        return self._loader.release(self._store.changes(_NEWEST).release_number)

    @property
    def revision(self) -> int:
        """The newest revision this process has applied."""
        return self._fresh.revision

    @property
    def shadowed(self) -> Mapping[str, int]:
        """How many answers casbin gave alike, and what became of the others."""
        return dict(self._shadow.counts)

    def at_least(self, revision: int) -> None:
        """Make sure that the next answer is of that revision or newer."""
        self._fresh.at_least(revision)

    def _offer(self, request: tuple[str, str, str, str], given: Decision) -> None:
        at = self._now().timestamp()
        self._shadow.offer(Asked(request, given.allowed, given.revision, at))

    def _details(self, account: str) -> Details:
        details: Details = self._fresh.ask(account, self._loader.details)[0]
        return details

    def _explained(
        self, snapshot: Snapshot, subject: str, resource: str, action: str
    ) -> Explained:
        """What stands behind the answer; the decision is filled in by the caller."""
        known = snapshot.release.catalogue.find(resource, action)
        standing = snapshot.users.get(subject)
        if known is None or standing is None:
            return Explained(decision=_UNDECIDED)
        grant, account = snapshot.release.grant_for(known), snapshot.account
        evaluator = self._loader.details(snapshot).evaluator
        row = evaluator.explain((subject, account, resource, action)).row
        walks = (evaluator.path(subject, name, account) for name in grant.needs)
        return Explained(
            decision=_UNDECIDED,
            row=row or _row_of(snapshot, grant.place),
            path=tuple(walk for walk in walks if walk),
            missing=standing.missing(grant.needs),
            service=grant.service,
            service_runs=grant.service in snapshot.running,
        )


def _standing(snapshot: Snapshot, subject: str) -> Standing | None:
    return snapshot.users.get(subject)


def _place(snapshot: Snapshot, subject: str, resource: str, action: str) -> int:
    """The reason of one answer, as its place in `REASONS`."""
    standing = snapshot.users.get(subject)
    # INVARIANT: only a user of the account reaches the evaluator; a name that is a
    # role, a permission or blank would otherwise hold itself
    if standing is None:
        return _of_a_stranger(snapshot.release, resource, action)
    place = standing.answers.get((resource, action))
    return standing.answer(resource, action) if place is None else place


def _places(
    snapshot: Snapshot, subject: str, actions: Sequence[ActionName]
) -> list[int]:
    standing = snapshot.users.get(subject)
    if standing is None:
        return [_of_a_stranger(snapshot.release, *name) for name in actions]
    kept, answer = standing.answers.get, standing.answer
    found = [kept(name) for name in actions]
    return [
        answer(*name) if place is None else place
        for name, place in zip(actions, found, strict=True)
    ]


def _of_a_stranger(release: Release, resource: str, action: str) -> int:
    if release.catalogue.find(resource, action) is None:
        return unknown(release, resource)
    return PLACE_OF[Reason.NOT_A_MEMBER]


def _decisions(revision: int) -> tuple[Decision, ...]:
    """Every decision that can be given at a revision, in the order of `REASONS`."""
    return tuple(
        Decision(allowed=reason is Reason.GRANTED, reason=reason, revision=revision)
        for reason in REASONS
    )


def _row_of(snapshot: Snapshot, place: str) -> Row | None:
    return next((row for row in snapshot.release.rows if row.place == place), None)
