"""Freshness: no answer is older than its question, whichever thread or process asks.

A change is *acknowledged* when the commit of its session has returned. In every
interleaving, with writers and readers killed or stopped at any step:

P1. A change acknowledged before a decision's first step is in the answer.
P1s. So is one acknowledged before its last look at the page: a pause makes no old answer.
P2. Nobody answers older than an answer that was finished before his first step.
P3. Once writers are done or dead, the next decision leaves the page settled.
P4. Nothing deadlocks; with a writer stopped for ever, no decision waits.
P5. After three rounds without a standing answer: `NotReadyError`, never an old answer.
P6. A change of one account costs another account no snapshot.
P7. The revision named is one at which the answer was right.

Source: the protocol `freshness.md` and its model `freshness.pml`, checked with spin 6.5.2
as its tables say. What each safeguard prevents is shown by tests without it. What a
writer does is in `authz.storage.hooks`; the page itself in `authz.storage.page`.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Generic, TypeVar

from authz.accounts.cache import LONG_AGO, K, Loaded, Loading, SnapshotCache
from authz.accounts.forks import in_children
from authz.accounts.watch import EveryTime, PageWatch, Watch
from authz.errors import NotReadyError
from authz.storage.protocol import Changes, PolicyStore

__all__ = ["EveryTime", "Freshness", "Loaded", "PageWatch", "Watch"]

T = TypeVar("T")

ROUNDS = 3
#: How long a settled page is believed: bounds what writing behind its back can do.
BELIEVED_SECONDS = 1.0
_EVERYTHING_APPLIED = 2**62

#: Seconds since the host started, its sleep included.
boot_time = partial(time.clock_gettime, time.CLOCK_BOOTTIME)


def utc_now() -> datetime:
    """The wall clock, which a Freshness reads as `time.time` where nothing else is given."""
    return datetime.now(UTC)


class Freshness(Generic[K]):
    """The snapshots of a process, shared by its threads, and DECIDE of the protocol.

    Everything is read when first asked for. A child of a fork starts with nothing, but
    the store's connections are the caller's: fork before the store is used.

    Attributes:
        clock, wall: seconds since the host started, and of the wall clock.
        on_another: called when the database is another than before, or went back.
        watch: where changes show.
        applied: the revision that this process has applied, and until when on `clock`
            a settled page is believed.
        entries: the snapshots by account; only to be looked up.
        latest: the latest instant of the wall clock that any of them, or the last
            change, was made at; on a clock that is behind it, ask.
    """

    def __init__(
        self,
        store: PolicyStore,
        watch: Watch,
        load: Callable[[str], K],
        *,
        capacity: int = 256,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store, self.watch, self._load_snapshot = store, watch, load
        self._capacity = capacity
        self.wall = time.time if now is utc_now else lambda: now().timestamp()
        self.clock: Callable[[], float] = boot_time
        self.on_another: Callable[[], object] = _nothing
        self.latest = LONG_AGO
        self._forget()
        in_children(self._forget)

    @property
    def revision(self) -> int:
        """The revision that this process has applied."""
        return self.applied[0]

    def start(self) -> None:
        """Catch up, before the first decision.

        Raises:
            NotReadyError: the store can not be read, or the wall clock is behind it.
        """
        self._catch_up()
        self._instant()

    def at_least(self, revision: int) -> None:
        """Make sure that answers from now on are of that revision or newer.

        Raises:
            NotReadyError: the store is behind it.
        """
        if self.revision < revision:
            self._catch_up()
        if self.revision < revision:
            text = f"revision {revision} is asked for, the store is at {self.revision}"
            raise NotReadyError(text)

    def ask(
        self, account: str, evaluate: Callable[..., T], *question: object
    ) -> tuple[T, int]:
        """Answer from a snapshot no older than this call.

        Args:
            account: whose snapshot.
            evaluate: is given what was loaded, then `question`; may be asked again.
            question: what it is given.

        Returns:
            The answer and a revision at which it is right.

        Raises:
            NotReadyError: no answer stands; never to be read as an allow.
        """
        # DECIDE as almost every one goes: nothing to read, one round. Whatever is not
        # so goes the long way, which says the same in the words of the protocol.
        word = self.watch.word
        applied, deadline = self.applied
        entry = self._cache.entries.get(account)
        if entry is not None and word() == 2 * applied:
            answer = evaluate(entry, *question)
            now = self.wall()
            if self._newest_at <= now and entry.since <= now < entry.until:
                if word() == 2 * applied and self.clock() <= deadline:
                    entry.used = True
                    return answer, applied
                if (caught_up := self._caught_up(account, entry)) is not None:
                    return answer, caught_up
        return self.rounds(account, lambda snapshot: evaluate(snapshot, *question))

    def rounds(self, account: str, evaluate: Callable[[K], T]) -> tuple[T, int]:
        """The same, as the protocol has it: for what has to be read or asked again."""
        if not self._settled(*self.applied):
            self._catch_up()
        for _round in range(ROUNDS):
            # INVARIANT: noted before the snapshot; what is read later may be newer than it
            applied, deadline = self.applied
            entry = self._cached(account)
            if entry is None:  # a snapshot without users is false
                entry = self._load(account)
            answer = evaluate(entry)
            if not self._in_time(entry):
                continue
            # INVARIANT: settled at what was noted, not merely unchanged
            if self._settled(applied, deadline):
                return answer, applied
            if (caught_up := self._caught_up(account, entry)) is not None:
                return answer, caught_up
        raise NotReadyError(f"{account} changes faster than it can be answered")

    def _settled(self, applied: int, deadline: float) -> bool:
        return self.watch.word() == 2 * applied and self.clock() <= deadline

    def _caught_up(self, account: str, entry: K) -> int | None:
        """The revision caught up to, if the snapshot still stands at it."""
        self._catch_up()
        applied = self.revision
        return applied if self._stands(account, entry) else None

    def _stands(self, account: str, entry: K) -> bool:
        # INVARIANT: identity; whichever thread's catch-up dropped it, it is gone
        return self._cache.get(account) is entry

    def _cached(self, account: str) -> K | None:
        entry = self._cache.get(account)
        if entry is None or self._in_time(entry):
            return entry
        with self._lock:
            self._cache.discard(account, entry)
        return None

    def _in_time(self, entry: K) -> bool:
        return entry.since <= self._instant() < entry.until

    def _instant(self) -> float:
        """What the wall clock says, where it is not behind the last change."""
        # INVARIANT: noted before the clock is read; a later change may be later than it
        newest = self._newest_at
        instant = self.wall()
        if instant < newest:
            clock, last = (datetime.fromtimestamp(at, UTC) for at in (instant, newest))
            text = f"the clock says {clock}, the last change was at {last}"
            raise NotReadyError(text)
        return instant

    def _load(self, account: str) -> K:
        with self._loading(account) as loading:
            entry = self._cached(account)
            if entry is not None:
                return entry
            since = self.wall()
            entry = self._load_snapshot(account)
            entry.since = since
            with self._lock:
                # INVARIANT: else a snapshot from before a change enters after its
                # catch-up. A refused one serves its own round: the last look judges it
                if self._cache.may_enter(entry, loading):
                    # INVARIANT: before it is there; none found there is of a later one
                    self.latest = max(self.latest, since)
                    self._cache.enter(account, entry)
            return entry

    @contextmanager
    def _loading(self, account: str) -> Iterator[Loading]:
        """One load of an account at a time, known to every catch-up from its start."""
        with self._lock:
            loading = self._cache.register(account)
        try:
            with loading.gate:
                yield loading
        finally:
            with self._lock:
                self._cache.unregister(account, loading)

    def _catch_up(self) -> None:
        with self._lock:
            self.watch.remap()
            # INVARIANT: word and clock before the read transaction
            word, looked = self.watch.word(), self.clock()
            known = self._cache.database_id is not None
            changes = self._store.changes(
                self.revision if known else _EVERYTHING_APPLIED
            )
            self._apply(changes, looked + BELIEVED_SECONDS)
            if self._must_settle(word, changes.revision):
                self.watch.settle()

    def _must_settle(self, word: int, revision: int) -> bool:
        # INVARIANT: on any mismatch, not only when odd; any word may have been left
        return word != 2 * revision

    def _apply(self, changes: Changes, deadline: float) -> None:
        # INVARIANT: drop first; who sees the new revision must not find an old snapshot
        if self._cache.drop(changes, self.revision):
            self.on_another()
        self._newest_at = changes.at.timestamp() if changes.at else LONG_AGO
        self.latest = max(self.latest, self._newest_at)
        self.applied = changes.revision, deadline

    def _forget(self) -> None:
        """Start with nothing: in a new process, and in a child of a fork."""
        self._lock = threading.Lock()
        self._cache = SnapshotCache[K](self._capacity)
        self.entries = self._cache.entries
        self._newest_at = LONG_AGO
        self.latest = LONG_AGO
        self.applied = 0, LONG_AGO


def _nothing() -> None:
    """Nobody else has anything to forget."""
