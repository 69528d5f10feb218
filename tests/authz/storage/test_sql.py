"""What the SQL store says when it can not be read or was never prepared."""

from dataclasses import replace
from pathlib import Path
from sqlite3 import connect

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from authz.engine import Row
from authz.errors import StoreError
from authz.policy import DatedRow
from authz.storage import (
    Base,
    Change,
    SqlStore,
    SqlWriter,
    create_view,
    initialise,
    prepare,
    reading_engine,
)
from authz.storage.tables import POLICY_TABLES

NOTHING = Change(account="a_1", actor="u_1", kind="test", node="u_1")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'policy.sqlite3'}"


def tables(url: str) -> Session:
    engine = prepare(create_engine(url))
    Base.metadata.create_all(engine, tables=POLICY_TABLES)
    return Session(engine)


def test_a_database_without_tables_is_not_ready(url: str) -> None:
    store = SqlStore(reading_engine(url))
    with pytest.raises(StoreError, match="can not be read"):
        store.changes(0)
    with pytest.raises(StoreError, match="can not be read"):
        store.load("a_1")


def test_a_database_without_its_revision_row_is_not_ready(url: str) -> None:
    with tables(url) as session:
        with pytest.raises(StoreError, match="db upgrade"):
            SqlWriter(session).apply(NOTHING)
        session.rollback()
    with pytest.raises(StoreError, match="db upgrade"):
        SqlStore(reading_engine(url)).load("a_1")


def test_initialising_twice_keeps_the_identity(url: str) -> None:
    with tables(url) as session:
        initialise(session.connection())
        session.commit()
        before = SqlStore(reading_engine(url)).changes(0).database_id
        initialise(session.connection())
        session.commit()
    assert SqlStore(reading_engine(url)).changes(0).database_id == before


def test_locking_reads_nothing_and_changes_nothing(url: str) -> None:
    with tables(url) as session:
        initialise(session.connection())
        SqlWriter(session).lock()
        session.commit()
    assert SqlStore(reading_engine(url)).changes(0).revision == 0


def test_the_view_shows_the_rows_in_force_and_no_others(url: str) -> None:
    with tables(url) as session:
        session.execute(text(create_view("sqlite")))
        insert = text(
            "INSERT INTO policy_row (account_id, id, ptype, v0, v1, v2, v3, v4, v5,"
            " not_before, not_after, revision_added, revision_removed) VALUES"
            " (:a, :i, 'g', :v0, 's', :v2, '', '', '', :nb, :na, 1, :rr)"
        )
        facts = [
            ("a_1", "now", None, None, None),
            ("a_1", "past", None, "2020-01-01 00:00:00.000000", None),
            ("a_1", "future", "2999-01-01 00:00:00.000000", None, None),
            ("a_1", "removed", None, None, 2),
            ("*", "shared", None, None, None),
        ]
        for number, (account, v0, after, before, removed) in enumerate(facts):
            values = {"a": account, "i": number, "v0": v0, "v2": account}
            values |= {"nb": after, "na": before, "rr": removed}
            session.execute(insert, values)
        rows = session.execute(text("SELECT v0, v2, v3 FROM casbin_rule")).all()
    assert sorted(map(tuple, rows)) == [("now", "a_1", None), ("shared", "a_1", None)]


def test_rows_of_a_history_that_lost_a_change_are_not_built_upon(
    url: str, tmp_path: Path
) -> None:
    """As after a failover: the same database and number, and another change."""
    row = DatedRow(Row("g", ("u_1", "s_1", "a_1")))
    copied = tmp_path / "copied.sqlite3"
    with tables(url) as session:
        initialise(session.connection())
        SqlWriter(session).apply(replace(NOTHING, add=[row]))
        session.commit()
        with connect(url.removeprefix("sqlite:///")) as one, connect(copied) as other:
            one.backup(other)
        SqlWriter(session).apply(replace(NOTHING, account="a_2"))  # and it is lost
        session.commit()
    known = SqlStore(reading_engine(url)).load("a_1")
    with tables(f"sqlite:///{copied}") as session:
        SqlWriter(session).apply(replace(NOTHING, remove=[row]))
        session.commit()
    store = SqlStore(reading_engine(f"sqlite:///{copied}"))
    assert store.load("a_1").revision == known.revision
    assert known.rows
    assert store.load("a_1", known).rows == ()
