"""A model with rows, for the questions beside `decide`: who, what, why not, what if."""

from collections.abc import Sequence
from functools import cached_property

from authz.engine.compiled import CompiledEvaluator
from authz.engine.context import USUAL, Context, context_of, has_context
from authz.engine.evaluator import Evaluator
from authz.engine.expression import NotCompilableError
from authz.engine.loading import Loaded, UnloadableError, load
from authz.engine.model import Model
from authz.engine.plan import plan_of
from authz.engine.questions.kin import Kin
from authz.engine.questions.sheet import Sheet
from authz.engine.rows import Row
from authz.engine.walks import Walks


class Book:
    """A model with rows, for the questions beside `decide`.

    Args:
        model: of the rows.
        rows: in the order in which casbin takes them in.
        evaluator: over the same rows, made here if there is none yet.
    """

    def __init__(
        self, model: Model, rows: Sequence[Row], evaluator: Evaluator | None = None
    ) -> None:
        self.model, self.rows = model, tuple(rows)
        self.evaluator = evaluator or CompiledEvaluator(model, self.rows)
        self._sheets: dict[Context, Sheet | None] = {}

    @cached_property
    def walks(self) -> Walks:
        """The links, to be walked."""
        return Walks(self.model, self.rows)

    @cached_property
    def kin(self) -> dict[str, Kin]:
        """The links of each role definition."""
        rows: dict[str, list[Row]] = {ptype: [] for ptype in self.model.links}
        for row in self.rows:
            if row.ptype in rows:
                rows[row.ptype].append(row)
        return {name: Kin(self.model.links[name], some) for name, some in rows.items()}

    def open(self, request: Sequence[object]) -> tuple[Sheet | None, Sequence[object]]:
        """The rows that a request asks, and what it asks of them.

        There are none where the matcher or the rows are left to casbin.
        """
        context: Context | None = USUAL
        if has_context(request):
            context = context_of(self.model, request[0])
            request = request[1:]
        return (self._sheet(context) if context else None), request

    def width(self, request: Sequence[object]) -> int:
        """How many values a request must have, beside its context."""
        is_usual = not has_context(request)
        context = USUAL if is_usual else context_of(self.model, request[0])
        return len(self.model.tokens[(context or USUAL).request])

    def _sheet(self, context: Context) -> Sheet | None:
        if context not in self._sheets:
            self._sheets[context] = self._read(context)
        return self._sheets[context]

    def _read(self, context: Context) -> Sheet | None:
        plan = plan_of(self.model, context)
        if plan.reason or self._loaded is None:
            return None
        try:
            return Sheet(
                plan, _placed(self._loaded, context.policy, self.rows), self.kin
            )
        except NotCompilableError:
            return None

    @cached_property
    def _loaded(self) -> Loaded | None:
        try:
            return load(self.model, self.rows)
        except UnloadableError:
            return None


def _placed(loaded: Loaded, policy: str, rows: Sequence[Row]) -> list[Row]:
    """The rows of a policy in casbin's order, each with its place.

    INVARIANT: sorts are stable, so rows that are equal come out as they went in.
    """
    known: dict[tuple[str, ...], list[Row]] = {}
    for row in reversed(rows):
        if row.ptype == policy:
            known.setdefault(row.values, []).append(row)
    return [known[values].pop() for values in loaded.policies[policy]]
