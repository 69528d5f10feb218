"""Rows that many sets of rows have in common, indexed once.

Every account of a panel has the same grants and presets; its own rows come on top. The
answers are those of all the rows together, written out in that order.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import overload

from typing_extensions import override

from authz.engine.atoms import asked_by
from authz.engine.compiled import CompiledEvaluator
from authz.engine.context import USUAL
from authz.engine.effect import BY_SUBJECT
from authz.engine.evaluator import Evaluator, EvaluatorFactory
from authz.engine.expression import NotCompilableError
from authz.engine.loading import Loaded, UnloadableError, load
from authz.engine.model import Model
from authz.engine.nodes import Link, walk
from authz.engine.plan import Plan, plan_of
from authz.engine.roles import Graph, LayeredGraph
from authz.engine.rows import Changed, Row
from authz.engine.table import Table


class Layers:
    """An evaluator for any set of rows on top of shared ones.

    Args:
        model: of all the rows.
        shared: the rows that come first. One of `g` whose last column is `everywhere`
            counts in every domain, once in each set of rows: as written out there.
        everywhere: no domain's own name.
        evaluator: what is made of the rows; only the compiled form shares anything.
    """

    def __init__(
        self,
        model: Model,
        shared: Sequence[Row],
        everywhere: str = "*",
        evaluator: EvaluatorFactory = CompiledEvaluator,
    ) -> None:
        self._model, self._shared = model, tuple(shared)
        self._everywhere, self._evaluator = everywhere, evaluator
        is_compiled = evaluator is CompiledEvaluator
        self._below = self._indexed() if is_compiled else None

    def evaluator(self, rows: Sequence[Row], domain: str) -> Evaluator:
        """Of the shared rows as written out in the domain, then these.

        Raises:
            RowsError: casbin can not load the rows.
        """
        own = tuple(rows)
        if table := self._layered(own, domain):
            written = _WhenAsked(lambda: (*self.written_out(domain), *own))
            return CompiledEvaluator(self._model, written, table)
        return self._evaluator(self._model, (*self.written_out(domain), *own))

    def evaluator_after(
        self, before: Evaluator, rows: Sequence[Row], domain: str, changed: Changed
    ) -> Evaluator:
        """The same, made of the one before a change where that is enough.

        Args:
            before: `evaluator` of the rows before, in the same domain.
            rows: all of them now.
            domain: theirs.
            changed: what differs.
        """
        graphs = self._graphs_after(before, changed)
        if graphs is None or self._below is None or not all(r.values for r in rows):
            return self.evaluator(rows, domain)  # what begins nowhere is not in changed
        plan, _, below = self._below
        own = tuple(rows)
        try:
            table = Table(plan, load(self._model, changed.rows, graphs), below)
        except (UnloadableError, NotCompilableError):
            return self.evaluator(rows, domain)
        written = _WhenAsked(lambda: (*self.written_out(domain), *own))
        return CompiledEvaluator(self._model, written, table)

    def _graphs_after(
        self, before: Evaluator, changed: Changed
    ) -> dict[str, Graph] | None:
        """The links that stay; None where the rows on top are not links alone."""
        table = before._table if isinstance(before, CompiledEvaluator) else None
        if table is None or self._below is None or table.shared is not self._below[2]:
            return None
        return {
            name: graph.after(changed.starts)
            for name, graph in table.graphs.items()
            if isinstance(graph, LayeredGraph)
        }

    def written_out(self, domain: str) -> tuple[Row, ...]:
        """The shared rows as they stand in a domain."""
        return tuple(self._written(row, domain) for row in self._shared)

    def _written(self, row: Row, domain: str) -> Row:
        has_domain = self._model.links.get(row.ptype, 0) > 2
        if has_domain and row.values[2:3] == (self._everywhere,):
            return Row(row.ptype, (*row.values[:2], domain, *row.values[3:]), row.place)
        return row

    def _indexed(self) -> tuple[Plan, Loaded, Table] | None:
        """The shared rows as a table; None where rows on top change how it is read."""
        plan = plan_of(self._model, USUAL)
        if plan.reason or not _may_layer(plan):
            return None
        try:
            loaded = load(self._model, self._shared)
            below = Table(plan, loaded)
        except (UnloadableError, NotCompilableError):
            return None
        return None if below.ends_wrong else (plan, loaded, below)

    def _layered(self, rows: Sequence[Row], domain: str) -> Table | None:
        if self._below is None:
            return None
        plan, shared, below = self._below
        graphs: dict[str, Graph] = {
            name: LayeredGraph(graph, self._everywhere, domain)
            for name, graph in shared.graphs.items()
        }
        try:
            return Table(plan, load(self._model, rows, graphs), below)
        except (UnloadableError, NotCompilableError):
            return None


def _may_layer(plan: Plan) -> bool:
    """Whether rows keep their order, and are settled without a look at the links."""
    is_sorted = plan.model.effect == BY_SUBJECT or "priority" in plan.tokens["p"]
    links = (node for node in walk(plan.node) if isinstance(node, Link))
    return not is_sorted and all(asked_by(link) for link in links)


class _WhenAsked(Sequence[Row]):
    """Rows that are written out when somebody looks at them."""

    def __init__(self, make: Callable[[], Sequence[Row]]) -> None:
        self._make = make

    @cached_property
    def _rows(self) -> Sequence[Row]:
        return self._make()

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    @override
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return self._rows[index]

    @override
    def __len__(self) -> int:
        return len(self._rows)
