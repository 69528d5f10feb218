"""Which engine is fuzzed, and how much of the work it leaves to casbin."""

from authz.engine import CompiledEvaluator


def engine() -> type[CompiledEvaluator]:
    """The engine under test."""
    return CompiledEvaluator


def is_compiled(evaluator: object) -> bool:
    """Whether it has indexes of its own; without, casbin answers everything."""
    return getattr(evaluator, "_table", None) is not None


def left_to_casbin(evaluator: object) -> int:
    """How many questions it asked casbin."""
    return getattr(evaluator, "fallbacks", 0)


def why_not(evaluator: object) -> list[str]:
    """Why a model is not compiled, nothing if it is."""
    if not isinstance(evaluator, CompiledEvaluator) or is_compiled(evaluator):
        return []
    return [evaluator.plan.reason or "casbin must say what it makes of these rows"]
