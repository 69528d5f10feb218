"""`casbin.Enforcer` with its own names and answers, decided from immutable tables.

casbin keeps model and rows (`keeper.py`); a decision asks a snapshot of them, made by
the first question after a change. What rows alone do not decide is asked of casbin.
See docs/drop-in.md, which lists every difference.
"""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from casbin.util.util import has_eval
from typing_extensions import override

from authz.engine.context import USUAL, Context, context_of, has_context
from authz.engine.dropin.keeper import Keeper
from authz.engine.dropin.linked import forget_strangers
from authz.engine.dropin.pasted import ConditionError, problem_of
from authz.engine.dropin.snapshot import Snapshot, model_read_from, state_of
from authz.engine.gate.gates import gate
from authz.engine.lock import CASBIN_LOCK
from authz.engine.model import model_of
from authz.engine.rows import Row

#: How many questions casbin answers before what it keeps of unknown names is dropped.
ASKS_PER_TIDY = 1_024


class Enforcer(Keeper):
    """In the place of `casbin.Enforcer`: the same arguments, methods and answers.

    Any number of threads may ask and change it. A question that runs beside a change
    is answered by all of the old rows or all of the new; one that is asked after a
    change has returned, by the new.

    Args:
        model: path of a model.conf, or a `casbin.Model`.
        adapter: path of a policy.csv, or a casbin adapter.
        enable_log: as casbin's.
        logging_config: as casbin's.
        run_any_condition: let casbin evaluate conditions in rows that are more than
            comparisons. They are code, written by whoever writes rows.
        use_gate: refuse every question while rows stand that casbin reads unsafely.

    Raises:
        ConditionError: at a question that reaches such a row, without the option.
        RowsError: at a question, what the gate refuses.
    """

    _snapshot: Snapshot | None = None
    _latest: Snapshot | None = None
    _asks = 0
    _context: Context = USUAL

    def __init__(  # noqa: PLR0913  (casbin's own four come first)
        self,
        model: Any = None,
        adapter: Any = None,
        enable_log: bool = False,
        logging_config: dict[str, Any] | None = None,
        *,
        run_any_condition: bool = False,
        use_gate: bool = False,
    ) -> None:
        self._runs_any_condition, self._uses_gate = run_any_condition, use_gate
        super().__init__(model, adapter, enable_log, logging_config)

    def enforce(self, *rvals: Any) -> bool:
        """Decide one request."""
        snapshot = self._snapshot
        if snapshot and self.enabled and not self._owner and self.logger.disabled:
            answer = snapshot.answer(rvals)
            if answer is not None:
                return answer
        return self.enforce_ex(*rvals)[0]  # type: ignore[no-any-return]

    def enforce_ex(self, *rvals: Any) -> Any:
        """Decide one request and name the row that casbin names."""
        if not self.enabled:
            return [True, []]
        found = None
        if not (self._is_changing and self.is_inside()):
            found = (self._snapshot or self._current()).explain(rvals)
        if found is None:
            return self._ask_casbin(rvals)
        self._log(rvals, found[0])
        return found

    def batch_enforce(self, rvals: Iterable[Sequence[Any]]) -> list[bool]:
        """Decide requests, all of them by the same rows."""
        requests = [tuple(request) for request in rvals]
        before = self._snapshot
        if before is not None:
            answers = [self.enforce(*request) for request in requests]
            if self._snapshot is before:
                return answers
        with CASBIN_LOCK:
            return [self.enforce(*request) for request in requests]

    @override
    def changed(self) -> None:
        """The next question finds no snapshot and makes one."""
        super().changed()
        self._snapshot = None

    def _current(self) -> Snapshot:
        """The rows as they are, compiled once however many threads ask."""
        with self.turn(changes=False):
            if self._snapshot is not None:
                return self._snapshot
            state, latest = state_of(self), self._latest
            if latest is None or latest.state != state or state is None:
                if self._uses_gate:
                    self._pass_gate()
                latest = Snapshot(state)
            self._latest = latest
            if self.is_watched():
                self._snapshot = latest
            return latest

    def _pass_gate(self) -> None:
        live, path = self.model, self.model_path
        text = Path(path).read_text(encoding="utf-8") if path else ""
        model = model_of(live.model, text, path or "model.conf")
        rows = [
            Row(ptype, tuple(map(str, values)))
            for section in ("p", "g")
            for ptype, assertion in (live[section] or {}).items()
            for values in assertion.policy
        ]
        gate(model, rows)

    def _ask_casbin(self, rvals: Sequence[Any]) -> Any:
        with self.turn(changes=False):
            before = self._context
            model = model_read_from(self.model)
            self._context = (
                model and has_context(rvals) and context_of(model, rvals[0])
            ) or USUAL
            try:
                return super().enforce_ex(*rvals)
            finally:
                self._context = before
                self._tidy()

    def _get_expression(self, expr: str, functions: Any = None) -> Any:
        """The matcher casbin is about to evaluate for a row."""
        if not self._runs_any_condition:
            self._look_at(expr)
        return super()._get_expression(expr, functions)

    def _look_at(self, expr: str) -> None:
        model = model_read_from(self.model)
        matchers = [matcher.value for matcher in self.model["m"].values()]
        if expr in matchers or not any(map(has_eval, matchers)):
            return
        problem = problem_of(expr, model, self._context) if model else "no such model"
        if problem:
            raise ConditionError(problem)

    def _tidy(self) -> None:
        """INVARIANT: names asked about, and known to no row, take no memory for long."""
        self._asks += 1
        if self._asks % ASKS_PER_TIDY == 0:
            for manager in self.rm_map.values():
                forget_strangers(manager)

    def _log(self, rvals: Sequence[Any], allowed: bool) -> None:
        level = logging.INFO if allowed else logging.WARNING
        if self.logger.isEnabledFor(level):
            values = rvals[1:] if has_context(rvals) else rvals
            told = ", ".join(map(str, values))
            self.logger.log(level, "Request: %s ---> %s", told, allowed)
