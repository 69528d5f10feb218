"""How a model's matcher is answered from indexes; made once per model.

A matcher is taken apart into branches (`||`) of atoms (`&&`). Of each branch some atoms
become a key to look rows up by, some are asked once per request or once per row, and
the residue is asked of each row that was looked up.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from authz.engine.atoms import (
    Key,
    RoleKey,
    asked_by,
    held_by,
    is_total,
    key_of,
    role_key_of,
)
from authz.engine.context import USUAL, Context
from authz.engine.evaluation import Ask, meaning
from authz.engine.expression import NotCompilableError, read_expression
from authz.engine.model import Model
from authz.engine.nodes import Condition, Constant, Either, Every, Node, walk
from authz.engine.wording import wording

#: More branches than this are not looked up: each has indexes of its own.
MOST_BRANCHES = 16
#: Plans kept; a process serves a handful of models.
PLANS = 64


@dataclass(frozen=True, slots=True)
class Atom:
    """One operand of a branch, in the matcher's order.

    Attributes:
        use: `key`, `role`, `request`, `row` or `residue`.
        how: the key or role question it is, when it is one.
        settled_by: parts that ask the row alone, each of which makes it true.
    """

    node: Node
    use: str
    ask: Ask
    how: Key | RoleKey | None = None
    settled_by: tuple[Ask, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """The atoms that must hold together."""

    atoms: tuple[Atom, ...]

    def of(self, use: str) -> tuple[Atom, ...]:
        """Its atoms put to one use."""
        return tuple(atom for atom in self.atoms if atom.use == use)

    @property
    def keys(self) -> tuple[tuple[Key, Ask], ...]:
        """The columns to look rows up by, each with the atom's own question."""
        return tuple((a.how, a.ask) for a in self.atoms if isinstance(a.how, Key))

    @property
    def roles(self) -> tuple[RoleKey, ...]:
        """The role questions to look rows up by."""
        return tuple(a.how for a in self.atoms if isinstance(a.how, RoleKey))


_NOTHING = Constant(None)
_ask_nothing = meaning(_NOTHING)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What an evaluator of this model does.

    Attributes:
        reason: why every decision is left to casbin, "" when it is not.
        node: the whole matcher.
        matcher: the same as a function.
        conditions: the row's columns that `eval()` makes part of the matcher.
        total: no text makes the matcher raise or answer anything but True or False.
        texts: the request's values that must be texts for the indexes to hold.
    """

    model: Model
    context: Context = USUAL
    reason: str = ""
    node: Node = _NOTHING
    matcher: Ask = _ask_nothing
    conditions: tuple[int, ...] = ()
    branches: tuple[Branch, ...] = ()
    total: bool = False
    texts: tuple[int, ...] = ()

    @property
    def tokens(self) -> dict[str, tuple[str, ...]]:
        """The columns that `r` and `p` stand for."""
        known = self.model.tokens
        return {"r": known[self.context.request], "p": known[self.context.policy]}

    def describe(self) -> str:
        """The plan for a reviewer: what is indexed, and what is not and why."""
        return "\n".join(_lines(self))


@lru_cache(maxsize=PLANS)
def plan_of(model: Model, context: Context = USUAL) -> Plan:
    """The plan of a model; one whose `reason` is not empty is no plan but casbin's."""
    reason = _reason(model, context)
    if reason:
        return Plan(model, context, reason)
    try:
        node = read_expression(model, context)
    except NotCompilableError as error:
        return Plan(model, context, str(error))
    return _compiled(model, context, node)


def _reason(model: Model, context: Context) -> str:
    """What of the model beside its matcher leaves every decision to casbin."""
    if model.own_links:
        listed = ", ".join(model.own_links)
        return f"role definitions with parameters are casbin's: {listed}"
    for key in (context.request, context.policy):
        if len(set(model.tokens[key])) < len(model.tokens[key]):
            return f"two columns of {key} have one name"
    return ""


