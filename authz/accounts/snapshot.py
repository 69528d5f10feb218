"""One account's policy at a revision, ready to be asked; what it answers never changes."""

import logging
import sys
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from threading import Lock
from weakref import WeakSet

from authz.accounts.cache import LONG_AGO, seconds_of
from authz.accounts.forks import in_children
from authz.accounts.freshness import utc_now
from authz.accounts.people import People, people_after, people_of
from authz.accounts.releases import Releases
from authz.accounts.standings import Standing
from authz.engine import (
    CompiledEvaluator,
    Evaluator,
    EvaluatorFactory,
    Gate,
    Layers,
)
from authz.errors import NotReadyError, RowsError
from authz.policy import (
    SEATED,
    AccountPolicy,
    DatedRow,
    Release,
    policy_after,
    policy_at,
)
from authz.storage import EVERY_ACCOUNT, AccountReader, AccountRows

_log = logging.getLogger(__name__)

#: Standings and sets of services kept to be shared; forgotten together when more.
KEPT = 4_096
#: Accounts whose rows are kept for explanations, beside what decisions need.
DETAILED = 64
#: With so many rows an account is read anew from what changed, where it is among them.
LARGE = 500
#: With so many users an account has their standings made when they are asked about.
MANY_USERS = 64
#: As long as no more accounts do: what standings are made of is large.
LAZY = 2 * DETAILED


class Snapshot(dict[str, Standing]):
    """What decisions ask, each user and how he stands; `Kept`, as it is.

    There may be a million: it is one object, as each of those that a decision looks at
    is likely to be in no cache of the processor.

    Attributes:
        running: services that run at the instant of the snapshot.
        others: makes the standings of a large account, each when first asked for.
    """

    __slots__ = (
        *("account", "others", "release", "running"),
        *("database_id", "revision", "since", "until", "used"),
    )

    def __init__(
        self, details: "Details", running: frozenset[str], others: "Others | None"
    ) -> None:
        super().__init__()
        policy, stored = details.policy, details.stored
        self.account, self.release = policy.account, policy.release
        self.running, self.others = running, others
        # one text for all: each read transaction brings a copy of its own
        self.database_id = sys.intern(stored.database_id)
        self.revision = stored.revision
        self.since, self.until = LONG_AGO, seconds_of(policy.valid_until)
        self.used = False

    @property
    def users(self) -> tuple[str, ...]:
        """Every user of the account, whatever he is in it."""
        return tuple(self if self.others is None else self.others.people.states)

    def standing(self, user: str) -> Standing | None:
        """How he stands; None: not a user of the account."""
        found = self.get(user)
        if found is None and self.others is not None:
            found = self.others.standing(user)
            if found is not None:
                self[user] = found
        return found


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Others:
    """The users of a large account who were not asked about yet.

    Attributes:
        people: all its users, at the instant of the snapshot.
        make: a user's standing there, the same whenever it is made.
    """

    people: People
    make: Callable[[str], Standing]

    def standing(self, user: str) -> Standing | None:
        """How one of them stands."""
        return self.make(user) if user in self.people.states else None


@dataclass(frozen=True, slots=True, eq=False)
class Details:
    """What explanations ask: the rows themselves, at the same revision.

    Attributes:
        is_plain: the gate had no need to look at them together with the release's.
    """

    policy: AccountPolicy
    evaluator: Evaluator
    people: People
    stored: AccountRows
    is_plain: bool

    @property
    def dated(self) -> tuple[DatedRow, ...]:
        """All of the account's own rows, whatever their dates."""
        return self.stored.rows


