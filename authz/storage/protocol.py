"""What a store of policy rows must do: few methods for readers, few for writers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from authz.engine import Row
from authz.policy import DatedRow

#: The account of release rows, and of a change that touches everybody.
EVERY_ACCOUNT = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What happened after a revision, read in one transaction.

    Attributes:
        database_id: random, new with every restore; older revisions mean nothing then.
        revision: the store's revision in that transaction.
        release_number: the release in force; 0 when none was ever published.
        accounts: whose rows changed; holds `*` when everybody's did.
        at: when the newest change was made; None when there is none, or none is kept.
    """

    database_id: str
    revision: int
    release_number: int
    accounts: frozenset[str]
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountRows:
    """One account's live rows, with the revision they were read at.

    Attributes:
        release_number: the release in force; 0 when none was ever published.
        change_hash: of the change that made the revision, where a store tells it.
    """

    database_id: str
    revision: int
    release_number: int
    rows: tuple[DatedRow, ...]
    change_hash: str | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredRelease:
    """A published set of policy files."""

    number: int
    hash: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change of policy rows, which becomes one revision and one history entry.

    Attributes:
        account: whose rows change, `*` for a release.
        actor: id of who did it, `system` for a timer or the command line.
        kind: what was done, `permissions.changed`.
        node: the user, seat or role it was done to.
        remove, add: exact rows, dates included.
        before, after: ids and permission names in words a page can show; no personal data.
        reason: free text; only its salted hash enters the history.
    """

    account: str
    actor: str
    kind: str
    node: str
    remove: Sequence[DatedRow] = ()
    add: Sequence[DatedRow] = ()
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRecord:
    """A history entry as stored; `hash` covers all else and the previous hash."""

    revision: int
    account: str
    at: datetime
    actor: str
    kind: str
    node: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reason_hash: str = ""
    previous_hash: str = ""
    hash: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryPage:
    """Which changes of one account's history are wanted; None leaves a thing open.

    Attributes:
        account: whose changes.
        also: further names whose changes belong to the story (`*` for releases, a
            credential's), from the account's own first change on.
        actors: ids of who did it.
        nodes: ids of what it was done to.
        kinds: what was done.
        since, until: when, half-open.
        before, after: revisions; the page ends before the one or begins after the
            other, so that turning pages costs the same wherever one is.
        limit: at most so many.
    """

    account: str
    also: Sequence[str] = ()
    actors: Sequence[str] | None = None
    nodes: Sequence[str] | None = None
    kinds: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    after: int | None = None
    limit: int = 50


class AccountReader(Protocol):
    """Reads what snapshots are made of; each method is one read transaction."""

    def load(self, account: str, known: AccountRows | None = None) -> AccountRows:
        """Every row of the account that was not removed, whatever its dates.

        Args:
            account: whose.
            known: what it answered before. Rows that are there still may be the same
                objects, so that only what changed need be read.
        """
        ...

    def release(self, number: int) -> StoredRelease:
        """The files of a release.

        Raises:
            StoreError: there is no such release.
        """
        ...


class PolicyStore(AccountReader, Protocol):
    """Reads committed state only; each method is one read transaction."""

    def changes(self, after: int) -> Changes:
        """Which accounts changed in (after, now]."""
        ...

    def history(self, account: str | None = None) -> Sequence[ChangeRecord]:
        """The changes, oldest first; of one account, or all."""
        ...

    def history_page(self, page: HistoryPage) -> Sequence[ChangeRecord]:
        """A page of one account's changes, newest first.

        With `after` alone those nearest to it, else the newest that fit.
        """
        ...

    def reasons(self, revisions: Collection[int]) -> Mapping[int, str]:
        """The free text of those changes that have one which was not erased."""
        ...


class PolicyWriter(Protocol):
    """Writes inside the caller's transaction and never commits."""

    def rows(self, account: str) -> tuple[DatedRow, ...]:
        """The account's rows as this transaction sees them."""
        ...

    def apply(self, change: Change) -> int:
        """Write rows, revision and history entry; answers the new revision.

        Raises:
            StaleVersionError: a row to remove is not there, or one to add is.
        """
        ...

    def publish(
        self,
        release: StoredRelease,
        rows: Sequence[Row],
        actor: str,
        reason: str = "",
    ) -> int:
        """Store a release and put its rows in force; answers the new revision."""
        ...

    def release_number(self) -> int:
        """The number of the release in force, 0 before the first."""
        ...
