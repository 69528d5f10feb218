"""The same answers as casbin's, from indexes: a decision does not know how many rows.

model -> plan (once per model) -> table (once per set of rows) -> decide. What the plan
can not answer goes to casbin itself on the same rows, and is counted.
"""

from collections.abc import Hashable, Sequence
from threading import Lock

from authz.engine.context import USUAL, Context, context_of, has_context
from authz.engine.evaluation import UnsureError, is_known
from authz.engine.evaluator import Explanation
from authz.engine.expression import NotCompilableError
from authz.engine.loading import UnloadableError, load
from authz.engine.model import Model
from authz.engine.plan import plan_of
from authz.engine.reference import ReferenceEvaluator
from authz.engine.rows import Row
from authz.engine.standing import standing
from authz.engine.table import Table
from authz.engine.unanswered import unanswered
from authz.engine.walks import Walks


class CompiledEvaluator:
    """An `Evaluator` that answers exactly as `ReferenceEvaluator` does.

    Args:
        model: of the rows.
        rows: in casbin's order.
        table: the same rows, indexed already; they are then looked at when needed.

    Attributes:
        plan: what it does, `plan.describe()` for a reviewer.
        fallbacks: how many questions went to casbin.

    Raises:
        RowsError: casbin can not load the rows.
    """

    def __init__(
        self, model: Model, rows: Sequence[Row], table: Table | None = None
    ) -> None:
        self.plan = plan_of(model, USUAL)
        self.fallbacks = 0
        self._model, self._rows = model, rows if table else tuple(rows)
        self._lock = Lock()
        self._casbin: ReferenceEvaluator | None = None
        self._known_walks: Walks | None = None
        self._tables: dict[Context, Table | None] = {USUAL: table} if table else {}
        self._table = self._table_of(USUAL)
        if self._table is None:
            # now, so that rows which casbin refuses are refused here
            self._casbin = ReferenceEvaluator(model, self._rows)

    def decide(self, request: Sequence[object]) -> bool:
        """Answer from the indexes, or walk the candidates, or ask casbin."""
        table = self._table
        answer = None if table is None else table.answer(request)
        if answer is not None:
            return answer
        found = self._walk(request)
        return self._reference().decide(request) if found is None else found[0]

    def explain(self, request: Sequence[object]) -> Explanation:
        """Answer, with the row that casbin names and the walks behind it."""
        found = self._walk(request)
        if found is None:
            return self._reference().explain(request)
        allowed, values = found
        walks = self._walks()
        row = walks.row(request, values)
        paths = walks.paths(request, row) if row else ()
        return Explanation(allowed=allowed, row=row, paths=paths)

    def path(self, start: str, goal: str, domain: str) -> tuple[Row, ...] | None:
        """The shortest walk over `g`, inside the domain if `g` has one."""
        return self._walks().path(start, goal, domain)

    def reaches(self, start: str, goal: str, domain: str) -> bool:
        """Whether `g` leads from start to goal, in the nine links that casbin follows."""
        if self._table is None:
            return self._reference().reaches(start, goal, domain)
        graph = self._table.graphs.get("g")
        return graph.holds(start, goal, domain) if graph else start == goal

    def standing(self, known: Sequence[str]) -> Hashable | None:
        """What the plan looks at: roles held, and the values that rows name."""
        return standing(self.plan, self._table, known) if self._table else None

    def _walk(self, request: Sequence[object]) -> tuple[bool, Sequence[str]] | None:
        """Answer and deciding row as casbin finds them; None: only casbin knows."""
        context: Context | None = USUAL
        asked = request
        if has_context(request):
            context, asked = context_of(self._model, request[0]), request[1:]
        table = self._table_of(context) if context else None
        try:
            known = table is not None and all(map(is_known, asked))
            return table.walk(asked) if table and known else None
        except (UnsureError, RecursionError):  # a list inside itself, not looked at
            return None
        except Exception as error:  # whatever it is: never an allow
            raise unanswered(self._model, request, error) from error

    def _table_of(self, context: Context) -> Table | None:
        """The rows that a context asks, under its plan; None: casbin's."""
        if context not in self._tables:
            self._tables[context] = self._compiled(context)
        return self._tables[context]

    def _compiled(self, context: Context) -> Table | None:
        plan = plan_of(self._model, context)
        if plan.reason:
            return None
        try:
            return Table(plan, load(self._model, self._rows))
        except (UnloadableError, NotCompilableError):
            return None

    def _reference(self) -> ReferenceEvaluator:
        with self._lock:
            self.fallbacks += 1
            if self._casbin is None:
                self._casbin = ReferenceEvaluator(self._model, self._rows)
            return self._casbin

    def _walks(self) -> Walks:
        if self._known_walks is None:
            self._known_walks = Walks(self._model, self._rows)
        return self._known_walks
