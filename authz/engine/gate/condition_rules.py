"""What is asked of a condition that a row carries: `eval(p.rule)` in a matcher."""

import ast
from collections.abc import Callable, Iterator

from casbin.util import util as casbin_util

from authz.engine.context import Context
from authz.engine.expression import NotCompilableError, read_expression, read_text
from authz.engine.lock import CASBIN_LOCK
from authz.engine.model import Model, as_python
from authz.engine.nodes import Link, walk
from authz.engine.traps.conf_traps import TEXT

#: Code and words for what is wrong with a value, None if nothing is.
Verdict = tuple[str, str] | None
Judge = Callable[[str], Verdict]
#: What Python raises on what it can not parse, or not so deep.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def condition_judge(model: Model, column: str) -> Judge:
    """Judges the texts of a column, `p_rule`, for every matcher that evaluates it.

    INVARIANT: casbin's own evaluator never gets a row's text that is more than
    comparisons, as long as a matcher evaluates columns alone (DLG316).
    """
    contexts = [(each, _is_read(model, each)) for each in _contexts(model, column)]

    def judge(value: str) -> Verdict:
        said = _by_itself(value)
        text = as_python(casbin_util.escape_assertion(value))
        for context, is_read in () if said else contexts:
            said = said or _within(text, model, context, is_read=is_read)
        return said

    return judge


def _contexts(model: Model, column: str) -> Iterator[Context]:
    """Of each matcher that evaluates the column, with the request of its number."""
    policy = column.partition("_")[0]
    for key, matcher in model.matchers.items():
        if column in casbin_util.get_eval_value(matcher):
            request = f"r{key[1:]}"
            known = request if request in model.tokens else "r"
            yield Context(known, policy, key)


def _within(text: str, model: Model, context: Context, *, is_read: bool) -> Verdict:
    try:
        node = read_text(text, model, context)
        if is_read:  # in its place it is nested deeper
            matcher = model.matchers[context.matcher]
            many = len(casbin_util.get_eval_value(matcher))
            read_text(casbin_util.replace_eval(matcher, [text] * many), model, context)
    except NotCompilableError as error:
        said = f"the condition `{text[:80]}` is more than a row may say: {error}"
        return "DLG127", f"{said}; write comparisons of what is asked, r.sub.age > 18"
    for link in (part for part in walk(node) if isinstance(part, Link)):
        width = model.links[link.graph]
        if len(link.items) != width:
            said = f"the condition asks `{link.graph}` with {len(link.items)} values"
            return "DLG127", f"{said}, and its rows have {width}; write as many"
    return None


def _is_read(model: Model, context: Context) -> bool:
    """Whether the matcher is ours to evaluate, and not casbin's."""
    try:
        read_expression(model, context)
    except NotCompilableError:
        return False
    return True


def _by_itself(value: str) -> Verdict:
    """Casbin pastes it into the matcher and runs it."""
    text = as_python(casbin_util.escape_assertion(value))
    with CASBIN_LOCK:  # threads that parse at once break each other
        try:
            tree = ast.parse(text, mode="eval")
            ast.parse(f"({text})", mode="eval")
        except UNREADABLE as error:
            said = f"the condition `{value[:80]}` is no expression by itself, {error}"
            return "DLG127", f"{said}; write one, such as r.sub.age > 18"
    for word in TEXT.findall(value):
        if word not in text:
            said = f"casbin rewrites the text {word} in the condition `{value[:80]}`"
            return "DLG127", f"{said}; write a name without p. r. && || and !"
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    if all(isinstance(call, ast.Name) for call in calls):
        return None
    said = f"the condition `{value[:80]}` calls what belongs to the request"
    return "DLG127", f"{said}, which may change; write a comparison of its attributes"
