"""A SQL store as it stood: every change up to an instant, and no later one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from authz.engine import Row
from authz.errors import StoreError
from authz.policy import DatedRow
from authz.storage import EVERY_ACCOUNT, Change, PastRows, SqlStore, StoredRelease
from authz.storage.engines import reading_engine
from authz.storage.tables import PolicyChange
from tests.authz.storage.stores import Harness, a_store

BEGIN = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SIT = DatedRow(Row("g", ("u_1", "s_1", "a_1")), None, BEGIN + 90 * DAY)
READ = DatedRow(Row("g", ("s_1", "invoicing.read", "a_1")))
GRANT = Row("p", ("invoicing.read", "-", "invoicing:view", "draft", "view"))


@pytest.fixture(params=["sqlite", "postgresql"])
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harness]:
    with a_store(request.param, tmp_path) as made:
        yield made


def engine_of(harness: Harness) -> Engine:
    assert isinstance(harness.store, SqlStore)
    return harness.store._engine


def apply(harness: Harness, *changes: Change) -> None:
    """One change a day, from the first day on."""
    for change in changes:
        with harness.writing() as writer:
            writer.apply(change)
    made = PolicyChange.__table__.c
    with engine_of(harness).begin() as connection:
        for revision in range(1, harness.store.changes(0).revision + 1):
            statement = update(PolicyChange).where(made.revision == revision)
            connection.execute(statement.values(at=BEGIN + (revision - 1) * DAY))


def of(account: str = "a_1", **rows: list[DatedRow]) -> Change:
    return Change(account=account, actor="u_9", kind="x", node="u_1", **rows)  # type: ignore[arg-type]


def test_rows_are_those_of_then(harness: Harness) -> None:
    apply(harness, of(add=[SIT]), of(add=[READ]), of(remove=[SIT]), of("a_2"))
    engine = engine_of(harness)

    def then(days: float) -> tuple[int, tuple[DatedRow, ...]]:
        found = PastRows(engine, BEGIN + days * DAY).load("a_1")
        assert found.database_id == harness.store.changes(0).database_id
        return found.revision, found.rows

    assert then(-0.01) == (0, ())
    assert then(0) == (1, (SIT,))
    assert then(0.99) == (1, (SIT,))
    assert then(1) == (2, (SIT, READ))
    assert then(2) == (3, (READ,))
    assert then(3) == (4, (READ,))


def test_of_a_time_to_come_all_is_as_now(harness: Harness) -> None:
    apply(harness, of(add=[SIT, READ]), of(remove=[SIT]))
    past = PastRows(engine_of(harness), BEGIN + 10_000 * DAY)
    assert past.load("a_1") == harness.store.load("a_1")
    places = [dated.row.place for dated in past.load("a_1").rows]
    assert places == [dated.row.place for dated in harness.store.load("a_1").rows]


def test_the_release_is_the_one_in_force_then(harness: Harness) -> None:
    with harness.writing() as writer:
        files = {"model.conf": b"x"}
        writer.publish(StoredRelease(number=1, hash="h", files=files), [GRANT], "o_1")
    with harness.writing() as writer:
        writer.publish(StoredRelease(number=2, hash="i", files=files), [], "o_1")
    apply(harness)
    engine = engine_of(harness)
    numbers, rows = [], []
    for days in (-1, 0, 1):
        past = PastRows(engine, BEGIN + days * DAY)
        found = past.load(EVERY_ACCOUNT)
        numbers.append(found.release_number)
        rows.append([dated.row for dated in found.rows])
    assert numbers == [0, 1, 2]
    assert rows == [[], [GRANT], []]
    assert PastRows(engine, BEGIN).release(2).hash == "i"


def test_without_tables_nothing_is_read(tmp_path: Path) -> None:
    engine = reading_engine(f"sqlite:///{tmp_path / 'nothing.sqlite3'}")
    with pytest.raises(StoreError, match="can not be read"):
        PastRows(engine, BEGIN).load("a_1")
