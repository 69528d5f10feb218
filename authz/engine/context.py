"""Which of a model's definitions a request asks: r, p and m, or others."""

from collections.abc import Sequence
from typing import NamedTuple

from casbin.core_enforcer import EnforceContext

from authz.engine.model import Model


class Context(NamedTuple):
    """The keys of one request definition, one policy definition and one matcher.

    The effect is `e` whatever casbin's own context says: casbin ignores that part.
    """

    request: str = "r"
    policy: str = "p"
    matcher: str = "m"


#: What a request asks that does not begin with a context.
USUAL = Context()


def has_context(request: Sequence[object]) -> bool:
    """Whether it begins with casbin's `EnforceContext`."""
    return len(request) > 0 and isinstance(request[0], EnforceContext)


def context_of(model: Model, given: EnforceContext) -> Context | None:
    """The same in our words, None where the model lacks a part of it."""
    request, policy, matcher = given.rtype, given.ptype, given.mtype
    if (
        request in _keys(model, "r")
        and policy in _keys(model, "p")
        and matcher in list(model.matchers)
    ):
        return Context(request, policy, matcher)
    return None


def _keys(model: Model, letter: str) -> list[str]:
    return [key for key in model.tokens if key.startswith(letter)]