class SnapshotLoader:
    """Reads an account in one transaction and builds its snapshot."""

    def __init__(
        self,
        store: AccountReader,
        evaluator: EvaluatorFactory = CompiledEvaluator,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store, self._releases = store, Releases(store)
        self._evaluator, self._now = evaluator, now
        self._shared: tuple[Release, Gate, Layers] | None = None
        self._alike: dict[Hashable, Standing] = {}
        self._services: dict[frozenset[str], frozenset[str]] = {}
        self._lazy = WeakSet[Others]()
        self._start()
        in_children(self._start)

    def _start(self) -> None:
        """With nothing that another process holds or the store no longer says."""
        self._lock = Lock()
        self._detailed: dict[str, tuple[Snapshot, Details]] = {}

    def forget(self) -> None:
        """Read everything anew: the store is another, or went back."""
        with self._lock:
            self._detailed = {}
        self._releases.forget()

    def release(self, number: int) -> Release:
        """A verified release."""
        return self._releases.get(number)

    def __call__(self, account: str) -> Snapshot:
        """Build the snapshot of an account.

        Raises:
            NotReadyError: the release or the rows can not be trusted.
        """
        detailed = self._detailed
        details = self._read(account)
        if details.policy.dropped:
            dropped = details.policy.dropped
            rows = "; ".join(f"{row.place}: {row}" for row in dropped)
            _log.warning(
                "rows of %s break the rules and do not count: %s", account, rows
            )
        snapshot = self._snapshot(details)
        self._keep(detailed, snapshot, details)
        return snapshot

    def details(self, snapshot: Snapshot) -> Details:
        """The rows behind a snapshot.

        They may be read anew, and are then as new as the store: what is made of them
        stands only if the snapshot still does afterwards.
        """
        known = self._detailed.get(snapshot.account)
        if known is not None and known[0] is snapshot:
            return known[1]
        detailed = self._detailed
        details = self._read(snapshot.account)
        self._keep(detailed, snapshot, details)
        return details

    def _read(self, account: str) -> Details:
        """What is in the store now; of a large account what changed alone is read."""
        detailed = self._detailed
        known = detailed.get(account)
        before = known[1] if known and len(known[1].dated) >= LARGE else None
        stored = self._store.load(account, before.stored if before else None)
        # INVARIANT: nothing is built upon rows of a store that turned out to be another
        if before and self._detailed is not detailed:
            before, stored = None, self._store.load(account)
        release = self._releases.get(stored.release_number)
        try:
            after = self._after(before, stored, release) if before else None
            return after or self._details(account, stored, release)
        except RowsError as error:
            raise NotReadyError(f"the rows of {account} are unsafe: {error}") from error

    def _details(self, account: str, stored: AccountRows, release: Release) -> Details:
        gate, layers = self._shared_rows(release)
        policy = policy_at(release, account, stored.rows, self._now())
        is_plain = gate.check(policy.own, account)
        evaluator = layers.evaluator(policy.own, account)
        people = people_of(policy.own, stored.rows)
        return Details(policy, evaluator, people, stored, is_plain)

    def _after(
        self, before: Details, stored: AccountRows, release: Release
    ) -> Details | None:
        """The same, made of those before a change; None: not to be made so."""
        if before.policy.release is not release or not before.is_plain:
            return None
        made = policy_after(before.policy, stored.rows, self._now())
        if made is None:
            return None
        policy, changed, dated = made
        gate, layers = self._shared_rows(release)
        is_plain = gate.check_after(policy.own, policy.account, changed)
        evaluator = layers.evaluator_after(
            before.evaluator, policy.own, policy.account, changed
        )
        people = people_after(before.people, policy, changed, dated)
        return Details(policy, evaluator, people, stored, is_plain)

    def _shared_rows(self, release: Release) -> tuple[Gate, Layers]:
        """The release's rows, looked at and indexed once."""
        known = self._shared
        if known is None or known[0] is not release:
            gate = Gate(release.model, release.rows, EVERY_ACCOUNT)
            layers = Layers(release.model, release.rows, EVERY_ACCOUNT, self._evaluator)
            known = self._shared = release, gate, layers
            self._alike = {}
        return known[1:]

    def _snapshot(self, details: Details) -> Snapshot:
        people, policy = details.people, details.policy
        people = replace(
            people, running=self._one(people.running), sold=self._one(people.sold)
        )
        is_large = len(people.states) >= MANY_USERS
        # those of a large account would keep its evaluator from ending with it
        kept = {} if is_large else self._kept()
        make = partial(self._made, policy, people, details.evaluator, kept)
        others = None
        if is_large and len(self._lazy) < LAZY:
            others = Others(people, make)
            self._lazy.add(others)
        snapshot = Snapshot(details, people.running, others)
        if others is None:
            snapshot.update({user: make(user) for user in people.states})
        return snapshot

    def _made(
        self,
        policy: AccountPolicy,
        people: People,
        evaluator: Evaluator,
        kept: dict[Hashable, Standing],
        user: str,
    ) -> Standing:
        """How a user stands; on any thread, and as often as one likes."""
        account = policy.account
        seated = evaluator.reaches(user, SEATED, account)
        facts = people.facts(user, is_seated=seated)
        made = Standing(policy.release, facts, evaluator, user, account)
        alike = evaluator.standing((user, account))
        if alike is None:
            return made
        # INVARIANT: equal standings are answered alike by the evaluator, and equal facts
        # give equal reasons; so whoever came first answers for all
        return kept.setdefault((alike, facts), made)

    def _kept(self) -> dict[Hashable, Standing]:
        """Standings that all accounts share."""
        if len(self._alike) >= KEPT:
            self._alike = {}
        return self._alike

    def _one(self, services: frozenset[str]) -> frozenset[str]:
        """One set for all accounts with the same services."""
        if len(self._services) >= KEPT:
            self._services = {}
        return self._services.setdefault(services, services)

    def _keep(
        self,
        detailed: dict[str, tuple[Snapshot, Details]],
        snapshot: Snapshot,
        details: Details,
    ) -> None:
        with self._lock:
            # INVARIANT: what was read before all was forgotten is not kept after it
            if self._detailed is not detailed:
                return
            self._detailed.pop(snapshot.account, None)
            self._detailed[snapshot.account] = snapshot, details
            if len(self._detailed) > DETAILED:
                del self._detailed[next(iter(self._detailed))]
