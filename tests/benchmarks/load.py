"""How long single decisions take while a panel is at work.

Accounts by Zipf's law, one ask in ten about an account that was never asked for, and a
hundred changes a second by other threads of the process, each a millisecond under way.
What a decision had to do is told by what it asked of the store; waiting for another
thread counts as its own.
"""

import random
import time
from bisect import bisect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, count, cycle
from threading import Event, Thread

from authz import Enforcer, Shadow
from tests.benchmarks.asking import Question, compared, questions
from tests.benchmarks.report import Cell, Part, Table
from tests.benchmarks.synthetic import SyntheticStore, account_of, synthetic
from tests.benchmarks.timing import quantile

ACCOUNTS, QUICK = 10_000, 100
CHANGES_A_SECOND, COMMIT_SECONDS, WRITERS = 100, 0.001, 4
COLD = 0.1
ASKED = 200_000
#: What a decision had to do: nothing, read what changed, read an account.
WARM, CAUGHT_UP, CHANGED, COLD_ONE = (
    "warm",
    "a change of another account, made or under way",
    "the account was changed and is read anew",
    "cold",
)
KNOWN = "all but the cold ones"
SHARES = (0.5, 0.99, 0.999)


def run(*, quick: bool, sizes: Sequence[int] = ()) -> Part:
    """At rest, under changes, and with the shadow of the service beside it."""
    tables, equal = [], 0
    known = QUICK if quick else max(sizes, default=ACCOUNTS)
    seconds = 0.5 if quick else 10.0
    for title, changes, one_in in (
        ("nothing changes", 0, 0),
        (f"{CHANGES_A_SECOND} changes a second", CHANGES_A_SECOND, 0),
        ("the same, and one in 1,000 is asked of casbin too", CHANGES_A_SECOND, 1_000),
    ):
        # room for all that are asked for, cold ones too
        with synthetic(known + ASKED) as (store, enforcer):
            if one_in:
                enforcer.compare_with(Shadow(store.apart(), one_in))
            warm = _warmed(enforcer, known, ASKED // 100 if quick else ASKED)
            with _changing(store, known, changes) as made:
                took = _asked(store, enforcer, known, warm, seconds)
            equal += compared(enforcer, warm[:20])
        tables.append(_table(f"load: {title}", took, seconds, sum(made)))
    return Part(tables, equal)


def _warmed(enforcer: Enforcer, known: int, asks: int) -> list[Question]:
    """What will be asked of known accounts, all of it asked once."""
    weights = list(accumulate(1 / rank for rank in range(1, known + 1)))
    drawn = [bisect(weights, random.random() * weights[-1]) for _ in range(asks)]  # noqa: S311
    half = len(drawn) // 2
    some = questions(drawn[:half], allowed=True)
    some += questions(drawn[half:], allowed=False)
    random.shuffle(some)
    for question in some:
        enforcer.decide(*question)
    return some


@contextmanager
def _changing(store: SyntheticStore, known: int, a_second: int) -> Iterator[list[int]]:
    """Another thread revokes and gives back; how many changes it made, in the list."""
    is_over, made = Event(), [0] * WRITERS
    store.commit_seconds = COMMIT_SECONDS

    def change(writer: int) -> None:
        due = time.monotonic()
        while not is_over.is_set():
            # chosen evenly: those who are asked for most are not changed most
            store.change(account_of(random.randrange(known)))  # noqa: S311
            made[writer] += 1
            due += WRITERS / a_second
            is_over.wait(max(0, due - time.monotonic()))

    threads = [
        Thread(target=change, args=(n,)) for n in range(WRITERS if a_second else 0)
    ]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _asked(
    store: SyntheticStore,
    enforcer: Enforcer,
    known: int,
    warm: Sequence[Question],
    seconds: float,
) -> dict[str, list[float]]:
    """Microseconds of each decision on the clock, by what it had to do."""
    took: dict[str, list[float]] = {}
    cold = (questions([number], allowed=True)[0] for number in count(known))
    asked = cycle(warm)
    is_cold = cycle([random.random() < COLD for _ in range(10_007)])  # noqa: S311
    clock, decide, end = (
        time.perf_counter_ns,
        enforcer.decide,
        time.monotonic() + seconds,
    )
    while time.monotonic() < end:
        fresh = next(is_cold)
        question = next(cold) if fresh else next(asked)
        looks, loads = store.looks, store.loads
        start = clock()
        decide(*question)
        end_at = clock()
        if store.loads != loads:
            kind = COLD_ONE if fresh else CHANGED
        else:
            kind = WARM if store.looks == looks else CAUGHT_UP
        took.setdefault(kind, []).append((end_at - start) / 1e3)
    return took


def _table(
    title: str, took: dict[str, list[float]], seconds: float, changes: int
) -> Table:
    lines: list[Sequence[Cell]] = []
    known = [
        figure for kind, some in took.items() if kind != COLD_ONE for figure in some
    ]
    for kind in (WARM, CAUGHT_UP, CHANGED, KNOWN, COLD_ONE):
        figures = known if kind == KNOWN else took.get(kind, [])
        lines.append((kind, len(figures), *(quantile(figures, s) for s in SHARES)))
    return Table(
        title=f"{title}, us on the clock",
        columns=("a decision", "how many", "p50", "p99", "p99.9"),
        lines=lines,
        notes=(
            f"one thread asks, {seconds:.1f} s, {changes} changes by others;"
            " goal: warm p99 20 us",
        ),
    )
