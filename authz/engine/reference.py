"""casbin itself: built fresh for a set of rows, never reloaded, never mutated.

This is the definition of right. Every casbin call stands behind one process-wide lock
(`lock.py`).
"""

from collections.abc import Sequence
from typing import Any

import casbin
from casbin.persist import Adapter as CasbinAdapter

from authz.engine.evaluator import Explanation
from authz.engine.lock import CASBIN_LOCK
from authz.engine.model import Model, casbin_model
from authz.engine.rows import Row
from authz.engine.unanswered import unanswered
from authz.engine.walks import Walks
from authz.errors import Fault, RowsError


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
        self._model, self._rows = model, tuple(rows)
        with CASBIN_LOCK:
            try:
                parsed = casbin_model(model.text)
                self._enforcer = casbin.Enforcer(parsed, _Rows(self._rows))
            except Exception as error:  # casbin raises bare RuntimeError and worse
                text = f"casbin can not load these rows: {error}"
                raise RowsError([Fault(code="DLG117", message=text)]) from error
        self._walks = Walks(model, self._rows)

    def decide(self, request: Sequence[object]) -> bool:
        """Ask casbin."""
        return self._ask(request)[0]

    def explain(self, request: Sequence[object]) -> Explanation:
        """Ask casbin, then walk the links of the row it stopped at."""
        allowed, values = self._ask(request)
        row = self._walks.row(request, values)
        paths = self._walks.paths(request, row) if row else ()
        return Explanation(allowed=allowed, row=row, paths=paths)

    def path(self, start: str, goal: str, domain: str) -> tuple[Row, ...] | None:
        """The shortest walk over `g`, inside the domain if `g` has one."""
        return self._walks.path(start, goal, domain)

    def reaches(self, start: str, goal: str, domain: str) -> bool:
        """Whether there is such a walk."""
        return self.path(start, goal, domain) is not None

    def standing(self, known: Sequence[str]) -> None:
        """Casbin does not say what it looks at."""

    def _ask(self, request: Sequence[object]) -> tuple[bool, list[str]]:
        with CASBIN_LOCK:
            try:
                allowed, values = self._enforcer.enforce_ex(*request)
            except Exception as error:  # whatever it is: never an allow
                raise unanswered(self._model, request, error) from error
        return bool(allowed), list(values)
