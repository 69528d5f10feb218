"""Any Casbin model: rows, the one Evaluator interface, and casbin itself behind it.

Knows nothing of accounts, tables or the web. `ReferenceEvaluator` is casbin and so the
definition of right; `CompiledEvaluator` answers exactly as it does, from indexes. To read
in this order: model, nodes, expression, evaluation, atoms, plan, roles, patterns, loading,
lane, reach, table, compiled, layers, standing, reference (docs/engine.md). Rooms beside it:
`gate` and `traps` (what is refused), `questions` (who may, why not), `dropin` (casbin's own
`Enforcer`, docs/drop-in.md; it loads when it is first used).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from authz.engine.compiled import CompiledEvaluator
from authz.engine.evaluator import Evaluator, EvaluatorFactory, Explanation
from authz.engine.gate import Gate, gate, row_faults
from authz.engine.gate.nobody import nobody_row
from authz.engine.gate.row_rules import wrong_columns
from authz.engine.layers import Layers
from authz.engine.model import Model, read_model
from authz.engine.plan import Plan
from authz.engine.questions.book import Book
from authz.engine.questions.changes import changes_for
from authz.engine.questions.nearest import Deciding, Failed, Near, deciding, nearest
from authz.engine.questions.parts import FREE
from authz.engine.questions.proposals import Change
from authz.engine.questions.search import Answer, search
from authz.engine.reference import ReferenceEvaluator
from authz.engine.rows import (
    Changed,
    Row,
    as_casbin,
    hidden_in,
    read_policy_csv,
    write_policy_csv,
)
from authz.engine.traps.conf import read_conf
from authz.engine.traps.conf_traps import conf_traps, rewritten_texts
from authz.engine.traps.trap import Trap

if TYPE_CHECKING:
    from authz.engine.dropin.enforcer import Enforcer
    from authz.engine.dropin.pasted import ConditionError

_HOME_OF = {
    "ConditionError": "authz.engine.dropin.pasted",
    "Enforcer": "authz.engine.dropin.enforcer",
}

__all__ = [
    "FREE",
    "Answer",
    "Book",
    "Change",
    "Changed",
    "CompiledEvaluator",
    "ConditionError",
    "Deciding",
    "Enforcer",
    "Evaluator",
    "EvaluatorFactory",
    "Explanation",
    "Failed",
    "Gate",
    "Layers",
    "Model",
    "Near",
    "Plan",
    "ReferenceEvaluator",
    "Row",
    "Trap",
    "as_casbin",
    "changes_for",
    "conf_traps",
    "deciding",
    "gate",
    "hidden_in",
    "nearest",
    "nobody_row",
    "read_conf",
    "read_model",
    "read_policy_csv",
    "rewritten_texts",
    "row_faults",
    "search",
    "write_policy_csv",
    "wrong_columns",
]


if not TYPE_CHECKING:  # else a type checker would believe in every name

    def __getattr__(name: str) -> Any:
        if name not in _HOME_OF:
            raise AttributeError(f"module 'authz.engine' has no attribute {name!r}")
        return getattr(import_module(_HOME_OF[name]), name)
