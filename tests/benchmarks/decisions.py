"""Microseconds of a decision by casbin itself, with 10, 1,000 and 100,000 accounts.

    python -m tests.benchmarks.decisions [--accounts 10 1000 100000]

Prints medians; the figure to hold is the ratio between the first and the last line: a
decision must not know how many other accounts there are.
"""

import argparse
import random
import statistics
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from authz import Enforcer, EveryTime, PageWatch, State, publish, read_folder
from authz.accounts.freshness import Watch
from authz.policy import Contract, DatedRow, Edition, default_folder
from authz.policy.facts import seat_rows, user_rows
from authz.policy.services import service_rows
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

RELEASE = read_folder(default_folder())
CONTRACT = Contract(
    edition=Edition.FE,
    activated_at=datetime(2026, 1, 1, tzinfo=UTC),
    ends_on=date(2030, 12, 31),
    modules=dict.fromkeys(("documents", "payments", "orders"), date(2030, 12, 31)),
)
USERS = 5
ASKS = 300


def account_rows(number: int) -> list[DatedRow]:
    account = f"a_{number}"
    held = RELEASE.presets["role.invoicing"].permissions
    rows = [*service_rows(account, CONTRACT)]
    rows += user_rows(f"u_{number}_0", account, State.OWNER)
    for user in range(1, USERS + 1):
        seat = f"s_{number}_{user}"
        rows += seat_rows(seat, account, held)
        rows += user_rows(f"u_{number}_{user}", account, State.ACTIVE, seat=seat)
    return rows


def fill(url: str, accounts: int) -> None:
    engine = prepare(create_engine(url))
    with engine.begin() as connection:
        Base.metadata.create_all(connection, tables=POLICY_TABLES)
        initialise(connection)
    with Session(engine) as session:
        session.connection(execution_options={"immediate": True})
        publish(SqlWriter(session), RELEASE, "system")
        session.commit()
    names = [f"v{n}" for n in range(6)]
    with engine.begin() as connection:
        for start in range(0, accounts, 2_000):
            records = [
                {
                    "account_id": f"a_{number}",
                    "id": place,
                    "ptype": dated.row.ptype,
                    **dict(zip(names, (*dated.row.values, *[""] * 6), strict=False)),
                    "not_before": dated.not_before,
                    "not_after": dated.not_after,
                    "revision_added": 1,
                }
                for number in range(start, min(start + 2_000, accounts))
                for place, dated in enumerate(account_rows(number))
            ]
            connection.execute(insert(PolicyRow), records)
    engine.dispose()


def ask(enforcer: Enforcer, picks: list[int]) -> list[float]:
    took = []
    for number in picks:
        user = f"u_{number}_{random.randint(1, USERS)}"  # noqa: S311
        start = time.perf_counter()
        enforcer.decide(user, f"a_{number}", "draft", "create")
        took.append((time.perf_counter() - start) * 1e6)
    return took


def measure(accounts: int, folder: Path) -> None:
    url = f"sqlite:///{folder / f'{accounts}.sqlite3'}"
    fill(url, accounts)
    page = page_of(url)
    assert page is not None
    watches: dict[str, Watch] = {
        "page": PageWatch(page, head_reader(url)),
        "every time": EveryTime(),
    }
    for name, watch in watches.items():
        enforcer = Enforcer(SqlStore(reading_engine(url)), watch)
        start = time.perf_counter()
        enforcer.start()
        started = (time.perf_counter() - start) * 1e3
        rare = random.sample(range(accounts), min(accounts, 200))
        cold = statistics.median(ask(enforcer, rare))
        warm = [random.choice(rare[:50]) for _ in range(ASKS)]  # noqa: S311
        ask(enforcer, warm)
        took = statistics.median(ask(enforcer, warm))
        print(  # noqa: T201
            f"{accounts:>7} accounts, {name:<10}: {took:7.0f} us a decision,"
            f" {cold:7.0f} us the first of an account, start {started:5.0f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", nargs="+", type=int, default=[10, 1_000, 100_000])
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        for accounts in parser.parse_args().accounts:
            measure(accounts, Path(folder))


if __name__ == "__main__":
    main()
