"""Plain requests, read by a C decoder; whatever is not plain is left to the strict way.

The decoder keeps the last of two members of one name, and skips unknown ones. Neither
can pass here: every string of a body has two quotes, so a body without escapes that
was read whole has as many quotes as what was read of it, written again.

INVARIANT: an answer from here is the answer the strict way gives (tested as such).
"""

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from authz.pdp.limits import MAX_ITEMS, MAX_STRING_BYTES
from authz.pdp.messages import Action, Evaluation, Resource, Subject
from authz.pdp.strict_json import MAX_INTEGER

_Text = Annotated[str, Meta(max_length=MAX_STRING_BYTES)]
_Whole = Annotated[int, Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]
_Scalar = _Text | _Whole | float | bool | None
#: Not nested further, so never too deep.
_Plain = dict[_Text, _Scalar | list[_Scalar]]


class _Subject(Subject, frozen=True, omit_defaults=True, gc=False):
    type: _Text
    id: _Text
    properties: _Plain = msgspec.field(default_factory=dict)


class _Resource(Resource, frozen=True, omit_defaults=True, gc=False):
    type: _Text
    id: _Text
    properties: _Plain = msgspec.field(default_factory=dict)


class _Action(Action, frozen=True, omit_defaults=True, gc=False):
    name: _Text
    properties: _Plain = msgspec.field(default_factory=dict)


class _Evaluation(Evaluation, frozen=True, omit_defaults=True, gc=False):
    subject: _Subject
    action: _Action
    resource: _Resource
    context: _Plain = msgspec.field(default_factory=dict)


class _Item(msgspec.Struct, omit_defaults=True, gc=False):
    subject: _Subject | UnsetType = UNSET
    action: _Action | UnsetType = UNSET
    resource: _Resource | UnsetType = UNSET
    context: _Plain | UnsetType = UNSET


class _Batch(_Item, omit_defaults=True, gc=False):
    evaluations: Annotated[list[_Item], Meta(min_length=1, max_length=MAX_ITEMS)] = []
    options: _Plain = {}


T = TypeVar("T", bound=msgspec.Struct)
_encode = msgspec.json.Encoder().encode
_one = msgspec.json.Decoder(_Evaluation)
_many = msgspec.json.Decoder(_Batch)


def read_one(body: bytes) -> Evaluation | None:
    """The question of a plain body, None when it is not plain."""
    return _whole(_one, body)


def read_many(body: bytes) -> tuple[list[Evaluation], dict[str, Any]] | None:
    """Questions with their defaults filled in, and the options."""
    batch = _whole(_many, body)
    if batch is None or not batch.evaluations:
        return None
    questions = []
    default = {} if batch.context is UNSET else batch.context
    for item in batch.evaluations:
        subject = batch.subject if item.subject is UNSET else item.subject
        action = batch.action if item.action is UNSET else item.action
        resource = batch.resource if item.resource is UNSET else item.resource
        context = default if item.context is UNSET else item.context
        if subject is UNSET or action is UNSET or resource is UNSET:
            return None
        questions.append(Evaluation(subject, action, resource, context))
    return questions, batch.options


def _whole(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T | None:
    # a byte is a character, or there are too few of them for any string to be too long
    if not (body.isascii() or len(body) <= MAX_STRING_BYTES) or b"\\" in body:
        return None
    try:
        found = decoder.decode(body)
    except (ValueError, RecursionError):
        return None
    return found if _encode(found).count(b'"') == body.count(b'"') else None
