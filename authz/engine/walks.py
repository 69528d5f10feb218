"""The g rows behind an answer: which links lead from who asked to what was needed."""

import ast
from collections import defaultdict, deque
from collections.abc import Sequence
from functools import lru_cache

from authz.engine.context import USUAL, Context, context_of, has_context
from authz.engine.evaluation import Ask, meaning
from authz.engine.expression import NotCompilableError, read_text
from authz.engine.lock import CASBIN_LOCK
from authz.engine.model import Model
from authz.engine.plan import PLANS
from authz.engine.roles import MOST_LINKS
from authz.engine.rows import Row

#: A role definition, and what it is asked about.
Question = tuple[str, tuple[Ask, ...]]


class Walks:
    """The links of some rows, to be walked for an explanation."""

    def __init__(self, model: Model, rows: Sequence[Row]) -> None:
        self._model = model
        self._places = {row: row for row in reversed(rows)}
        self._links: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in rows:
            if row.ptype in model.links:
                domain = row.values[2] if self._has_domain(row.ptype) else ""
                self._links[row.ptype, row.values[0], domain].append(row)

    def row(self, request: Sequence[object], values: Sequence[str]) -> Row | None:
        """The first row with these values, of the policy that the request asks."""
        policy = self._asked(request)[0].policy
        return self._places.get(Row(policy, tuple(values))) if values else None

    def path(self, start: str, goal: str, domain: str) -> tuple[Row, ...] | None:
        """The shortest walk over `g`, inside the domain if `g` has one."""
        return self._walk("g", start, goal, domain)

    def paths(self, request: Sequence[object], row: Row) -> tuple[tuple[Row, ...], ...]:
        """The walk behind each role question of the matcher that holds for the row."""
        context, asked = self._asked(request)
        found = []
        for ptype, asks in _questions(self._model, context):
            try:
                start, goal, *domain = [ask(asked, row.values, {}) for ask in asks]
            except Exception:  # noqa: BLE001, S112  (of a branch that was not asked)
                continue
            if isinstance(start, str) and isinstance(goal, str):
                where = str(domain[0]) if domain else ""
                found.append(self._walk(ptype, start, goal, where))
        return tuple(walk for walk in found if walk)

    def _asked(self, request: Sequence[object]) -> tuple[Context, Sequence[object]]:
        if has_context(request):
            return context_of(self._model, request[0]) or USUAL, request[1:]
        return USUAL, request

    def _has_domain(self, ptype: str) -> bool:
        return self._model.links.get(ptype, 0) > 2

    def _walk(
        self, ptype: str, start: str, goal: str, domain: str
    ) -> tuple[Row, ...] | None:
        """Level by level, and as far as casbin goes."""
        where = domain if self._has_domain(ptype) else ""
        queue: deque[tuple[str, tuple[Row, ...]]] = deque([(start, ())])
        seen = {start}
        while queue:
            node, walk = queue.popleft()
            if node == goal:
                return walk
            links = self._links.get((ptype, node, where), ())
            for row in links if len(walk) < MOST_LINKS else ():
                if row.values[1] not in seen:
                    seen.add(row.values[1])
                    queue.append((row.values[1], (*walk, row)))
        return None


@lru_cache(maxsize=PLANS)
def _questions(model: Model, context: Context) -> tuple[Question, ...]:
    """Each `g(…)`, `g2(…)` of a matcher, in its order.

    A question about anything that only casbin can evaluate has no path to show.
    """
    with CASBIN_LOCK:
        try:
            tree = ast.parse(model.matchers[context.matcher], mode="eval")
        except SyntaxError:
            return ()  # casbin will say so on each request
    calls = [
        (node.func.id, node.args, node.col_offset)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    found = []
    for name, arguments, _ in sorted(calls, key=lambda call: call[2]):
        if name in model.links and len(arguments) in (2, 3):
            texts = [ast.unparse(argument) for argument in arguments]
            try:
                nodes = [read_text(text, model, context) for text in texts]
            except NotCompilableError:
                continue
            found.append((name, tuple(meaning(node) for node in nodes)))
    return tuple(found)
