"""The snapshots of one process, and the rule by which one may enter.

Only `get` is called without the lock of its owner.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Generic, TypeVar

from authz.storage.protocol import EVERY_ACCOUNT, Changes

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded(Generic[S]):
    """A snapshot of one account, from one read transaction.

    Attributes:
        revision: of the store in that transaction.
        database_id: the same.
        valid_until: when the account's dated rows next change it; None: never.
    """

    snapshot: S
    revision: int
    database_id: str
    valid_until: datetime | None = None


@dataclass(slots=True, eq=False)
class Entry(Generic[S]):
    """A snapshot and the wall-clock time it is for."""

    loaded: Loaded[S]
    since: datetime
    used: int = 0

    def covers(self, instant: datetime) -> bool:
        """Whether the account's dated rows are then as they were read."""
        until = self.loaded.valid_until
        return self.since <= instant and (until is None or instant < until)


@dataclass(slots=True)
class Loading:
    """An account being loaded, and the newest change of it applied in the meantime."""

    gate: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0
    newest: int = 0


class SnapshotCache(Generic[S]):
    """At most `capacity` snapshots, the least recently used going first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: dict[str, Entry[S]] = {}
        self._loads: dict[str, Loading] = {}
        self._ticks = count(1)
        self.database_id: str | None = None

    def get(self, account: str) -> Entry[S] | None:
        """The account's snapshot, if it is here."""
        entry = self._entries.get(account)
        if entry is not None:
            entry.used = next(self._ticks)
        return entry

    def discard(self, account: str, entry: Entry[S]) -> None:
        """Drop this snapshot, unless another took its place."""
        if self._entries.get(account) is entry:
            del self._entries[account]

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
        if not loading.users:
            del self._loads[account]

    def may_enter(self, loaded: Loaded[S], loading: Loading) -> bool:
        """Whether a snapshot is as new as all that was applied while it was loaded."""
        same = loaded.database_id == self.database_id
        return same and loading.newest <= loaded.revision

    def enter(self, account: str, entry: Entry[S]) -> None:
        """Keep a snapshot; the least recently used goes when there are too many."""
        entry.used = next(self._ticks)
        self._entries[account] = entry
        while len(self._entries) > self._capacity:
            oldest = min(self._entries, key=lambda name: self._entries[name].used)
            del self._entries[oldest]

    def drop(self, changes: Changes, applied: int) -> None:
        """Drop what changed after `applied`: everything, when the database is another."""
        revision = changes.revision
        if changes.database_id != self.database_id or revision < applied:
            self._entries.clear()
            self.database_id = changes.database_id
            accounts, revision = set(self._loads), max(revision, applied)
        elif EVERY_ACCOUNT in changes.accounts:
            accounts = {*self._loads, *self._entries}
        else:
            accounts = set(changes.accounts)
        for account in accounts:
            self._drop_older(account, revision)

    def _drop_older(self, account: str, revision: int) -> None:
        if account in self._loads:
            self._loads[account].newest = revision
        entry = self._entries.get(account)
        if entry is not None and entry.loaded.revision < revision:
            del self._entries[account]
