"""casbin itself: built fresh for a set of rows, never reloaded, never mutated.

This is the definition of right. Every casbin call stands behind one process-wide lock:
four threads on four separate enforcers raise spurious `SystemError`s on Python 3.11,
because each enforce parses the matcher anew.
"""

import ast
import re
from collections import defaultdict, deque
from collections.abc import Sequence
from threading import Lock
from typing import Any

import casbin
from casbin.persist import Adapter as CasbinAdapter

from authz.engine.evaluator import Explanation
from authz.engine.model import Model, casbin_model
from authz.engine.rows import Row
from authz.errors import EvaluationError, Fault, RowsError

_casbin_lock = Lock()


class _Rows(CasbinAdapter):  # type: ignore[misc,unused-ignore]
    """Hands rows to casbin as lists; they are never turned into text."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def load_policy(self, model: Any) -> None:
        for row in self._rows:
            assertion = model.model[row.ptype[0]][row.ptype]
            assertion.policy.append(list(row.values))


class ReferenceEvaluator:
    """A real `casbin.Enforcer` over rows that passed the gate.

    Raises:
        RowsError: casbin can not load the rows.
    """

    def __init__(self, model: Model, rows: Sequence[Row]) -> None:
        self._model = model
        self._rows = tuple(rows)
        with _casbin_lock:
            try:
                parsed = casbin_model(model.text)
                self._enforcer = casbin.Enforcer(parsed, _Rows(self._rows))
            except Exception as error:  # casbin raises bare RuntimeError and worse
                text = f"casbin can not load these rows: {error}"
                raise RowsError([Fault(code="DLG117", message=text)]) from error
        self._questions = _role_questions(model.matcher)
        self._places = {row: row for row in reversed(self._rows)}
        self._links: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in self._rows:
            if row.ptype in model.links:
                self._links[row.ptype, row.values[0], *row.values[2:]].append(row)

    def decide(self, request: Sequence[object]) -> bool:
        """Ask casbin."""
        return self._ask(request)[0]

    def explain(self, request: Sequence[object]) -> Explanation:
        """Ask casbin, then walk the links of the row it stopped at."""
        allowed, values = self._ask(request)
        row = self._places.get(Row("p", tuple(values))) if values else None
        paths = self._paths(request, row) if row else ()
        return Explanation(allowed=allowed, row=row, paths=paths)

    def path(self, start: str, goal: str, domain: str) -> tuple[Row, ...] | None:
        """The shortest walk over `g`, inside the domain if `g` has one."""
        has_domain = self._model.links.get("g", 0) > 2
        return self._walk("g", start, goal, (domain,) if has_domain else ())

    def _ask(self, request: Sequence[object]) -> tuple[bool, list[str]]:
        with _casbin_lock:
            try:
                allowed, values = self._enforcer.enforce_ex(*request)
            except Exception as error:  # whatever it is: never an allow
                raise EvaluationError(request, error) from error
        return bool(allowed), list(values)

    def _paths(
        self, request: Sequence[object], row: Row
    ) -> tuple[tuple[Row, ...], ...]:
        """The walk behind each role question of the matcher that holds for the row."""
        known: dict[str, str] = {}
        for letter, values in (("r", request), ("p", row.values)):
            for name, value in zip(self._model.tokens[letter], values, strict=True):
                known[f"{letter}_{name}"] = str(value)
        found = []
        for ptype, arguments in self._questions:
            start, goal, *domain = (known.get(word, word) for word in arguments)
            found.append(self._walk(ptype, start, goal, tuple(domain)))
        return tuple(walk for walk in found if walk)

    def _walk(
        self, ptype: str, start: str, goal: str, domain: tuple[str, ...]
    ) -> tuple[Row, ...] | None:
        queue: deque[tuple[str, tuple[Row, ...]]] = deque([(start, ())])
        seen = {start}
        while queue:
            node, walk = queue.popleft()
            if node == goal:
                return walk
            for row in self._links.get((ptype, node, *domain), ()):
                if row.values[1] not in seen:
                    seen.add(row.values[1])
                    queue.append((row.values[1], (*walk, row)))
        return None


def _role_questions(matcher: str) -> list[tuple[str, list[str]]]:
    """Each `g(…)`, `g2(…)` of the matcher: names and texts asked about, in order.

    A question about anything else, as an attribute of an object, has no path to show.
    """
    with _casbin_lock:
        try:
            tree = ast.parse(matcher, mode="eval")
        except SyntaxError:
            return []  # casbin will say so on each request
    calls = [
        (node.func.id, [_word(argument) for argument in node.args])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and re.fullmatch(r"g\d*", node.func.id)
    ]
    return [(name, words) for name, words in calls if len(words) > 1 and all(words)]


def _word(argument: ast.expr) -> str:
    if isinstance(argument, ast.Name):
        return argument.id
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    return ""
