"""Microseconds of the questions beside `decide`: who, what, why not, what if.

    python -m tests.benchmarks.questions [--rows 1000 100000]

RBAC with domains, stars and denies, as in `domains.py`: a user in each role.
The figures to hold are that all but the last do not grow with the rows.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterable

from authz.engine import FREE, Book, CompiledEvaluator, changes_for, nearest, read_model
from authz.engine import search as searched
from tests.benchmarks import domains
from tests.benchmarks.timing import per_ask

Request = tuple[object, ...]


def requests(count: int, asks: int, make: Callable[[int], Request]) -> list[Request]:
    """About users drawn at random."""
    return [make(random.randrange(count // 10)) for _ in range(asks)]  # noqa: S311


def report(count: int) -> None:
    model, rows = read_model(domains.MODEL), domains.rows(count)
    book = Book(model, rows, CompiledEvaluator(model, rows))
    start = time.process_time()
    consume(searched(book, ("user1", "d0", FREE, FREE)))
    consume(searched(book, (FREE, "d0", "data3", "read")))
    took = time.process_time() - start
    print(f"{count:,} p rows, posted in {took:.2f} s")  # noqa: T201

    def of(n: int) -> tuple[str, str]:
        return f"user{n}", f"d{n // 100}"

    def another(n: int) -> Request:
        return (*of(n), f"data{(n * 10 + 33) % count}", "read")

    asked: dict[str, tuple[Callable[[Request], object], list[Request]]] = {
        "what may he do": (
            lambda q: consume(searched(book, q)),
            requests(count, 100, lambda n: (*of(n), FREE, FREE)),
        ),
        "who may do it": (
            lambda q: consume(searched(book, q)),
            requests(count, 100, lambda n: (FREE, of(n)[1], f"data{n * 10}", "read")),
        ),
        "nearest rows": (lambda q: nearest(book, q), requests(count, 100, another)),
        "changes": (lambda q: changes_for(book, q), requests(count, 3, another)),
    }
    for title, (ask, some) in asked.items():
        print(f"  {title:<16}{per_ask(ask, some, 1):12,.0f}")  # noqa: T201


def consume(answers: Iterable[object]) -> int:
    """How many there are."""
    return sum(1 for _ in answers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", nargs="+", type=int, default=[1_000, 100_000])
    random.seed(1)
    for count in parser.parse_args().rows:
        report(count)


if __name__ == "__main__":
    main()
