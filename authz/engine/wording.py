"""A node in casbin's own words again, for a reviewer."""

from collections.abc import Mapping

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


def wording(node: Node, tokens: Tokens) -> str:
    """The part of a matcher that the node was read from, up to blanks and brackets."""
    if isinstance(node, Asked):
        return f"r.{tokens['r'][node.index]}"
    if isinstance(node, Held):
        return f"p.{tokens['p'][node.index]}"
    if isinstance(node, Condition):
        return f"eval(p.{tokens['p'][node.index]})"
    if isinstance(node, Constant):
        return _quoted(node.value)
    if isinstance(node, Attribute):
        return f"{wording(node.of, tokens)}.{node.name}"
    if isinstance(node, Negation):
        return f"!{_bracketed(node.item, tokens)}"
    if isinstance(node, Comparison):
        steps = [f"{sign} {_bracketed(item, tokens)}" for sign, item in node.steps]
        return " ".join((_bracketed(node.left, tokens), *steps))
    return _compound(node, tokens)


def _compound(node: Every | Either | Display | Match | Link, tokens: Tokens) -> str:
    if isinstance(node, Every | Either):
        word = " && " if isinstance(node, Every) else " || "
        return word.join(_bracketed(item, tokens) for item in node.items)
    listed = ", ".join(wording(item, tokens) for item in node.items)
    if isinstance(node, Match):
        return f"{node.function}({listed})"
    return f"{node.graph}({listed})" if isinstance(node, Link) else f"({listed})"


def _bracketed(node: Node, tokens: Tokens) -> str:
    text = wording(node, tokens)
    return f"({text})" if isinstance(node, Every | Either | Comparison) else text


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) and '"' not in value else repr(value)
