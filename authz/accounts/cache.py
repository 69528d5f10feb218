"""The snapshots of one process, and the rule by which one may enter.

Only `get` is called without the lock of its owner.
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

from authz.storage.protocol import EVERY_ACCOUNT, Changes

S = TypeVar("S")

NEVER, LONG_AGO = float("inf"), float("-inf")
_NEWER_THAN_ALL = 2**62


class Kept(Protocol):
    """What is kept of an account, from one read transaction; each load makes a new one.

    Attributes:
        revision: of the store in that transaction.
        database_id: the same.
        since, until: the time it is for, seconds of the wall clock; `since` is set by
            whoever had it loaded, to before the load.
        used: whether it was asked for since its last turn to go.
    """

    revision: int
    database_id: str
    since: float
    until: float
    used: bool


K = TypeVar("K", bound=Kept)


class Loaded(Generic[S]):
    """Something of an account that is not itself made to be kept.

    Args:
        valid_until: when the account's dated rows next change it; None: never.
    """

    __slots__ = ("database_id", "revision", "since", "snapshot", "until", "used")

    def __init__(
        self,
        *,
        snapshot: S,
        revision: int,
        database_id: str,
        valid_until: datetime | None = None,
    ) -> None:
        self.snapshot, self.revision = snapshot, revision
        self.database_id, self.until = database_id, seconds_of(valid_until)
        self.since, self.used = LONG_AGO, False


@lru_cache(maxsize=4_096)
def seconds_of(until: datetime | None) -> float:
    """One number for all accounts that change at the same instant; None: never."""
    return NEVER if until is None else until.timestamp()


@dataclass(slots=True)
class Loading:
    """An account being loaded, and the newest change of it applied in the meantime."""

    gate: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0
    newest: int = 0


class SnapshotCache(Generic[K]):
    """At most `capacity` snapshots; of those not asked for lately the oldest goes first.

    Attributes:
        entries: the snapshots by account, to be looked up alone.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self.entries: dict[str, K] = {}
        # names of all entries, and of some that were dropped in the meantime
        self._turns: deque[str] = deque()
        self._loads: dict[str, Loading] = {}
        self.database_id: str | None = None

    def get(self, account: str) -> K | None:
        """The account's snapshot, if it is here."""
        entry = self.entries.get(account)
        if entry is not None:
            entry.used = True
        return entry

    def discard(self, account: str, entry: K) -> None:
        """Drop this snapshot, unless another took its place."""
        if self.entries.get(account) is entry:
            del self.entries[account]

    def register(self, account: str) -> Loading:
        """Announce a load, before its transaction begins.

        INVARIANT: what was applied earlier is in the rows that this load reads, so only
        changes applied from here on can make it too old to enter.
        """
        loading = self._loads.setdefault(account, Loading())
        loading.users += 1
        return loading

    def unregister(self, account: str, loading: Loading) -> None:
        """The load has ended, however it went."""
        loading.users -= 1
        if not loading.users and self._loads.get(account) is loading:
            del self._loads[account]

    def may_enter(self, loaded: K, loading: Loading) -> bool:
        """Whether a snapshot is as new as all that was applied while it was loaded."""
        same = loaded.database_id == self.database_id
        return same and loading.newest <= loaded.revision

    def enter(self, account: str, entry: K) -> None:
        """Keep a snapshot, and let go of others when there are too many."""
        # before it is there: it has yet to serve the round that loaded it
        while len(self.entries) >= self._capacity and account not in self.entries:
            self._let_go()
        self.entries[account] = entry
        self._turns.append(account)
        if len(self._turns) > 2 * self._capacity:
            self._turns = deque(self.entries)

    def _let_go(self) -> None:
        """Give the next in turn another turn if it was asked for since its last one."""
        account = self._turns.popleft()
        entry = self.entries.get(account)
        if entry is None:
            return
        if entry.used:
            entry.used = False
            self._turns.append(account)
        else:
            del self.entries[account]

    def drop(self, changes: Changes, applied: int) -> bool:
        """Drop what changed after `applied`: everything, when the database is another.

        Returns:
            Whether it is another, or went back.
        """
        if changes.database_id != self.database_id or changes.revision < applied:
            self.database_id = changes.database_id
            self._drop_all()
            return True
        accounts = changes.accounts
        if EVERY_ACCOUNT in accounts:
            accounts = frozenset({*self._loads, *self.entries})
        for account in accounts:
            self._drop_older(account, changes.revision)
        return False

    def _drop_all(self) -> None:
        """Also what is being loaded, of which nobody knows whose rows it reads.

        INVARIANT: a load that begins from here on has nothing to do with those: it would
        not enter either, as long as any of them goes on.
        """
        self.entries.clear()
        for loading in self._loads.values():
            loading.newest = _NEWER_THAN_ALL
        self._loads = {}

    def _drop_older(self, account: str, revision: int) -> None:
        if account in self._loads:
            self._loads[account].newest = revision
        entry = self.entries.get(account)
        if entry is not None and entry.revision < revision:
            del self.entries[account]
