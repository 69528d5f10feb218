"""Why a question had no answer, without anything that was sent in it."""

import traceback
from collections.abc import Sequence
from types import SimpleNamespace
from typing import NamedTuple

# casbin brings it, without types
from simpleeval import AttributeDoesNotExist  # type: ignore[import-untyped,unused-ignore]

from authz.errors import EvaluationError
from authz.folder.feeds import AbsentError

_FUNCTIONS = "casbin.util.builtin_operators"


class Unanswered(NamedTuple):
    """For the log.

    Attributes:
        key: the same for the same fault, whatever was sent: callers make no new ones.
        text: what there is to mend.
    """

    key: tuple[str, str]
    text: str


def unanswered(
    error: AbsentError | EvaluationError, tokens: Sequence[str]
) -> Unanswered:
    """What an error says of the model, the rows and the kinds of what was sent.

    INVARIANT: no value that was sent is in it: casbin's own texts quote them.
    """
    if isinstance(error, AbsentError):  # a path of pdp.toml
        return Unanswered(("", str(error)), str(error))
    cause = error.__cause__
    kind, place = type(cause).__name__, _place(cause)
    odd = [
        f"r.{token} is {_kind(value)}"
        for token, value in zip(tokens, error.request, strict=False)
        if not isinstance(value, str)
    ]
    told = "; ".join((f"{kind} in {place}", *odd))
    return Unanswered((kind, place), f"{told}; ask with Delega-Explain: 1 for more")


def _place(cause: BaseException | None) -> str:
    """The attribute or function that it was about, as the matcher names it."""
    if isinstance(cause, AttributeDoesNotExist):
        return f"the attribute {cause.attr}"
    for frame, _ in traceback.walk_tb(cause.__traceback__ if cause else None):
        if frame.f_globals.get("__name__") == _FUNCTIONS:
            first, *others = frame.f_code.co_name.removesuffix("_func").split("_")
            return first + "".join(map(str.title, others))
    return "the matcher"


def _kind(value: object) -> str:
    return "object" if isinstance(value, SimpleNamespace) else type(value).__name__
