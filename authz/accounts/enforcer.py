"""The enforcer: what every panel route and every other service asks.

A decision is the evaluator's answer on a fresh snapshot of one account (design 7), with
the reason that the account's own facts give.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from authz.accounts.explaining import (
    Explained,
    Request,
    Trace,
    explained,
    traced,
)
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
from authz.storage import AccountReader, PolicyStore

#: Asks a store for its head alone.
_NEWEST = 2**62


class _Looked(NamedTuple):
    """An answer as its place in `REASONS`, and what it was made of."""

    place: int
    explained: Explained
    snapshot: Snapshot
    details: Details

    def told(self, revision: int) -> Explained:
        """With the decision, which has the revision."""
        return replace(self.explained, decision=_decisions(revision)[self.place])

    def trace(self, request: Request, revision: int) -> Trace:
        """With every row that has a say."""
        return traced(self.snapshot, self.details, request, self.told(revision))


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
        self._store, self._now, self._evaluator = store, now, evaluator
        self._loader = SnapshotLoader(store, evaluator, now)
        self._fresh: Freshness[Snapshot] = Freshness(
            store, watch, self._loader, capacity=capacity, now=now
        )
        self._fresh.on_another = self._on_another
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
        # `Freshness.ask` as almost every question goes, written out: calls cost most
        fresh = self._fresh
        revision, deadline = fresh.applied
        entry = fresh.entries.get(account)
        standing = None if entry is None else entry.get(subject)
        place = None if standing is None else standing.answers.get((resource, action))
        if (
            entry is None
            or place is None
            or not fresh.latest <= fresh.wall() < entry.until
            # INVARIANT: the last look; settled at what was noted before the snapshot
            or fresh.watch.word() != 2 * revision
            or fresh.clock() > deadline
        ):
            found = fresh.ask(account, _place, subject, resource, action)
            place, revision = found
        else:
            entry.used = True
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
        for turn in [turn for turn in range(len(given)) if self._is_due()]:
            self._offer((subject, account, *actions[turn]), given[turn])
        return given

    def explain(
        self, subject: str, account: str, resource: str, action: str
    ) -> Explained:
        """The decision, the grant and the role path, or what is missing."""
        request = subject, account, resource, action
        looked, revision = self._fresh.ask(account, _look, self._loader, request)
        return looked.told(revision)

    def trace(self, subject: str, account: str, resource: str, action: str) -> Trace:
        """The same with every row that has a say, for whoever tries a decision."""
        request = subject, account, resource, action
        looked, revision = self._fresh.ask(account, _look, self._loader, request)
        return looked.trace(request, revision)

    def trace_at(
        self, rows: AccountReader, instant: datetime, request: Request
    ) -> Trace:
        """The trace of another time.

        Args:
            rows: as they stood then.
            instant: whose dates count.
            request: subject, account, resource, action.

        Raises:
            NotReadyError: no answer could be given then, as no release was in force.
        """
        loader = SnapshotLoader(rows, self._evaluator, lambda: instant)
        snapshot = loader(request[1])
        return _look(snapshot, loader, request).trace(request, snapshot.revision)

    def state(self, subject: str, account: str) -> State | None:
        """What a user is in an account; None: not a member of it."""
        found: Standing | None = self._fresh.ask(account, _standing, subject)[0]
        return found.facts.state if found else None

    def users(self, account: str) -> tuple[str, ...]:
        """The users of an account, whatever they are in it."""
        found: tuple[str, ...] = self._fresh.ask(account, lambda s: s.users)[0]
        return found

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

    def _on_another(self) -> None:
        """The store is another, or went back."""
        self._loader.forget()
        self._shadow.forget()

    def _offer(self, request: tuple[str, str, str, str], given: Decision) -> None:
        at = self._now().timestamp()
        self._shadow.offer(Asked(request, given.allowed, given.revision, at))

    def _details(self, account: str) -> Details:
        details: Details = self._fresh.ask(account, self._loader.details)[0]
        return details


def _look(snapshot: Snapshot, loader: SnapshotLoader, request: Request) -> _Looked:
    subject, _account, resource, action = request
    place = _place(snapshot, subject, resource, action)
    details = loader.details(snapshot)
    return _Looked(place, explained(snapshot, details, request), snapshot, details)


def _standing(snapshot: Snapshot, subject: str) -> Standing | None:
    return snapshot.standing(subject)


def _place(snapshot: Snapshot, subject: str, resource: str, action: str) -> int:
    """The reason of one answer, as its place in `REASONS`."""
    standing = snapshot.standing(subject)
    # INVARIANT: only a user of the account reaches the evaluator; a name that is a
    # role, a permission or blank would otherwise hold itself
    if standing is None:
        return _of_a_stranger(snapshot.release, resource, action)
    place = standing.answers.get((resource, action))
    return standing.answer(resource, action) if place is None else place


def _places(
    snapshot: Snapshot, subject: str, actions: Sequence[ActionName]
) -> list[int]:
    standing = snapshot.standing(subject)
    if standing is None:
        return [_of_a_stranger(snapshot.release, *name) for name in actions]
    kept, answer = standing.answers, standing.answer
    try:
        return [kept[name] for name in actions]
    except KeyError:  # one was not asked before, or is unknown and never kept
        found = map(kept.get, actions)
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
