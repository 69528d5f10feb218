"""The closed list of nodes that a matcher is read into.

`evaluation.py` says what each means, `expression.py` reads them.
"""

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """`r.x`: the request's value at `index`."""

    index: int


@dataclass(frozen=True, slots=True)
class Held:
    """`p.x`: the row's value at `index`."""

    index: int


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal text, number, True, False or None."""

    value: object


@dataclass(frozen=True, slots=True)
class Display:
    """A literal list, tuple or set: `kind` makes it of its items."""

    kind: Callable[[Sequence[object]], object]
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Attribute:
    """`of.name`, or `of["name"]` where it has no such attribute."""

    of: "Node"
    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left sign item`, chained as Python chains them."""

    left: "Node"
    steps: "tuple[tuple[str, Node], ...]"


@dataclass(frozen=True, slots=True)
class Negation:
    """`!item`."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class Every:
    """`a && b && …`: the first operand that is false, or else the last."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """`a || b || …`: the first operand that is true, or else the last."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Match:
    """`keyMatch(a, b)` and its kin."""

    function: str
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Condition:
    """`eval(p.x)`: the text in the row's column `index`, as part of the matcher."""

    index: int


@dataclass(frozen=True, slots=True)
class Link:
    """`g(start, goal)` or `g(start, goal, domain)`; `g2`, `g3` alike."""

    graph: str
    items: "tuple[Node, ...]"


Node = (
    Asked
    | Held
    | Constant
    | Display
    | Attribute
    | Comparison
    | Negation
    | Every
    | Either
    | Match
    | Link
    | Condition
)

#: Written sign -> what it does, the operands as casbin's evaluator hands them over.
SIGNS: dict[str, Callable[[Any, Any], object]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda item, group: operator.contains(group, item),
    "not in": lambda item, group: not operator.contains(group, item),
}


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    if isinstance(node, Comparison):
        return (node.left, *(item for _, item in node.steps))
    if isinstance(node, Negation):
        return (node.item,)
    if isinstance(node, Attribute):
        return (node.of,)
    if isinstance(node, Asked | Held | Constant | Condition):
        return ()
    return node.items


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in children(node):
        yield from walk(child)
