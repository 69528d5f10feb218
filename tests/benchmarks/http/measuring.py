"""Several servers asked in turn, so that what else runs here is the same for all."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.asking import Question
from tests.benchmarks.http import client, load
from tests.benchmarks.http.client import connected
from tests.benchmarks.http.load import Load, Seen
from tests.benchmarks.http.server import Server
from tests.benchmarks.report import Cell, Table, ratio

CONNECTIONS = (1, 4, 16)
FEW, MANY = CONNECTIONS[0], CONNECTIONS[-1]
#: A batch's answers, or one.
Read = Callable[[bytes], list[bool]]


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One who answers, and how it is asked.

    Attributes:
        read: what an answer of its own says.
        beside: seconds of processor that others spent for it so far.
    """

    name: str
    server: Server
    load: Load
    read: Read | None = None
    beside: Callable[[], float] | None = None

    def cpu(self) -> tuple[float, float]:
        """Its own so far, and the others'."""
        return self.server.cpu(), self.beside() if self.beside else 0.0


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one decision: microseconds of processor."""

    own: float
    beside: float
    seen: Seen


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long to ask for, and how often.

    Attributes:
        is_quick: a client of our own for a moment: shows that it runs, measures little.
    """

    is_quick: bool
    connections: Sequence[int] = CONNECTIONS
    seconds: int = 3
    repeats: int = 3

    def ask(self, port: int, asked: Load, connections: int, *, warm: bool) -> Seen:
        """One turn, or a short one before all others."""
        if self.is_quick or load.WRK is None:
            seconds = 0.05 if self.is_quick else self.seconds
            return client.closed_loop(
                port, asked, connections=connections, seconds=seconds
            )
        seconds = 1 if warm else self.seconds
        return load.with_wrk(port, asked, connections=connections, seconds=seconds)


@dataclass(frozen=True)
class Measured:
    """The costs of each turn, by contender and connections."""

    contenders: Sequence[Contender]
    pace: Pace
    turns: dict[tuple[str, int], list[Cost]] = field(default_factory=dict)

    @property
    def is_beside(self) -> bool:
        """Whether others spend for one of them, too."""
        return any(each.beside for each in self.contenders)

    def least(self, name: str, connections: int) -> float:
        """Microseconds of the turn that was disturbed least."""
        return min(cost.own for cost in self.turns[name, connections])

    def median(self, name: str, connections: int) -> float:
        """Of all turns."""
        return statistics.median(cost.own for cost in self.turns[name, connections])

    def beside(self, name: str, connections: int) -> float:
        """What the database spent."""
        return statistics.median(cost.beside for cost in self.turns[name, connections])

    def best(self, name: str, connections: int) -> Seen:
        """What the clients saw in the turn with the least p99."""
        seen = [cost.seen for cost in self.turns[name, connections]]
        return min(seen, key=lambda each: each.p99)


def measure(contenders: Sequence[Contender], pace: Pace) -> Measured:
    """Ask each of them at each number of connections, again and again."""
    found = Measured(contenders, pace)
    for contender in contenders:
        pace.ask(contender.server.port, contender.load, MANY, warm=True)
    for _ in range(1 if pace.is_quick else pace.repeats):
        for connections in pace.connections:
            for each in contenders:
                cost = _turn(each, pace, connections)
                found.turns.setdefault((each.name, connections), []).append(cost)
    return found


def _turn(contender: Contender, pace: Pace, connections: int) -> Cost:
    before = contender.cpu()
    seen = pace.ask(contender.server.port, contender.load, connections, warm=False)
    after = contender.cpu()
    decisions = max(1, seen.requests * contender.load.decisions)
    if seen.failed:
        raise SystemExit(f"{contender.name}: {seen.failed} of {seen.requests} failed")
    own, beside = (
        (end - begin) / decisions * 1e6
        for begin, end in zip(before, after, strict=True)
    )
    return Cost(own=own, beside=beside, seen=seen)


def compared(contender: Contender, right: Sequence[Sequence[bool]]) -> int:
    """How many answers are right: all of them, in the order of the bodies."""
    assert contender.read is not None
    with connected(contender.server.port) as connection:
        for raw, wanted in zip(contender.load.raw(), right, strict=True):
            status, body = connection.ask(raw)
            given = contender.read(body) if status == 200 else status
            if given != list(wanted):
                raise SystemExit(f"{contender.name} answers {given}, not {wanted}")
    return sum(map(len, right))


def right_of(pairs: Sequence[tuple[Question, bool]]) -> list[list[bool]]:
    """What is right of single questions."""
    return [[allowed] for _, allowed in pairs]


def table(title: str, found: Measured, base: str, notes: Sequence[str]) -> Table:
    """A line for each contender; `base` is the one that ratios are to."""
    shown = found.pace.connections
    few, many = shown[0], shown[-1]
    return Table(
        title=f"http: {title}, us of server CPU a decision",
        columns=(
            "who answers",
            *(f"{each} conn." for each in shown),
            f"least, {many}",
            f"x, {many}",
            *([f"database, {many}"] if found.is_beside else []),
            *(f"{q} ms, {each}" for each in (few, many) for q in ("p50", "p99")),
            "requests a second",
        ),
        lines=[_line(found, each.name, base) for each in found.contenders],
        notes=[*notes, *([] if load.WRK else [load.NO_WRK])],
    )


def _line(found: Measured, name: str, base: str) -> Sequence[Cell]:
    shown = found.pace.connections
    few, many = shown[0], shown[-1]
    costs: list[Cell] = [found.median(name, each) for each in shown]
    costs.append(found.least(name, many))
    costs.append(ratio(found.least(name, many), found.least(base, many)))
    if found.is_beside:
        costs.append(found.beside(name, many))
    alone, together = found.best(name, few), found.best(name, many)
    times = [t * 1e3 for seen in (alone, together) for t in (seen.p50, seen.p99)]
    return (name, *costs, *times, round(together.requests / together.seconds))
