"""The g rows behind an answer: which links lead from who asked to what was needed."""

import ast
import re
from collections import defaultdict, deque
from collections.abc import Sequence

from authz.engine.lock import CASBIN_LOCK
from authz.engine.model import Model
from authz.engine.rows import Row


class Walks:
    """The links of some rows, to be walked for an explanation."""

    def __init__(self, model: Model, rows: Sequence[Row]) -> None:
        self._model = model
        self._questions = _role_questions(model.matcher)
        self._places = {row: row for row in reversed(rows)}
        self._links: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in rows:
            if row.ptype in model.links:
                self._links[row.ptype, row.values[0], *row.values[2:]].append(row)

    def row(self, values: Sequence[str]) -> Row | None:
        """The first p row with these values."""
        return self._places.get(Row("p", tuple(values))) if values else None

    def path(self, start: str, goal: str, domain: str) -> tuple[Row, ...] | None:
        """The shortest walk over `g`, inside the domain if `g` has one."""
        has_domain = self._model.links.get("g", 0) > 2
        return self._walk("g", start, goal, (domain,) if has_domain else ())

    def paths(self, request: Sequence[object], row: Row) -> tuple[tuple[Row, ...], ...]:
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
    with CASBIN_LOCK:
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