def _compiled(model: Model, context: Context, node: Node) -> Plan:
    wanted = node.items if isinstance(node, Either) else (node,)
    if len(wanted) > MOST_BRANCHES:
        wanted = (node,)
    parted = [item.items if isinstance(item, Every) else (item,) for item in wanted]
    safe = [_safe_part(nodes) for nodes in parted]
    return Plan(
        model,
        context,
        node=node,
        matcher=meaning(node),
        conditions=tuple(n.index for n in walk(node) if isinstance(n, Condition)),
        branches=tuple(
            Branch(tuple(_atoms(nodes, len(part))))
            for nodes, part in zip(parted, safe, strict=True)
        ),
        total=parted == safe,
        texts=tuple(
            sorted({i for part in safe for node in part for i in asked_by(node)})
        ),
    )


def _safe_part(nodes: Sequence[Node]) -> Sequence[Node]:
    """The atoms that stand left of the first one that can raise.

    INVARIANT: an index uses no other. casbin asks from left to right and stops at the
    first that is false, so a row left out by one of these would not have raised.
    """
    for count, node in enumerate(nodes):
        if not is_total(node):
            return nodes[:count]
    return nodes


def _atoms(nodes: Sequence[Node], safe: int) -> Iterator[Atom]:
    keys = [key_of(node) for node in nodes[:safe]]
    same = {key.held: key.asked for key in keys if key and key.is_exact}
    for count, node in enumerate(nodes):
        ask = meaning(node)
        if count >= safe:
            yield Atom(node, "residue", ask)
        elif key := keys[count]:
            yield Atom(node, "key", ask, key)
        elif role := role_key_of(node, same):
            yield Atom(node, "role", ask, role)
        elif not held_by(node):
            yield Atom(node, "request", ask)
        elif not asked_by(node):
            yield Atom(node, "row", ask)
        else:
            parts = node.items if isinstance(node, Either) else ()
            alone = tuple(meaning(part) for part in parts if not asked_by(part))
            yield Atom(node, "residue", ask, settled_by=alone)


def _lines(plan: Plan) -> Iterator[str]:
    line = _line_of(plan.context.matcher, plan.model.text)
    if plan.reason:
        yield f"plan: none, casbin answers; line {line}: {plan.reason}"
        return
    for number, branch in enumerate(plan.branches, start=1):
        name = f"branch {number}" if len(plan.branches) > 1 else "plan"
        yield f"{name}: {'; '.join(_parts(plan, branch))}"
        yield from _unindexed(plan, branch, line)


def _parts(plan: Plan, branch: Branch) -> Iterator[str]:
    words = {
        "key": "key",
        "role": "roles",
        "request": "once per request",
        "row": "once per row",
        "residue": "residue",
    }
    for use, word in words.items():
        listed = ", ".join(wording(atom.node, plan.tokens) for atom in branch.of(use))
        if listed or use in ("key", "residue"):
            yield f"{word}({listed})" if listed else f"{word} none"


def _unindexed(plan: Plan, branch: Branch, line: int) -> Iterator[str]:
    can_raise = False
    for atom in branch.atoms:
        text = f"  line {line}: `{wording(atom.node, plan.tokens)}` is not indexed"
        if atom.use == "residue" and not can_raise and not is_total(atom.node):
            can_raise = True
            yield f"{text}: it can raise or answer no truth value, so casbin's order is kept"
        elif atom.use == "residue":
            after = "it stands right of one that can raise" if can_raise else ""
            yield f"{text}: {after or 'asked of each row that was looked up'}"
    if not branch.of("key") and not branch.of("role"):
        yield f"  line {line}: no key: every row is looked at, in order"


def _line_of(key: str, text: str) -> int:
    lines = enumerate(text.splitlines(), start=1)
    wanted = re.compile(rf"\s*{key}\s*=")
    return next((number for number, line in lines if wanted.match(line)), 0)
