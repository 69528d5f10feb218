"""Any Casbin model: rows, the one Evaluator interface, and casbin itself behind it.

Knows nothing of accounts, tables or the web. `ReferenceEvaluator` is casbin and so the
definition of right; `CompiledEvaluator` answers exactly as it does, from indexes. To read
in this order: model, nodes, expression, evaluation, atoms, plan, roles, patterns, loading,
lane, reach, table, compiled (docs/engine.md).
"""

from authz.engine.compiled import CompiledEvaluator
from authz.engine.evaluator import Evaluator, Explanation
from authz.engine.gate import gate
from authz.engine.model import Model, read_model
from authz.engine.plan import Plan
from authz.engine.reference import ReferenceEvaluator
from authz.engine.rows import Row, read_policy_csv, write_policy_csv

__all__ = [
    "CompiledEvaluator",
    "Evaluator",
    "Explanation",
    "Model",
    "Plan",
    "ReferenceEvaluator",
    "Row",
    "gate",
    "read_model",
    "read_policy_csv",
    "write_policy_csv",
]
