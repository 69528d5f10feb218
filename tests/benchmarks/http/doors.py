"""Single decisions and batches: through the lane, and through the Flask view alone."""

import json
import os
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.authz.storage.stores import a_postgresql
from tests.benchmarks.asking import Question, told_apart
from tests.benchmarks.http.backends import backends
from tests.benchmarks.http.load import Load
from tests.benchmarks.http.measuring import (
    Contender,
    Pace,
    Read,
    compared,
    measure,
    right_of,
    table,
)
from tests.benchmarks.http.server import Server, free_port, panel, running
from tests.benchmarks.http.world import BATCH, World, world
from tests.benchmarks.report import Part, Table
from tests.benchmarks.synthetic import VARIANTS

LANE, VIEW = "the lane", "the Flask view"
_NEW, _FLOOR = "the lane, ever new", "a bare loop"
POSTGRESQL = "DELEGA_TEST_POSTGRESQL"
NOTES = (
    "all processes of the server, kernel included, by /proc; the median of the turns,"
    " and the least; x: to the lane's least",
    "latency: the best turn; worth something on a quiet machine alone",
)


def single(*, quick: bool) -> Part:
    """One decision a request, on SQLite; the bare loop is the least there can be."""
    with world(*size(quick)) as (made, folder), ExitStack() as stack:
        doors = stack.enter_context(both(made, folder, made.single(), one))
        equal = sum(compared(each, right_of(made.questions)) for each in doors)
        floor = stack.enter_context(_floor(folder))
        bare = Contender(name=_FLOOR, server=floor, load=made.single())
        new = replace(doors[0], name=_NEW, load=made.ever_new())
        found = measure([*doors, new, bare], Pace(is_quick=quick))
        taken = through_lane(doors)
    notes = (
        *NOTES,
        taken,
        "ever new: no body and no head comes twice; elsewhere 1,000 of them come again",
        "goals: the lane 15 us at 16 connections, p99 1 ms at one",
    )
    title = f"single decision, SQLite, {len(made.numbers)} companies of 5 users"
    return Part([table(title, found, LANE, notes)], equal)


def postgresql(*, quick: bool) -> Part:
    """The same on PostgreSQL: every decision reads the revision before and after."""
    title = "single decision, PostgreSQL"
    if POSTGRESQL not in os.environ:
        return skipped(title, f"set {POSTGRESQL} to the URL of a server for it")
    with ExitStack() as stack:
        url = stack.enter_context(a_postgresql())
        made, folder = stack.enter_context(world(*size(quick), url))
        doors = stack.enter_context(both(made, folder, made.single(), one))
        equal = sum(compared(each, right_of(made.questions)) for each in doors)
        others = stack.enter_context(backends(url))
        counted = [replace(each, beside=others.cpu) for each in doors]
        found = measure(counted, Pace(is_quick=quick))
        taken = through_lane(doors)
    notes = (
        *NOTES,
        taken,
        "database: what its own processes spent, where they run here",
    )
    return Part([table(title, found, LANE, notes)], equal)


def batch(*, quick: bool) -> Part:
    """So many decisions a request, all about one user."""
    with world(*size(quick)) as (made, folder):
        right = [
            [name in allowed_of(asked) for name in names]
            for asked, names in made.batches()
        ]
        with both(made, folder, made.batch(), many) as doors:
            equal = sum(compared(each, right) for each in doors)
            found = measure(doors, Pace(is_quick=quick))
            taken = through_lane(doors)
    notes = (*NOTES, taken, "goal: the lane 1.5 us at 16 connections")
    return Part([table(f"batch of {BATCH}, SQLite", found, LANE, notes)], equal)


def through_lane(doors: Sequence[Contender]) -> str:
    """How much the lane's server answered in the lane, and did not leave to Flask."""
    (lane,) = (each for each in doors if each.name == LANE)
    address = f"http://127.0.0.1:{lane.server.port}/readyz"
    with urllib.request.urlopen(address, timeout=30) as answer:
        answered = json.load(answer)["answered"]
    inside, outside = (answered[door]["requests"] for door in ("lane", "page"))
    return f"{inside / (inside + outside):.1%} of its requests stayed in the lane"


def size(quick: bool) -> tuple[int, int]:
    """Companies, and questions about them."""
    return (3, 20) if quick else (1_000, 1_000)


def skipped(title: str, why: str) -> Part:
    """Nothing was measured, and why."""
    return Part([Table(title=f"http: {title}", columns=("skipped",), lines=[(why,)])])


@contextmanager
def both(
    made: World, folder: Path, asked: Load, read: Read, *, view: bool = True
) -> Iterator[list[Contender]]:
    """Two servers on one database, or the lane's alone."""
    with ExitStack() as stack:
        found = []
        for name in (LANE, VIEW) if view else (LANE,):
            serving = panel(made.environment, lane=name == LANE, folder=folder)
            server = stack.enter_context(serving)
            found.append(Contender(name=name, server=server, load=asked, read=read))
        yield found


def one(body: bytes) -> list[bool]:
    """What an evaluation answers."""
    return [json.loads(body)["decision"]]


def many(body: bytes) -> list[bool]:
    """What evaluations answer."""
    return [each["decision"] for each in json.loads(body)["evaluations"]]


def allowed_of(asked: Question) -> list[tuple[str, str]]:
    """What the user of a question may do, by the enforcer in this process."""
    number, user = asked[0].removeprefix("u_").split("_")
    return told_apart(int(number) % VARIANTS)[int(user)][0]


@contextmanager
def _floor(folder: Path) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.http.floor", str(port)]
    with running(command, port, "/", folder / "floor.log") as server:
        yield server
