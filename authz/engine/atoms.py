"""What can be said of a part of a matcher without asking it.

INVARIANT: `is_total` may only say yes where casbin neither raises nor answers anything
but True or False, for every row and every request whose values are texts. An index
leaves rows out unasked, and so rests on it.
"""

from dataclasses import dataclass

from authz.engine.nodes import (
    Asked,
    Comparison,
    Constant,
    Display,
    Either,
    Every,
    Held,
    Link,
    Match,
    Negation,
    Node,
    walk,
)
from authz.engine.patterns import TOTAL_FUNCTIONS


@dataclass(frozen=True, slots=True)
class Key:
    """The request's value at `asked` must be the row's at `held`.

    Attributes:
        star: a row with this value there matches every request.
        by_prefix: `keyMatch`: the row's value up to its first star must begin it.
    """

    asked: int
    held: int
    star: str | None = None
    by_prefix: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether equality is all there is to it."""
        return self.star is None and not self.by_prefix


@dataclass(frozen=True, slots=True)
class RoleKey:
    """The request's value at `asked` must reach the row's at `held`.

    Attributes:
        domain: where to look for links, a part of the request or a text.
    """

    graph: str
    asked: int
    held: int
    domain: Asked | Constant


def is_total(node: Node) -> bool:
    """Whether it answers True or False to any texts, and never raises."""
    return _never_raises(node) and _is_bool(node)


def asked_by(node: Node) -> frozenset[int]:
    """Which values of the request it looks at."""
    return frozenset(part.index for part in walk(node) if isinstance(part, Asked))


def held_by(node: Node) -> frozenset[int]:
    """Which values of the row it looks at."""
    return frozenset(part.index for part in walk(node) if isinstance(part, Held))


def key_of(node: Node) -> Key | None:
    """The node as a column to look up rows by, if it is one.

    `r.x == p.y`, `r.x == p.y || p.y == "*"`, `p.y in ("*", r.x)`, `keyMatch(r.x, p.y)`.
    """
    if isinstance(node, Either) and len(node.items) == 2:
        return _key_or_star(*node.items)
    if isinstance(node, Match) and node.function == "keyMatch":
        asked, held = node.items
        if isinstance(asked, Asked) and isinstance(held, Held):
            return Key(asked.index, held.index, by_prefix=True)
        return None
    if not isinstance(node, Comparison) or len(node.steps) != 1:
        return None
    sign, right = node.steps[0]
    if sign == "in" and isinstance(right, Display) and len(right.items) == 2:
        wanted = [Comparison(node.left, (("==", item),)) for item in right.items]
        return _key_or_star(*wanted)
    sides = {type(side): side for side in (node.left, right)}
    asked_side, held_side = sides.get(Asked), sides.get(Held)
    if sign == "==" and isinstance(asked_side, Asked) and isinstance(held_side, Held):
        return Key(asked_side.index, held_side.index)
    return None


def _key_or_star(one: Node, two: Node) -> Key | None:
    for first, second in ((one, two), (two, one)):
        key, star = key_of(first), _star_of(second)
        if key and star and key.is_exact and star[0] == key.held:
            return Key(key.asked, key.held, star=star[1])
    return None


def _star_of(node: Node) -> tuple[int, str] | None:
    """The column and the text of `p.y == "*"`."""
    if not isinstance(node, Comparison) or len(node.steps) != 1:
        return None
    sign, right = node.steps[0]
    sides = {type(side): side for side in (node.left, right)}
    held, text = sides.get(Held), sides.get(Constant)
    if sign != "==" or not isinstance(held, Held) or not isinstance(text, Constant):
        return None
    return (held.index, text.value) if isinstance(text.value, str) else None


def role_key_of(node: Node, same: dict[int, int]) -> RoleKey | None:
    """The node as a role question to look up rows by, if it is one.

    Args:
        node: `g(r.x, p.y)`, with or without a domain.
        same: row column -> request column known to be equal to it.
    """
    if not isinstance(node, Link):
        return None
    start, goal, domain = (*node.items, Constant(""))[:3]
    if isinstance(domain, Held) and domain.index in same:
        domain = Asked(same[domain.index])
    if not isinstance(start, Asked) or not isinstance(goal, Held):
        return None
    if not isinstance(domain, Asked | Constant):
        return None
    return RoleKey(node.graph, start.index, goal.index, domain)


def _is_text(node: Node) -> bool:
    if isinstance(node, Constant):
        return isinstance(node.value, str)
    return isinstance(node, Asked | Held)


def _never_raises(node: Node) -> bool:
    if isinstance(node, Asked | Held | Constant):
        return True
    if isinstance(node, Every | Either):
        return all(_never_raises(item) for item in node.items)
    if isinstance(node, Negation):
        return _never_raises(node.item)
    if isinstance(node, Link):
        return all(_is_text(item) for item in node.items)
    if isinstance(node, Match):
        known = node.function in TOTAL_FUNCTIONS
        return known and all(_is_text(item) for item in node.items)
    return isinstance(node, Comparison) and _compares_safely(node)


def _compares_safely(node: Comparison) -> bool:
    left = node.left
    for sign, right in node.steps:
        if not _is_safe_step(left, sign, right):
            return False
        left = right
    return True


def _is_safe_step(left: Node, sign: str, right: Node) -> bool:
    """`==` of plain values; `in` and the orders between texts; `in` some texts."""
    plain = Asked | Held | Constant
    if sign in ("==", "!="):
        return isinstance(left, plain) and isinstance(right, plain)
    if sign in ("in", "not in") and isinstance(right, Display):
        return isinstance(left, plain) and all(map(_is_plain, right.items))
    return _is_text(left) and _is_text(right)


def _is_plain(node: Node) -> bool:
    return isinstance(node, Asked | Held | Constant)


def _is_bool(node: Node) -> bool:
    if isinstance(node, Constant):
        return isinstance(node.value, bool)
    if isinstance(node, Every | Either):
        return all(_is_bool(item) for item in node.items)
    return isinstance(node, Comparison | Negation | Match | Link)
