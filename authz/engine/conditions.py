"""Conditions that rows carry: `eval(p.rule)` in a matcher.

casbin pastes the row's text into the matcher and evaluates the whole. Here the whole is
read into the same closed list of nodes as a matcher, once for each distinct text; a
text with anything else in it leaves the rows to casbin. Nothing in a row is ever run.
"""

from collections.abc import Iterator
from functools import lru_cache

from casbin.util import util as casbin_util

from authz.engine.evaluation import Ask, meaning
from authz.engine.expression import NotCompilableError, read_text
from authz.engine.model import as_python
from authz.engine.nodes import (
    Comparison,
    Condition,
    Display,
    Either,
    Every,
    Link,
    Match,
    Negation,
    Node,
)
from authz.engine.plan import Plan

#: Texts kept as functions, over all models; the least recently wanted is dropped.
REMEMBERED = 4_096


@lru_cache(maxsize=REMEMBERED)
def matcher_with(plan: Plan, texts: tuple[str, ...]) -> Ask:
    """What `node_with` means, as a function; it raises what that raises."""
    return meaning(node_with(plan, texts))


@lru_cache(maxsize=REMEMBERED)
def node_with(plan: Plan, texts: tuple[str, ...]) -> Node:
    """The matcher of a row that carries these texts in its condition columns.

    Raises:
        NotCompilableError: a text has a part that only casbin can evaluate, or closes
            the brackets it stands in, so that the plan does not hold for it.
    """
    model, context = plan.model, plan.context
    rules = [as_python(casbin_util.escape_assertion(text)) for text in texts]
    text = casbin_util.replace_eval(model.matchers[context.matcher], list(rules))
    whole = read_text(text, model, context)
    parts = [read_text(f"({rule})", model, context) for rule in rules]
    # INVARIANT: what stands beside the conditions is what the plan was made from.
    if whole != _filled(plan.node, iter(parts)):
        problem = "a condition that reaches beyond its brackets is casbin's"
        raise NotCompilableError(problem)
    return whole


def _filled(node: Node, parts: Iterator[Node]) -> Node:
    """The node with the next of the parts in place of each condition, left to right."""
    if isinstance(node, Condition):
        return next(parts)
    if isinstance(node, Negation):
        return Negation(_filled(node.item, parts))
    if isinstance(node, Comparison):
        left = _filled(node.left, parts)
        steps = [(sign, _filled(item, parts)) for sign, item in node.steps]
        return Comparison(left, tuple(steps))
    if isinstance(node, Every | Either):
        kind = type(node)
        items: list[Node] = []
        for item in node.items:
            part = _filled(item, parts)
            items += part.items if isinstance(part, kind) else (part,)
        return kind(tuple(items))
    if isinstance(node, Match | Link | Display):
        return _with_items(node, tuple(_filled(item, parts) for item in node.items))
    return node


def _with_items(node: Match | Link | Display, items: tuple[Node, ...]) -> Node:
    if isinstance(node, Match):
        return Match(node.function, items)
    if isinstance(node, Link):
        return Link(node.graph, items)
    return Display(node.kind, items)
