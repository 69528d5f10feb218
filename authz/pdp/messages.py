"""The messages of AuthZEN 1.0 (sections 5 to 7) and the one thing pdp asks for."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from authz.errors import AuthzError

Properties = dict[str, Any]


class Subject(msgspec.Struct, frozen=True):
    """Who asks to act; `id` is unique within `type`."""

    type: str
    id: str
    properties: Properties = {}


class Resource(msgspec.Struct, frozen=True):
    """On what."""

    type: str
    id: str
    properties: Properties = {}


class Action(msgspec.Struct, frozen=True):
    """To do what."""

    name: str
    properties: Properties = {}


class Evaluation(msgspec.Struct, frozen=True):
    """One question; unknown members were ignored, as section 10 asks."""

    subject: Subject
    action: Action
    resource: Resource
    context: Properties = {}


class BadRequestError(AuthzError):
    """The request is no request: HTTP 400, and no decision was made."""


class ItemError(AuthzError):
    """One question can not be answered.

    Attributes:
        status: what HTTP says of it when it is the only one; inside a batch it stands
            in that item's context, and the item is refused.
    """

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a source answers.

    Attributes:
        context: told to the caller with a denial; the same for the same question.
        revision: the state it was true for.
    """

    allowed: bool
    revision: int
    context: Mapping[str, Any] = {}


class Source(Protocol):
    """Whatever can decide."""

    def decide(self, question: Evaluation) -> Outcome:
        """Answer one question.

        Raises:
            ItemError: it can not be answered for this caller.
            NotReadyError: no answer can be given now.
        """
        ...
