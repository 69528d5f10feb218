"""The error of a request that casbin raises at, naming what is odd about the request."""

from collections.abc import Sequence

from authz.engine.context import context_of, has_context
from authz.engine.model import Model
from authz.errors import EvaluationError

#: Values of these are told; of others only what kind they are, as they may be long.
_PLAIN = (int, float, complex)


def unanswered(
    model: Model, request: Sequence[object], cause: Exception
) -> EvaluationError:
    """The error to raise from `cause`, which is casbin's own."""
    return EvaluationError(request, cause, oddities(model, request))


def oddities(model: Model, request: Sequence[object]) -> tuple[str, ...]:
    """Fields that a request lacks or has too many of, or that hold no text."""
    key, asked = "r", request
    if has_context(request):
        context = context_of(model, request[0])
        if context is None:
            return (
                "the model lacks a part of the context that the request begins with",
            )
        key, asked = context.request, request[1:]
    names = model.tokens[key]
    if len(asked) != len(names):
        values = "1 value" if len(asked) == 1 else f"{len(asked)} values"
        listed = ", ".join(names)
        return (f"the request has {values}, {key} has {len(names)}: {listed}",)
    return tuple(
        f"{key}.{name} is {_told(value)}, not a text"
        for name, value in zip(names, asked, strict=True)
        if not isinstance(value, str)
    )


def _told(value: object) -> str:
    if value is None:
        return "None"
    kind = type(value).__name__
    return f"{kind} {value}" if isinstance(value, _PLAIN) else kind
