"""What decisions over HTTP cost, all in one run: tables to read, and the same as JSON.

    python -m tests.benchmarks.http [--only PART …] [--quick] [--names N]

CPU of the server is from the operating system's accounts; on a busy machine it varies
several times over, and latency there says nothing. wrk asks (Debian: apt-get install
wrk). PostgreSQL is asked where DELEGA_TEST_POSTGRESQL is a server's URL, OPA and Cerbos
where they are on the path or named by DELEGA_BENCH_OPA and DELEGA_BENCH_CERBOS.
"""

import argparse
import random
import signal
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.benchmarks.http import doors, names, pages, peers
from tests.benchmarks.report import Part, write

PARTS: dict[str, Callable[..., Part]] = {
    "single": doors.single,
    "postgresql": doors.postgresql,
    "batch": doors.batch,
    "pages": pages.run,
    "names": names.run,
    "peers": peers.run,
}
JSON = Path("var/bench-http.json")


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    parts = {**PARTS, "names": partial(names.run, count=asked.names)}
    found: dict[str, Part] = {}
    seconds: dict[str, float] = {}
    for name in asked.only or PARTS:
        random.seed(1)
        start = time.monotonic()
        found[name] = parts[name](quick=asked.quick)
        seconds[name] = time.monotonic() - start
        for table in found[name].tables:
            print(table.as_text(), flush=True)  # noqa: T201  (what it is for)
        write(asked.json, found, seconds)  # a later part may fail
    told = ", ".join(f"{name} {took:.0f} s" for name, took in seconds.items())
    print(f"\n{told}; written to {asked.json}")  # noqa: T201  (what it is for)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.benchmarks.http", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART")
    parser.add_argument("--quick", action="store_true", help="few asks: does it run?")
    parser.add_argument("--json", type=Path, default=JSON, help=f"default {JSON}")
    parser.add_argument(
        "--names",
        type=int,
        default=0,
        metavar="N",
        help=f"decisions about unknown names, {names.COUNT:,} otherwise",
    )
    return parser


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    # so that servers are ended when somebody ends us
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    # a script's background commands begin with it ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main()
