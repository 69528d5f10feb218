"""Questions as callers write them, and as AuthZEN does."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from authz.client.errors import BadRequestError

#: A text, a pair (type, id), or an entity of AuthZEN as it is.
Entity = str | tuple[str, str] | Mapping[str, Any]
#: A name, or an action of AuthZEN as it is.
Act = str | Mapping[str, Any]
Context = Mapping[str, Any] | None
#: Stands for any record of its kind, where a text names the kind alone.
ANY = "*"


class Question(NamedTuple):
    """May this subject do that, to this resource?"""

    subject: Entity
    action: Act
    resource: Entity
    context: Context = None


def evaluation(question: Question) -> dict[str, Any]:
    """A question as the standard writes it.

    Raises:
        BadRequestError: a part of it can not be read.
    """
    return with_context(
        {
            "subject": subject_of(question.subject),
            "action": action_of(question.action),
            "resource": resource_of(question.resource),
        },
        question.context,
    )


def with_context(body: dict[str, Any], context: Context) -> dict[str, Any]:
    """Added when there is one."""
    if context is None:
        return body
    return {**body, "context": _mapping("context", context)}


def subject_of(said: Entity) -> dict[str, Any]:
    """A text is the id of a user."""
    if isinstance(said, str):
        return {"type": "user", "id": said}
    return _entity("subject", said)


def resource_of(said: Entity) -> dict[str, Any]:
    """A text is a kind of resource, whichever record."""
    if isinstance(said, str):
        return {"type": said, "id": ANY}
    return _entity("resource", said)


def action_of(said: Act) -> dict[str, Any]:
    """A text is its name."""
    if isinstance(said, str):
        return {"name": said}
    return _mapping("action", said)


def written(body: Mapping[str, Any]) -> bytes:
    """A request body.

    Raises:
        BadRequestError: something in it has no form in JSON.
    """
    try:
        return json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRequestError(f"the question can not be written: {error}") from error


def _entity(name: str, said: Any) -> dict[str, Any]:
    if isinstance(said, tuple) and len(said) == 2:
        return {"type": said[0], "id": said[1]}
    return _mapping(name, said)


def _mapping(name: str, said: Any) -> dict[str, Any]:
    if not isinstance(said, Mapping):
        raise BadRequestError(f"the {name} of a question is no {type(said).__name__}")
    return dict(said)
