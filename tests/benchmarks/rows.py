"""The bare table: a decision by the compiled evaluator with 100 to 1,000,000 rows."""

import gc
import tracemalloc
from collections.abc import Iterator, Sequence
from typing import Any

from authz.engine import CompiledEvaluator, Row, read_model
from tests.benchmarks import domains, rivals
from tests.benchmarks.apart import apart
from tests.benchmarks.domains import KINDS, Request
from tests.benchmarks.report import Cell, Part, Table, ratio
from tests.benchmarks.timing import per_ask, timed

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
QUICK = (100, 1_000)
COMPILED = "compiled"
#: Roles that are asked about again and again, a hundred with their thousand p rows.
NEAR = 100
EXPECTED = dict(zip(KINDS, (True, False, False), strict=True))


def run(*, quick: bool, sizes: Sequence[int] = ()) -> Part:
    """Each size in a process of its own."""
    chosen = sizes or (QUICK if quick else SIZES)
    found = [
        apart(measured, count=count, asks=400 if quick else 20_000) for count in chosen
    ]
    equal = sum(size["equal"] for size in found)
    return Part([_costs(found), *(_beside(found, kind) for kind in KINDS)], equal)


def measured(*, count: int, asks: int) -> dict[str, Any]:
    """Everything about so many p rows."""
    model, rows = read_model(domains.MODEL), domains.rows(count)
    compiled, built = _built(model, rows)
    took = {COMPILED: _timed(compiled, domains.requests(count, asks, NEAR))}
    anywhere = _timed(compiled, domains.requests(count, asks, count))
    # casbin answers one user's first question slowly, and remembers his roles
    few = max(1, min(asks // 100, 10_000 // count))
    some = domains.requests(count, few, few)
    equal = 0
    for name, ask in rivals.rivals(rows, count).items():
        for kind, request in _each(some):
            assert ask(request) == EXPECTED[kind] == compiled.decide(request), name
            equal += 1
        took[name] = {kind: per_ask(ask, some[kind] * 3, 1) for kind in KINDS}
    assert compiled.fallbacks == 0
    memory = _memory(model, count)
    found = {"count": count, "built": built, "took": took, "anywhere": anywhere}
    return found | {"equal": equal} | memory


def _timed(
    compiled: CompiledEvaluator, requests: dict[str, list[Request]]
) -> dict[str, float]:
    """Of each kind, all asked once before."""
    for kind, request in _each(requests):
        assert compiled.decide(request) == EXPECTED[kind], request
    return {kind: per_ask(compiled.decide, requests[kind]) for kind in KINDS}


def _each(requests: dict[str, list[Request]]) -> Iterator[tuple[str, Request]]:
    return ((kind, request) for kind, some in requests.items() for request in some)


def _built(model: Any, rows: Sequence[Row]) -> tuple[CompiledEvaluator, float]:
    """The evaluator, and the microseconds of each row to build it."""
    CompiledEvaluator(model, ())  # the plan is made once per model
    times = max(1, 20_000 // len(rows))

    def build() -> CompiledEvaluator:
        for _ in range(times - 1):
            CompiledEvaluator(model, rows)
        return CompiledEvaluator(model, rows)

    compiled, took = timed(build)
    return compiled, took / times / len(rows)


def _memory(model: Any, count: int) -> dict[str, float]:
    """Bytes of a row as it is handed in, and of what the evaluator adds."""
    tracemalloc.start()
    rows = domains.rows(count)
    held = tracemalloc.get_traced_memory()[0]
    compiled = CompiledEvaluator(model, rows)
    compiled.decide(("nobody", "d0", "data0", "read"))
    gc.collect()
    added = tracemalloc.get_traced_memory()[0] - held
    tracemalloc.stop()
    return {"row_bytes": held / len(rows), "index_bytes": added / len(rows)}


def _costs(found: Sequence[dict[str, Any]]) -> Table:
    lines = [
        (
            size["count"],
            *(size["took"][COMPILED][kind] for kind in KINDS),
            *(size["anywhere"][kind] for kind in KINDS),
            size["built"],
            size["row_bytes"],
            size["index_bytes"],
        )
        for size in found
    ]
    return Table(
        title="rows: RBAC with domains, stars and denies, compiled, us a decision",
        columns=(
            "p rows",
            *KINDS,
            *(f"{kind}, of all" for kind in KINDS),
            *("build, us a row", "a row, bytes", "its index, bytes"),
        ),
        lines=lines,
        notes=(
            "about the users of 1,000 rows; of all: each about any user at random",
            "a g row to ten p rows, counted as a row; goals: 2 us, and 4 us a row",
        ),
    )


def _beside(found: Sequence[dict[str, Any]], kind: str) -> Table:
    lines = []
    for size in found:
        took = {name: by_kind[kind] for name, by_kind in size["took"].items()}
        line: list[Cell] = [size["count"], took[COMPILED]]
        for name in rivals.NAMES:
            line += [took.get(name), ratio(took.get(name), took[COMPILED])]
        lines.append(line)
    pairs = [text for name in rivals.NAMES for text in (name, f"x {name}")]
    return Table(
        title=f"rows: {kind}, us a decision, and how many times the compiled one",
        columns=("p rows", COMPILED, *pairs),
        lines=lines,
        notes=rivals.NOTES if kind == KINDS[0] else (),
    )
