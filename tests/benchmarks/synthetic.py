"""Accounts by the million without a database: a store that makes their rows when asked.

Five users beside the owner, each with another preset; every second account has no add-on
module. The revision page is a real one, beside a file that stands for the database.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from authz import Enforcer, PageWatch, State, read_folder
from authz.engine import Row
from authz.policy import Contract, DatedRow, Edition, default_folder
from authz.policy.facts import seat_rows, user_rows
from authz.policy.services import service_rows
from authz.storage import EVERY_ACCOUNT, AccountRows, Changes, StoredRelease
from authz.storage.page import Head, Page

RELEASE = read_folder(default_folder())
USERS = 5
PRESETS = ("read_only", "invoicing", "invoicing_and_send", "bookkeeper", "settings")
#: Accounts whose numbers differ by this have the same rows but for the names.
VARIANTS = 2 * len(PRESETS)
PAID_TO = date(2030, 12, 31)
DATABASE = "synthetic"
#: Is given an account's number and how often it was changed.
RowsOf = Callable[[int, int], tuple[DatedRow, ...]]


def account_of(number: int) -> str:
    return f"a_{number}"


def user_of(number: int, user: int) -> str:
    """The owner is user 0."""
    return f"u_{number}_{user}"


def account_rows(number: int, changes: int = 0) -> tuple[DatedRow, ...]:
    """With an odd number of changes the first user's seat is revoked."""
    account, rows = account_of(number), []
    for row, begins, ends in _pattern(number % VARIANTS):
        start, *others = (value.replace("#", str(number)) for value in row.values)
        rows.append(DatedRow(Row(row.ptype, (start, *others)), begins, ends))
    if changes % 2:
        seat = Row("g", (user_of(number, 1), f"s_{number}_1", account))
        rows = [dated for dated in rows if dated.row != seat]
    return tuple(rows)


@lru_cache
def _pattern(
    variant: int,
) -> list[tuple[Row, datetime | None, datetime | None]]:
    """The rows of an account, `#` in place of its number."""
    account = "a_#"
    modules = ("documents", "payments", "orders") if variant % 2 else ()
    contract = Contract(
        edition=Edition.FE,
        activated_at=datetime(2026, 1, 1, tzinfo=UTC),
        ends_on=PAID_TO,
        modules=dict.fromkeys(modules, PAID_TO),
    )
    rows = [*service_rows(account, contract), *user_rows("u_#_0", account, State.OWNER)]
    for user in range(1, USERS + 1):
        preset = PRESETS[(variant + user) % len(PRESETS)]
        held = RELEASE.presets[f"role.{preset}"].permissions
        rows += seat_rows(f"s_#_{user}", account, held)
        rows += user_rows(f"u_#_{user}", account, State.ACTIVE, seat=f"s_#_{user}")
    return [(dated.row, dated.not_before, dated.not_after) for dated in rows]


class SyntheticStore:
    """A PolicyStore as far as an Enforcer asks one, with a page where changes show.

    Attributes:
        commit_seconds: how long a change is under way, as a disk would have it.
        looks, loads: how often it was asked for changes, and for an account.
    """

    def __init__(self, folder: Path, rows_of: RowsOf = account_rows) -> None:
        file = folder / "database"
        file.touch()
        self.page = Page(file)
        self._rows_of, self._log = rows_of, [EVERY_ACCOUNT]
        self._changed: dict[str, int] = {}
        self._at = datetime.now(UTC)
        self._lock = Lock()
        self.commit_seconds = 0.0
        self.looks = self.loads = 0

    def head(self) -> Head:
        """What is committed."""
        return Head(len(self._log), DATABASE)

    def change(self, account: str) -> int:
        """Revoke the first user's seat or give it back; answers the revision."""
        locked = self.page.open_change(self.head(), timeout=5)
        try:
            if self.commit_seconds:
                time.sleep(self.commit_seconds)
            with self._lock:
                self._changed[account] = self._changed.get(account, 0) + 1
                self._at = datetime.now(UTC)
                self._log.append(account)
                return len(self._log)
        finally:
            self.page.close_change(locked, self.head)

    def changes(self, after: int) -> Changes:
        self.looks += 1
        with self._lock:
            return Changes(
                database_id=DATABASE,
                revision=len(self._log),
                release_number=1,
                accounts=frozenset(self._log[after:]),
                at=self._at,
            )

    def load(self, account: str, known: AccountRows | None = None) -> AccountRows:
        self.loads += 1
        with self._lock:
            revision, changes = len(self._log), self._changed.get(account, 0)
        if account == EVERY_ACCOUNT:
            rows = tuple(DatedRow(row) for row in RELEASE.rows)
        else:
            rows = self._rows_of(int(account.removeprefix("a_")), changes)
        return AccountRows(
            database_id=DATABASE, revision=revision, release_number=1, rows=rows
        )

    def apart(self) -> "SyntheticStore":
        """The same accounts, asked by somebody who is not counted."""
        return copy(self)  # shares its log, its changes and its lock

    def release(self, number: int) -> StoredRelease:
        return StoredRelease(number=number, hash=RELEASE.hash, files=RELEASE.files)


@contextmanager
def synthetic(
    capacity: int, rows_of: RowsOf = account_rows
) -> Iterator[tuple[SyntheticStore, Enforcer]]:
    """A store, and an enforcer that has started on it and keeps so many accounts."""
    with TemporaryDirectory() as folder:
        store = SyntheticStore(Path(folder), rows_of)
        watch = PageWatch(store.page, store.head)
        enforcer = Enforcer(store, watch, capacity=capacity)
        enforcer.start()
        yield store, enforcer
