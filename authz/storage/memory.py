"""Policy rows in memory: for tests, and for trying `authz` without a database."""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import RLock

from authz.engine import Row
from authz.errors import StaleVersionError, StoreError
from authz.policy import OWNER_ROLE, DatedRow
from authz.storage.chain import entry
from authz.storage.protocol import (
    EVERY_ACCOUNT,
    AccountRows,
    Change,
    ChangeRecord,
    Changes,
    HistoryPage,
    StoredRelease,
)


@dataclass(frozen=True, slots=True)
class _State:
    """One committed state; never mutated, so a reader's view is a snapshot."""

    revision: int = 0
    release_number: int = 0
    rows: dict[str, tuple[DatedRow, ...]] = field(default_factory=dict)
    history: tuple[ChangeRecord, ...] = ()
    reasons: dict[int, str] = field(default_factory=dict)
    releases: dict[int, StoredRelease] = field(default_factory=dict)


class MemoryStore:
    """A PolicyStore; `writing()` is a transaction that an exception rolls back."""

    def __init__(self) -> None:
        self._state = _State()
        self._lock = RLock()
        self.database_id = secrets.token_hex(16)

    def changes(self, after: int) -> Changes:
        """Which accounts changed since."""
        state = self._state
        return Changes(
            database_id=self.database_id,
            revision=state.revision,
            release_number=state.release_number,
            accounts=frozenset(
                record.account for record in state.history if record.revision > after
            ),
        )

    def load(self, account: str, known: AccountRows | None = None) -> AccountRows:
        """One account's rows."""
        state = self._state
        return AccountRows(
            database_id=self.database_id,
            revision=state.revision,
            release_number=state.release_number,
            rows=state.rows.get(account, ()),
        )

    def release(self, number: int) -> StoredRelease:
        """The files of a release."""
        if number not in self._state.releases:
            raise StoreError(f"no release {number} in the store; publish one first")
        return self._state.releases[number]

    def history(self, account: str | None = None) -> Sequence[ChangeRecord]:
        """The chain in order."""
        return [
            record
            for record in self._state.history
            if account in (None, record.account)
        ]

    def history_page(self, page: HistoryPage) -> Sequence[ChangeRecord]:
        """The newest that fit, or those nearest to `after`."""
        own = self.history(page.account)
        first = own[0].revision if own else 0
        told = [
            record
            for record in self._state.history
            if record.account == page.account
            or (own and record.account in page.also and record.revision > first)
        ]
        found = [record for record in told if _fits(record, page)]
        here = found[-page.limit :] if page.after is None else found[: page.limit]
        return here[::-1]

    def reasons(self, revisions: Collection[int]) -> Mapping[int, str]:
        """Those that were given."""
        given = self._state.reasons
        return {number: given[number] for number in revisions if number in given}

    @contextmanager
    def writing(self) -> Iterator["MemoryWriter"]:
        """One transaction: committed when the block ends, dropped when it raises."""
        with self._lock:
            writer = MemoryWriter(self._state)
            yield writer
            self._state = writer.state


class MemoryWriter:
    """A PolicyWriter over a private copy of the state."""

    def __init__(self, state: _State) -> None:
        self.state = state

    def rows(self, account: str) -> tuple[DatedRow, ...]:
        """As this transaction sees them."""
        return self.state.rows.get(account, ())

    def release_number(self) -> int:
        """As this transaction sees it."""
        return self.state.release_number

    def apply(self, change: Change) -> int:
        """Rows, revision and history."""
        revision = self.state.revision + 1
        rows = list(self.rows(change.account))
        for dated in change.remove:
            match = next((old for old in rows if old.row == dated.row), None)
            if match is None:
                raise StaleVersionError(f"the row to remove is not there: {dated.row}")
            rows.remove(match)
        for place, dated in enumerate(change.add):
            if any(old.row == dated.row or _both_owners(old, dated) for old in rows):
                raise StaleVersionError(f"a row to add is there already: {dated.row}")
            row = replace(dated.row, place=f"row {revision}.{place}")
            rows.append(replace(dated, row=row))
        history = self.state.history
        previous = history[-1].hash if history else ""
        self.state = replace(
            self.state,
            revision=revision,
            rows={**self.state.rows, change.account: tuple(rows)},
            history=(
                *history,
                entry(change, revision, previous, secrets.token_hex(16)),
            ),
            reasons={
                **self.state.reasons,
                **({revision: change.reason} if change.reason else {}),
            },
        )
        return revision

    def publish(
        self,
        release: StoredRelease,
        rows: Sequence[Row],
        actor: str,
        reason: str = "",
    ) -> int:
        """Files and rows of a release."""
        old = {dated.row: dated for dated in self.rows(EVERY_ACCOUNT)}
        revision = self.apply(
            Change(
                account=EVERY_ACCOUNT,
                actor=actor,
                kind="release.published",
                node=f"release.{release.number}",
                remove=[dated for row, dated in old.items() if row not in set(rows)],
                add=[DatedRow(row) for row in rows if row not in old],
                after=(release.hash,),
                reason=reason,
            )
        )
        self.state = replace(
            self.state,
            release_number=release.number,
            releases={**self.state.releases, release.number: release},
        )
        return revision


def _both_owners(one: DatedRow, other: DatedRow) -> bool:
    """Whether the two links would give an account two owners."""
    return OWNER_ROLE in one.row.values[1:2] and OWNER_ROLE in other.row.values[1:2]


def _fits(record: ChangeRecord, page: HistoryPage) -> bool:
    """Whether a change is one of those the page is about."""
    lists = (
        (record.actor, page.actors),
        (record.node, page.nodes),
        (record.kind, page.kinds),
    )
    bounds = (
        page.since is None or page.since <= record.at,
        page.until is None or record.at < page.until,
        page.before is None or record.revision < page.before,
        page.after is None or page.after < record.revision,
    )
    return all(names is None or name in names for name, names in lists) and all(bounds)
