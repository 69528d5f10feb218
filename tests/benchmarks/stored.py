"""Decisions over a SQLite database: they must not know how many accounts there are."""

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from authz import Enforcer, EveryTime, PageWatch, publish
from authz.accounts.freshness import Watch
from authz.storage import (
    Base,
    Change,
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
from tests.benchmarks.synthetic import RELEASE, RowsOf, account_of, account_rows
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


def fill(url: str, accounts: int, rows_of: RowsOf = account_rows) -> None:
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
            every = [record for number in piece for record in records(number, rows_of)]
            connection.execute(insert(PolicyRow), every)
    engine.dispose()


def records(number: int, rows_of: RowsOf = account_rows) -> list[dict[str, object]]:
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
        for place, dated in enumerate(rows_of(number, 0))
    ]


@contextmanager
def large(rows_of: RowsOf) -> Iterator[tuple[Callable[[str], None], Enforcer]]:
    """One account in a database; a change takes its last row away or gives it back."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'database.sqlite3'}"
        fill(url, 1, rows_of)
        engine, last = prepare(create_engine(url)), rows_of(0, 0)[-1:]
        turn = cycle([{"remove": last}, {"add": last}])

        def change(account: str) -> None:
            with Session(engine) as session:
                session.connection(execution_options={"immediate": True})
                told = {"actor": "x", "kind": "x", "node": "x"}
                SqlWriter(session).apply(Change(account=account, **told, **next(turn)))
                session.commit()

        enforcer = Enforcer(SqlStore(reading_engine(url)), EveryTime())
        enforcer.start()
        yield change, enforcer
        engine.dispose()
