"""What the answers to a request depend on of its first values.

Most users of most accounts stand alike: they reach the same names that rows ask for. Who
stands alike is answered alike, so that one answer can be kept for all of them.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from authz.engine.atoms import asked_by, held_by, is_total
from authz.engine.evaluation import meaning
from authz.engine.nodes import (
    Asked,
    Condition,
    Constant,
    Held,
    Link,
    Node,
    children,
)
from authz.engine.plan import PLANS, Plan
from authz.engine.table import Table

Question = Callable[[Sequence[Any], Table], Hashable]
_NO_ROW: tuple[str, ...] = ()


def standing(plan: Plan, table: Table, known: Sequence[str]) -> Hashable | None:
    """All that the matcher can find out about the values; None: not without the rows.

    INVARIANT: the matcher is a function of what is collected here, of the values that
    follow and of the shared rows; so equal standings have equal answers, errors included.
    """
    questions = _questions(plan, len(known))
    if table.shared is table or questions is None:
        return None
    return table.shared, *(question(known, table) for question in questions)


@lru_cache(maxsize=PLANS)
def _questions(plan: Plan, known: int) -> tuple[Question, ...] | None:
    parts = dict.fromkeys(_of(plan.node, known))
    return None if None in parts else tuple(part.question() for part in parts if part)


def _of(node: Node, known: int) -> Iterator["_Part | None"]:
    """What a node depends on; None: on links that only some rows have."""
    asked = asked_by(node)
    if isinstance(node, Condition):
        yield None  # what a row's own text looks at is the row's affair
    elif isinstance(node, Asked) and node.index < known:
        yield _Value(node.index)
    elif asked and max(asked) < known and not held_by(node) and is_total(node):
        yield _Truth(node)
    elif isinstance(node, Link):
        yield _reach(node, known)
    else:
        for child in children(node):
            yield from _of(child, known)


def _reach(node: Link, known: int) -> "_Part | None":
    """`g(r.x, p.y)` or `g(r.x, p.y, r.z)` of known values, else nothing."""
    start, goal, domain = (*node.items, Constant(""))[:3]
    asked = [part.index for part in (start, domain) if isinstance(part, Asked)]
    is_known = isinstance(start, Asked) and max(asked) < known
    if is_known and isinstance(goal, Held) and isinstance(domain, Asked | Constant):
        return _Reached(node.graph, start, domain, goal.index)
    return None


@dataclass(frozen=True, slots=True)
class _Value:
    """The value itself."""

    index: int

    def question(self) -> Question:
        index = self.index
        return lambda known, table: known[index]


@dataclass(frozen=True, slots=True)
class _Truth:
    """Whether a part of the matcher holds that looks at nothing else."""

    node: Node

    def question(self) -> Question:
        ask = meaning(self.node)
        return lambda known, table: bool(ask(known, _NO_ROW, table.graphs))


@dataclass(frozen=True, slots=True)
class _Reached:
    """Which of the names that rows hold in a column the value reaches."""

    graph: str
    start: Node
    domain: Node
    column: int

    def question(self) -> Question:
        name, column = self.graph, self.column
        start, domain = meaning(self.start), meaning(self.domain)

        def ask(known: Sequence[Any], table: Table) -> Hashable:
            graph = table.graphs[name]
            where = str(domain(known, _NO_ROW, {})) if graph.has_domain else ""
            reached = graph.reached(start(known, _NO_ROW, {}), where)
            return reached & table.shared.values_in(column)

        return ask


_Part = _Value | _Truth | _Reached
