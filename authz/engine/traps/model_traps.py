"""What a model.conf asks that casbin answers otherwise than it looks, or not at all."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from casbin.model import FunctionMap
from casbin.util import util as casbin_util

from authz.engine.effect import BY_SUBJECT
from authz.engine.lock import CASBIN_LOCK
from authz.engine.traps.conf import Conf
from authz.engine.traps.link_traps import link_traps
from authz.engine.traps.trap import Trap

#: What a matcher may call: casbin's own, and what its evaluator of expressions adds.
FUNCTIONS = frozenset(FunctionMap.load_function_map().get_functions()) | {
    "eval",
    "list",
    "tuple",
    "dict",
    "set",
}


#: casbin allows what no row denies.
NOTHING_DENIES = "!some(where (p_eft == deny))"


class Parts(NamedTuple):
    """A model.conf as casbin parsed it, and where its lines stand."""

    conf: Conf
    tokens: dict[str, tuple[str, ...]]
    links: dict[str, int]
    own_links: tuple[str, ...]
    matchers: dict[str, str]
    effect: str


def model_traps(parts: Parts) -> list[Trap]:
    """Everything that can be said once casbin has parsed the model."""
    found = [*_conditional_links(parts), *_effect_without_column(parts)]
    found += _subjects_out_of_place(parts)
    for key, matcher in parts.matchers.items():
        found += _matcher(parts, key, matcher)
    return found


def _matcher(parts: Parts, key: str, matcher: str) -> Iterator[Trap]:
    line = parts.conf.line_of(key)
    with CASBIN_LOCK:  # threads that parse at once break each other
        try:
            tree = ast.parse(matcher, mode="eval")
        except (SyntaxError, ValueError) as error:
            yield Trap(
                code="DLG313",
                line=line,
                wrong=f"`{key}` is no expression, {error}",
                casbin="raises on every request",
                instead="a condition such as r.sub == p.sub && r.obj == p.obj",
            )
            return
    for name in _unknown(parts, tree):
        yield Trap(
            code="DLG307",
            line=line,
            wrong=f"`{key}` asks for `{_as_written(name)}`, which the model lacks",
            casbin="raises on every request that gets there",
            instead=_instead(name),
        )
    if _evaluates_otherwise(parts, matcher, tree):
        yield Trap(
            code="DLG316",
            line=line,
            wrong=f"`{key}` has an eval() that is not `eval(p.column)` to the letter",
            casbin="looks for it in the text: it pastes rows into quotes, or raises",
            instead="eval(p.rule) with a column of p, without blanks; no such text",
        )
    # a link of its own kind is told as such
    links = {k: n for k, n in parts.links.items() if k not in parts.own_links}
    lines = {name: parts.conf.line_of(name) for name in (key, *links)}
    yield from link_traps(key, tree, links, lines)


def _evaluates_otherwise(parts: Parts, matcher: str, tree: ast.Expression) -> bool:
    """Whether casbin finds other eval() in the text than Python reads in it."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    asked = [
        ast.unparse(node.args[0]) if len(node.args) == 1 else ""
        for node in calls
        if isinstance(node.func, ast.Name) and node.func.id == "eval"
    ]
    columns = {f"{p}_{name}" for p, names in parts.tokens.items() for name in names}
    held = {column for column in columns if column.startswith("p")}
    found = casbin_util.get_eval_value(matcher)
    return sorted(found) != sorted(asked) or not held.issuperset(asked)


def _unknown(parts: Parts, tree: ast.Expression) -> list[str]:
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    known = {f"{key}_{name}" for key, tokens in parts.tokens.items() for name in tokens}
    known |= FUNCTIONS | parts.links.keys()
    known |= {name.id for name in names if not isinstance(name.ctx, ast.Load)}
    asked = dict.fromkeys(sorted(name.id for name in names))
    # a role definition that is missing is refused earlier, a half rewritten r2 as such
    return [
        name
        for name in asked
        if name not in known and not re.fullmatch(r"[gpr]\d*", name)
    ]


def _as_written(name: str) -> str:
    return re.sub(r"^([rp]\d*)_", r"\1.", name)


def _instead(name: str) -> str:
    if name in ("true", "false"):
        return f"{name.capitalize()}, the expression is Python's"
    if re.match(r"[rp]\d*_", name):
        return "a column of the definition"
    return "one of casbin's own functions; what a program adds is known to it alone"


def _conditional_links(parts: Parts) -> Iterator[Trap]:
    for key in parts.own_links:
        yield Trap(
            code="DLG309",
            line=parts.conf.line_of(key),
            wrong=f"`{key}` is neither `_, _` nor `_, _, _`",
            casbin="holds such a link whatever its conditions say, unless a program adds "
            "a function for each",
            instead=f"{key} = _, _ and take links away when they end",
        )


def _effect_without_column(parts: Parts) -> Iterator[Trap]:
    if parts.effect != NOTHING_DENIES:
        return
    for key, names in parts.tokens.items():
        if key.startswith("p") and "eft" not in names:
            yield Trap(
                code="DLG311",
                line=parts.conf.line_of(key),
                wrong=f"the effect is about deny alone, and `{key}` has no column `eft`",
                casbin="takes every row for an allow, and so allows everything",
                instead=f"{key} = {', '.join((*names, 'eft'))}",
            )


def _subjects_out_of_place(parts: Parts) -> Iterator[Trap]:
    """Casbin sorts by p's first column, in the domain of a column named `dom`."""
    names = parts.tokens["p"]
    if parts.effect != BY_SUBJECT:
        return
    asked = re.findall(r"\bg\([^(),]*,\s*p_(\w+)\s*[,)]", parts.matchers["m"])
    is_lost = parts.links.get("g", 0) > 2 and "dom" not in names
    if is_lost or names[0] not in asked:
        yield Trap(
            code="DLG312",
            line=parts.conf.line_of("p"),
            wrong="subjectPriority finds no subject in p's first column, or no domain",
            casbin="leaves the rows in whatever order they stand",
            instead="the column that g asks about first, and the domain's named `dom`",
        )
