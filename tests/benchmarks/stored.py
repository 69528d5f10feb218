"""Decisions over a SQLite database: they must not know how many accounts there are."""

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from authz import Enforcer, EveryTime, PageWatch, publish
from authz.accounts.freshness import Watch
from authz.storage import (
    Base,
    SqlStore,
    SqlWriter,
    head_reader,
    initialise,
    page_of,
    prepare,
    reading_engine,
)
from authz.storage.tables import POLICY_TABLES, PolicyRow
from tests.benchmarks.asking import questions
from tests.benchmarks.report import Cell, Table
from tests.benchmarks.synthetic import RELEASE, account_of, account_rows
from tests.benchmarks.timing import per_question, timed

SIZES = (10, 1_000, 20_000)
QUICK = (10, 50)
PIECE = 2_000


def stored(*, quick: bool) -> Table:
    """Each size under a revision page and without one."""
    lines = []
    for count in QUICK if quick else SIZES:
        with tempfile.TemporaryDirectory() as folder:
            lines += _measured(count, Path(folder))
    return Table(
        title="accounts: from a SQLite database, us a decision",
        columns=("accounts", "freshness", "warm", "the first ask", "start, ms"),
        lines=lines,
        notes=("every time: the database is asked before and after each decision",),
    )


def _measured(count: int, folder: Path) -> list[Sequence[Cell]]:
    url = f"sqlite:///{folder / 'database.sqlite3'}"
    fill(url, count)
    page = page_of(url)
    assert page is not None
    watches: dict[str, Watch] = {
        "page": PageWatch(page, head_reader(url)),
        "every time": EveryTime(),
    }
    lines = []
    for name, watch in watches.items():
        enforcer = Enforcer(SqlStore(reading_engine(url)), watch)
        _, started = timed(enforcer.start)
        numbers = random.sample(range(count), min(count, 200))
        asked = questions(numbers, allowed=True)
        cold = per_question(enforcer.decide, asked, 1)
        per_question(enforcer.decide, asked)
        warm = per_question(enforcer.decide, asked, 10)
        lines.append((count, name, warm, cold, started / 1e3))
    return lines


def fill(url: str, accounts: int) -> None:
    """A database with the shipped release and the rows of so many accounts."""
    engine = prepare(create_engine(url))
    with engine.begin() as connection:
        Base.metadata.create_all(connection, tables=POLICY_TABLES)
        initialise(connection)
    with Session(engine) as session:
        session.connection(execution_options={"immediate": True})
        publish(SqlWriter(session), RELEASE, "system")
        session.commit()
    with engine.begin() as connection:
        for start in range(0, accounts, PIECE):
            piece = range(start, min(start + PIECE, accounts))
            records = [record for number in piece for record in _records(number)]
            connection.execute(insert(PolicyRow), records)
    engine.dispose()


def _records(number: int) -> list[dict[str, object]]:
    names = [f"v{place}" for place in range(6)]
    return [
        {
            "account_id": account_of(number),
            "id": place,
            "ptype": dated.row.ptype,
            **dict(zip(names, (*dated.row.values, *[""] * 6), strict=False)),
            "not_before": dated.not_before,
            "not_after": dated.not_after,
            "revision_added": 1,
        }
        for place, dated in enumerate(account_rows(number))
    ]
