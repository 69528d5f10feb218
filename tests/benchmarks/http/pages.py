"""How long decisions take while the same worker is busy with pages of 30 ms."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from threading import Event, Thread

from tests.benchmarks.http.app import PAGE, PAGE_SECONDS
from tests.benchmarks.http.client import connected
from tests.benchmarks.http.doors import both, one, size
from tests.benchmarks.http.load import Load
from tests.benchmarks.http.measuring import Contender, compared, right_of
from tests.benchmarks.http.world import world
from tests.benchmarks.report import Cell, Part, Table
from tests.benchmarks.timing import quantile

READERS = (0, 1, 2)
#: Decisions come by the clock, so one that waits makes the next ones wait as well.
A_SECOND = 50
_PAGE = f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def run(*, quick: bool) -> Part:
    """Both doors; nobody reads pages, then one without a pause, then two do."""
    with (
        world(*size(quick)) as (made, folder),
        both(made, folder, made.single(), one) as doors,
    ):
        equal = sum(compared(each, right_of(made.questions)) for each in doors)
        seconds = 0.2 if quick else 10.0
        lines = [_line(each, n, seconds) for each in doors for n in READERS]
    shown = Table(
        title=f"http: decisions beside pages of {PAGE_SECONDS * 1e3:.0f} ms",
        columns=("who answers", "readers", "pages", "decisions", "p50 ms", "p99 ms"),
        lines=lines,
        notes=(
            f"one worker; {A_SECOND} decisions a second on a connection of their own,"
            " each from when it was due; goal: the lane's p99 15 ms",
            "on the clock: worth something on a quiet machine alone",
        ),
    )
    return Part([shown], equal)


def _line(door: Contender, readers: int, seconds: float) -> Sequence[Cell]:
    with _reading(door.server.port, readers) as pages:
        took = _asked(door.server.port, door.load, seconds)
    times = [quantile(took, share) for share in (0.5, 0.99)]
    in_ms = [None if each is None else each * 1e3 for each in times]
    return (door.name, readers, len(pages), len(took), *in_ms)


def _asked(port: int, load: Load, seconds: float) -> list[float]:
    """Seconds of each decision."""
    took = []
    raw = cycle(load.raw())
    with connected(port) as connection:
        due = begun = time.perf_counter()
        while due < begun + seconds:
            time.sleep(max(0.0, due - time.perf_counter()))
            status, _ = connection.ask(next(raw))
            assert status == 200
            took.append(time.perf_counter() - due)
            due += 1 / A_SECOND
    return took


@contextmanager
def _reading(port: int, readers: int) -> Iterator[list[int]]:
    """So many clients read pages meanwhile; what they were answered."""
    is_over, answered = Event(), list[int]()

    def read() -> None:
        with connected(port) as connection:
            while not is_over.is_set():
                answered.append(connection.ask(_PAGE)[0])

    threads = [Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    try:
        yield answered
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert set(answered) <= {200}, set(answered)
