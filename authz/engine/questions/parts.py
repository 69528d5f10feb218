"""Parts of a matcher, asked of one row and of a request with gaps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from authz.engine.atoms import asked_by
from authz.engine.evaluation import Ask, UnsureError, meaning
from authz.engine.nodes import Asked, Comparison, Link, Match, Node, children
from authz.engine.questions.kin import Kin
from authz.engine.roles import Graph
from authz.engine.rows import Row


class Free:
    """In place of a value of a request: whatever it may be."""

    @override
    def __repr__(self) -> str:
        return "FREE"


FREE = Free()

Request = tuple[object, ...]
#: What a request must be, and what must hold of what is still free in it.
Solution = tuple[Request, tuple["Part", ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of a matcher, ready to be asked or solved.

    Attributes:
        word: the graph of a role question, the function or the sign; "" of all else.
        asked: which values of the request it looks at.
    """

    node: Node
    word: str
    ask: Ask
    asked: frozenset[int]
    items: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a matcher is solved over.

    Attributes:
        free: which values of the request were free from the start.
    """

    row: Row
    graphs: Mapping[str, Graph]
    kin: Mapping[str, Kin]
    free: frozenset[int]


def part_of(node: Node) -> Part:
    """The node, with what is looked at again and again worked out once."""
    items = tuple(part_of(child) for child in children(node))
    return Part(node, _word(node), meaning(node), asked_by(node), items)


def _word(node: Node) -> str:
    if isinstance(node, Link):
        return node.graph
    if isinstance(node, Match):
        return node.function
    steps = node.steps if isinstance(node, Comparison) else ()
    return steps[0][0] if len(steps) == 1 else ""


def truth(part: Part, request: Request, ground: Ground) -> bool | None:
    """What a part answers of which nothing is free; None: only casbin can tell.

    Where it raises no row matches; unless a name was put where an object may be meant.
    """
    try:
        return bool(part.ask(request, ground.row.values, ground.graphs))
    except UnsureError:
        return None
    except Exception:  # noqa: BLE001  (whatever it is: casbin would raise it too)
        return None if was_free(part, request, ground) else False


def opened(part: Part, request: Request) -> list[int]:
    """The values it looks at that are free."""
    return [index for index in part.asked if request[index] is FREE]


def was_free(part: Part, request: Request, ground: Ground) -> bool:
    """Whether it looks at a value that was found, not given."""
    return any(request[index] is not FREE for index in part.asked & ground.free)


def is_free(part: Part, request: Request) -> bool:
    """Whether it is a value of the request, and free."""
    return isinstance(part.node, Asked) and request[part.node.index] is FREE


def value_of(part: Part, request: Request, ground: Ground) -> Any:
    """What it evaluates to, where nothing in it is free."""
    return part.ask(request, ground.row.values, ground.graphs)


def bound(part: Part, value: object, request: Request) -> Iterator[Solution]:
    """The request with a value in the part's place, unless another stands there."""
    (index,) = part.asked
    if request[index] is FREE:
        yield (*request[:index], value, *request[index + 1 :]), ()
    elif request[index] == value:
        yield request, ()
