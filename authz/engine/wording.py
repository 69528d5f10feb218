"""A node in casbin's own words again, for a reviewer."""

from collections.abc import Mapping, Sequence

from authz.engine.nodes import (
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

Tokens = Mapping[str, tuple[str, ...]]


def wording(node: Node, tokens: Tokens, held: Sequence[str] = ()) -> str:
    """The part of a matcher that the node was read from, up to blanks and brackets.

    Args:
        node: the part.
        tokens: the names of r and p.
        held: a row's values, to stand in the place of its columns.
    """
    if isinstance(node, Asked):
        return f"r.{tokens['r'][node.index]}"
    if isinstance(node, Held):
        return _quoted(held[node.index]) if held else f"p.{tokens['p'][node.index]}"
    if isinstance(node, Condition):
        return f"eval(p.{tokens['p'][node.index]})"
    if isinstance(node, Constant):
        return _quoted(node.value)
    if isinstance(node, Attribute):
        return f"{wording(node.of, tokens, held)}.{node.name}"
    if isinstance(node, Negation):
        return f"!{_bracketed(node.item, tokens, held)}"
    if isinstance(node, Comparison):
        steps = [
            f"{sign} {_bracketed(item, tokens, held)}" for sign, item in node.steps
        ]
        return " ".join((_bracketed(node.left, tokens, held), *steps))
    return _compound(node, tokens, held)


def _compound(
    node: Every | Either | Display | Match | Link, tokens: Tokens, held: Sequence[str]
) -> str:
    if isinstance(node, Every | Either):
        word = " && " if isinstance(node, Every) else " || "
        return word.join(_bracketed(item, tokens, held) for item in node.items)
    listed = ", ".join(wording(item, tokens, held) for item in node.items)
    if isinstance(node, Match):
        return f"{node.function}({listed})"
    return f"{node.graph}({listed})" if isinstance(node, Link) else f"({listed})"


def _bracketed(node: Node, tokens: Tokens, held: Sequence[str]) -> str:
    text = wording(node, tokens, held)
    return f"({text})" if isinstance(node, Every | Either | Comparison) else text


def _quoted(value: object) -> str:
    is_plain = isinstance(value, str) and value.isprintable()
    return (
        f'"{value}"' if is_plain and not {'"', "\\"} & set(str(value)) else repr(value)
    )
