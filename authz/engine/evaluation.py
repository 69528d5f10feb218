"""What each node of a matcher means: exactly what casbin's evaluator makes of it.

A node becomes a function of (request, row, graphs), built once per model. Nothing is
generated as source text and nothing in a row is ever run.
"""

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

# casbin's own evaluator, so that the error is casbin's; it ships no types
from simpleeval import AttributeDoesNotExist  # type: ignore[import-untyped,unused-ignore]

from authz.engine.nodes import (
    SIGNS,
    Asked,
    Attribute,
    Comparison,
    Condition,
    Constant,
    Display,
    Either,
    Every,
    Held,
    Link,
    Match,
    Negation,
    Node,
)
from authz.engine.patterns import FUNCTIONS, STAR, key_match, prefix_length
from authz.engine.roles import Graph
from authz.errors import AuthzError

Graphs = Mapping[str, Graph]
Ask = Callable[[Sequence[object], Sequence[str], Graphs], Any]

#: Values that Python compares and hashes without asking anybody's own code.
PLAIN = frozenset({str, int, float, bool, type(None)})


class UnsureError(AuthzError):
    """A value of which only casbin can say what it makes; ask the reference."""


def meaning(node: Node) -> Ask:
    """The function that evaluates a node.

    It raises what casbin's evaluator raises there, and UnsureError where it meets a
    value that is better left to casbin.
    """
    return _MEANINGS[type(node)](node)


def is_known(value: object) -> bool:
    """Whether casbin's evaluator hands the value on as it is.

    It refuses modules and some functions, and looks for them inside containers.
    """
    if type(value) in PLAIN:
        return True
    if isinstance(value, list | tuple | set | frozenset):
        return all(is_known(item) for item in value)
    if isinstance(value, dict):
        return all(is_known(item) for item in value.values())
    return not isinstance(value, ModuleType) and not callable(value)


def _asked(node: Asked) -> Ask:
    index = node.index
    return lambda request, row, graphs: request[index]


def _held(node: Held) -> Ask:
    index = node.index
    return lambda request, row, graphs: row[index]


def _constant(node: Constant) -> Ask:
    value = node.value
    return lambda request, row, graphs: value


def _display(node: Display) -> Ask:
    kind, items = node.kind, [meaning(item) for item in node.items]
    return lambda request, row, graphs: kind(
        [item(request, row, graphs) for item in items]
    )


def _attribute(node: Attribute) -> Ask:
    of, name = meaning(node.of), node.name

    def ask(request: Sequence[object], row: Sequence[str], graphs: Graphs) -> object:
        found = _attribute_of(of(request, row, graphs), name)
        if not is_known(found):
            raise UnsureError
        return found

    return ask


def _attribute_of(owner: Any, name: str) -> object:
    try:
        return getattr(owner, name)
    except (AttributeError, TypeError):
        pass
    try:
        return owner[name]
    except (KeyError, TypeError):
        pass
    raise AttributeDoesNotExist(name, name)


def _comparison(node: Comparison) -> Ask:
    first = meaning(node.left)
    steps = [(SIGNS[sign], meaning(item)) for sign, item in node.steps]
    if len(steps) == 1:
        compare, second = steps[0]
        return lambda request, row, graphs: compare(
            first(request, row, graphs), second(request, row, graphs)
        )

    def ask(request: Sequence[object], row: Sequence[str], graphs: Graphs) -> object:
        right = first(request, row, graphs)
        answer: object = True
        for compare, item in steps:
            if not answer:
                break
            left, right = right, item(request, row, graphs)
            answer = compare(left, right)
        return answer

    return ask


def _negation(node: Negation) -> Ask:
    item = meaning(node.item)
    return lambda request, row, graphs: not item(request, row, graphs)


def _every(node: Every) -> Ask:
    items = tuple(meaning(item) for item in node.items)

    def ask(request: Sequence[object], row: Sequence[str], graphs: Graphs) -> object:
        answer: object = False
        for item in items:
            answer = item(request, row, graphs)
            if not answer:
                break
        return answer

    return ask


def _either(node: Either) -> Ask:
    items = tuple(meaning(item) for item in node.items)

    def ask(request: Sequence[object], row: Sequence[str], graphs: Graphs) -> object:
        answer: object = False
        for item in items:
            answer = item(request, row, graphs)
            if answer:
                break
        return answer

    return ask


def _match(node: Match) -> Ask:
    function = FUNCTIONS[node.function]
    key, pattern = node.items
    if node.function == "keyMatch" and isinstance(key, Asked):
        text = pattern.value if isinstance(pattern, Constant) else None
        if isinstance(text, str) and STAR in text:
            return _prefix(key.index, text)
    one, two = meaning(key), meaning(pattern)
    return lambda request, row, graphs: function(
        one(request, row, graphs), two(request, row, graphs)
    )


def _prefix(index: int, pattern: str) -> Ask:
    """`keyMatch(r.x, "u_*")`: asked of every request, so the pattern is read once."""
    prefix = pattern[: prefix_length(pattern)]

    def ask(request: Sequence[object], row: Sequence[str], graphs: Graphs) -> object:
        key = request[index]
        return key.startswith(prefix) if type(key) is str else key_match(key, pattern)

    return ask


def _link(node: Link) -> Ask:
    name = node.graph
    match node.items:
        case Asked(index=first), Held(index=second), Asked(index=third):
            return _link_of_columns(name, first, second, third)
    start, goal, domain = (meaning(item) for item in (*node.items, Constant(""))[:3])

    def ask(request: Sequence[object], row: Sequence[str], graphs: Graphs) -> bool:
        one, two = start(request, row, graphs), goal(request, row, graphs)
        where = str(domain(request, row, graphs))
        if type(one) is type(two) is str:
            return graphs[name].holds(one, two, where)
        return _is_same(one, two)

    return ask


def _link_of_columns(name: str, first: int, second: int, third: int) -> Ask:
    """`g(r.x, p.y, r.z)`, as almost all are: the same in fewer calls."""

    def ask(request: Sequence[object], row: Sequence[str], graphs: Graphs) -> bool:
        one, two, where = request[first], row[second], str(request[third])
        if type(one) is type(two) is str:
            return graphs[name].holds(one, two, where)
        return _is_same(one, two)

    return ask


def _condition(_: Condition) -> Ask:
    """A matcher with conditions is asked in the form its row gives it."""

    def ask(request: Sequence[object], row: Sequence[str], graphs: Graphs) -> object:
        raise UnsureError

    return ask


def _is_same(one: object, two: object) -> bool:
    """A role question of which one side is no text: no link leads from or to it."""
    hash(one), hash(two)  # casbin keeps names in a dictionary, and raises as this does
    if type(one) not in PLAIN or type(two) not in PLAIN:
        raise UnsureError
    return bool(one == two)


_MEANINGS: dict[type[Node], Callable[[Any], Ask]] = {
    Asked: _asked,
    Held: _held,
    Constant: _constant,
    Display: _display,
    Attribute: _attribute,
    Comparison: _comparison,
    Negation: _negation,
    Every: _every,
    Either: _either,
    Match: _match,
    Link: _link,
    Condition: _condition,
}
