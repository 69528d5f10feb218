"""What casbin pastes into a matcher from a row, looked at before casbin evaluates it.

`eval(p.rule)` makes the row's text part of the matcher, and casbin's evaluator calls
what the text calls. A text of the closed list of nodes can only compare; any other is
code, and whoever writes rows would write code.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache

from authz.engine.conditions import REMEMBERED
from authz.engine.context import Context
from authz.engine.expression import NotCompilableError, read_text
from authz.engine.lock import CASBIN_LOCK
from authz.engine.model import Model, as_python
from authz.errors import AuthzError


class ConditionError(AuthzError):
    """A row's condition that is code: it was not run, and nothing was decided."""

    def __init__(self, problem: str) -> None:
        text = (
            f"a row's condition is outside the closed list: {problem}; write it with "
            "comparisons, or trust all rows as code: Enforcer(…, run_any_condition=True)"
        )
        super().__init__(text)


@lru_cache(maxsize=REMEMBERED)
def problem_of(pasted: str, model: Model, context: Context) -> str:
    """Why a matcher with a row's texts in it is not to be run; "" where it may be.

    Args:
        pasted: the matcher as casbin evaluates it for one row.
        model: whose matcher it was before.
        context: which of its matchers.
    """
    try:
        with CASBIN_LOCK:
            template = ast.parse(model.matchers[context.matcher])
            whole = ast.parse(as_python(pasted).strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""  # casbin parses it too, and raises before it runs anything
    try:
        for condition in _conditions(template, whole):
            read_text(ast.unparse(condition), model, context)
    except NotCompilableError as error:
        return str(error)
    return ""


def _conditions(template: object, pasted: object) -> Iterator[ast.AST]:
    """What stands where the matcher has `eval(…)`.

    INVARIANT: all else is as in the matcher, so that no text reaches past its brackets.
    """
    if _is_eval(template) and isinstance(pasted, ast.AST):
        yield pasted
    elif isinstance(template, ast.AST) and type(template) is type(pasted):
        for field in template._fields:
            yield from _conditions(getattr(template, field), getattr(pasted, field))
    elif isinstance(template, list) and isinstance(pasted, list):
        if len(template) != len(pasted):
            raise _reaches_out()
        for one, other in zip(template, pasted, strict=True):
            yield from _conditions(one, other)
    elif template != pasted:
        raise _reaches_out()


def _is_eval(node: object) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "eval"
    )


def _reaches_out() -> NotCompilableError:
    return NotCompilableError("it reaches beyond its brackets")
