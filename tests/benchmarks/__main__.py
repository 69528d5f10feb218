"""All benchmarks in one run: tables to read, and the same as JSON.

    python -m tests.benchmarks [--only PART] [--quick] [--accounts N …] [--rows N …]

Compare figures of one run alone: what counts are ratios, and columns that do not grow.
Decisions are in processor time, those under load on the clock. Answers are compared with
casbin's on the way; a difference ends the run.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks import accounts, load, roles, rows, threads
from tests.benchmarks.report import Part, write

PARTS: dict[str, Callable[..., Part]] = {
    "rows": rows.run,
    "accounts": accounts.run,
    "load": load.run,
    "roles": roles.run,
    "threads": threads.run,
}
JSON = Path("var/bench.json")


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    sizes = {"rows": asked.rows, "accounts": asked.accounts}
    found: dict[str, Part] = {}
    seconds: dict[str, float] = {}
    for name in asked.only or PARTS:
        random.seed(1)
        start = time.monotonic()
        found[name] = PARTS[name](quick=asked.quick, sizes=sizes.get(name, ()))
        seconds[name] = time.monotonic() - start
        for table in found[name].tables:
            print(table.as_text(), flush=True)  # noqa: T201
    write(asked.json, found, seconds)
    told = ", ".join(f"{name} {took:.0f} s" for name, took in seconds.items())
    print(f"\n{told}; written to {asked.json}")  # noqa: T201


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART")
    parser.add_argument("--quick", action="store_true", help="small sizes, few asks")
    parser.add_argument("--accounts", nargs="+", type=int, default=(), metavar="N")
    parser.add_argument("--rows", nargs="+", type=int, default=(), metavar="N")
    parser.add_argument("--json", type=Path, default=JSON, help=f"default {JSON}")
    return parser


if __name__ == "__main__":
    main()
