"""A matcher, read once into a closed list of nodes.

casbin parses the matcher anew for each request and lets an evaluator of Python
expressions walk it. The nodes here are the part of that language whose meaning we know
to the letter (`evaluation.py`); a matcher with anything else stays casbin's.
"""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from casbin.util import util as casbin_util

from authz.engine.context import USUAL, Context
from authz.engine.lock import CASBIN_LOCK
from authz.engine.model import Model
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
    walk,
)
from authz.engine.patterns import FUNCTIONS
from authz.errors import AuthzError

#: casbin's evaluator refuses longer literals when it meets them.
LONGEST_LITERAL = 100_000
#: Nested deeper than this, Python's own limits come into play.
DEEPEST = 50
#: Attributes that casbin's evaluator never hands out.
CLOSED_PREFIXES = ("_", "func_")
CLOSED_ATTRIBUTES = frozenset(
    {"format", "format_map", "mro", "exec", "tb_frame", "gi_frame", "ag_frame"}
    | {"cr_frame"}
)


class NotCompilableError(AuthzError):
    """The matcher has a part outside the closed list; the message says which."""


_SIGN_OF: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}

_KIND_OF: dict[type[ast.expr], Callable[[Sequence[object]], object]] = {
    ast.List: list,
    ast.Tuple: tuple,
    ast.Set: set,
}


def read_expression(model: Model, context: Context = USUAL) -> Node:
    """A matcher of a model as a tree of nodes.

    Raises:
        NotCompilableError: it has a part that only casbin can evaluate.
    """
    text = model.matchers[context.matcher]
    node = read_text(text, model, context, conditions=True)
    # casbin looks for eval() in the text, inside quotes too
    names = model.tokens[context.policy]
    conditions = [part.index for part in walk(node) if isinstance(part, Condition)]
    found = [f"{context.policy}_{names[index]}" for index in conditions]
    if casbin_util.get_eval_value(text) != found:
        problem = "eval() of anything but a column, or inside a text, is casbin's"
        raise NotCompilableError(problem)
    return node


def read_text(
    text: str, model: Model, context: Context, *, conditions: bool = False
) -> Node:
    """A Python expression over the names of r and p.

    Args:
        text: as casbin hands it to Python.
        model: whose functions and names there are.
        context: whose r and p it is about.
        conditions: whether `eval(p.x)` may stand in it.

    Raises:
        NotCompilableError: it has a part that only casbin can evaluate.
    """
    with CASBIN_LOCK:
        try:
            body = ast.parse(text.strip()).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            problem = f"it is no expression: {error}"
            raise NotCompilableError(problem) from error
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        problem = "it is not one single expression"
        raise NotCompilableError(problem)
    return _Reader(model, context, conditions=conditions).read(body[0].value)


class _Reader:
    """Turns Python's tree into ours, or says what has no place in it."""

    def __init__(self, model: Model, context: Context, *, conditions: bool) -> None:
        self._links, self._conditions, self._depth = model.links, conditions, 0
        self._names: dict[str, Node] = {
            f"{key}_{name}": kind(index)
            for key, kind in ((context.request, Asked), (context.policy, Held))
            for index, name in enumerate(model.tokens[key])
        }
        self._readers: dict[type[ast.expr], Callable[[Any], Node]] = {
            ast.BoolOp: self._bool,
            ast.UnaryOp: self._unary,
            ast.Compare: self._compare,
            ast.Call: self._call,
            ast.Attribute: self._attribute,
            ast.Name: self._name,
            ast.Constant: self._constant,
            ast.List: self._display,
            ast.Tuple: self._display,
            ast.Set: self._display,
        }

    def read(self, node: ast.expr) -> Node:
        reader = self._readers.get(type(node))
        if reader is None:
            raise _outside(node)
        self._depth += 1
        if self._depth > DEEPEST:
            problem = f"it is nested in more than {DEEPEST} levels"
            raise NotCompilableError(problem)
        found = reader(node)
        self._depth -= 1
        return found

    def _bool(self, node: ast.BoolOp) -> Node:
        kind = Every if isinstance(node.op, ast.And) else Either
        items: list[Node] = []
        for value in node.values:
            item = self.read(value)
            # (a && b) && c walks its operands just as a && b && c does
            items += item.items if isinstance(item, kind) else (item,)
        return kind(tuple(items))

    def _unary(self, node: ast.UnaryOp) -> Node:
        item = self.read(node.operand)
        if isinstance(node.op, ast.Not):
            return Negation(item)
        if (
            isinstance(node.op, ast.USub)
            and isinstance(item, Constant)
            and isinstance(item.value, int | float)
        ):
            return Constant(-item.value)
        raise _outside(node)

    def _compare(self, node: ast.Compare) -> Node:
        if any(type(sign) not in _SIGN_OF for sign in node.ops):
            raise _outside(node)
        signs = [_SIGN_OF[type(sign)] for sign in node.ops]
        items = [self.read(item) for item in node.comparators]
        return Comparison(self.read(node.left), tuple(zip(signs, items, strict=True)))

    def _call(self, node: ast.Call) -> Node:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        items = tuple(self.read(item) for item in node.args)
        if not node.keywords:
            if name == "eval" and self._conditions and isinstance(items[0], Held):
                return Condition(items[0].index)
            if name in self._links and len(items) in (2, 3):
                return Link(name, items)
            if name in FUNCTIONS and len(items) == 2:
                return Match(name, items)
        raise _outside(node)

    def _attribute(self, node: ast.Attribute) -> Node:
        if node.attr.startswith(CLOSED_PREFIXES) or node.attr in CLOSED_ATTRIBUTES:
            raise _outside(node)
        return Attribute(self.read(node.value), node.attr)

    def _name(self, node: ast.Name) -> Node:
        if node.id not in self._names:
            text = f"`{node.id}` is no name of r or p"
            raise NotCompilableError(text)
        return self._names[node.id]

    def _constant(self, node: ast.Constant) -> Node:
        value = node.value
        known = value is None or isinstance(value, str | int | float)
        is_long = isinstance(value, str) and len(value) > LONGEST_LITERAL
        if not known or is_long:
            raise _outside(node)
        return Constant(value)

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> Node:
        return Display(
            _KIND_OF[type(node)], tuple(self.read(item) for item in node.elts)
        )


def _outside(node: ast.expr) -> NotCompilableError:
    try:
        text = ast.unparse(node)[:80]
    except (RecursionError, ValueError):  # too deep, or a number of too many digits
        text = type(node).__name__
    return NotCompilableError(f"`{text}` is left to casbin")
