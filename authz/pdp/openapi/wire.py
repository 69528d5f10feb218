"""What goes over the wire, as types: the document's schemas and their words.

Requests are read by `authz.pdp.reading` and `search`; here is what these take, told
with its limits. What is not told here is ignored. Tests hold the two together.

INVARIANT: nothing here is on the way of a decision.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from authz.pdp.limits import MAX_ITEMS, MAX_STRING_BYTES
from authz.pdp.strict_json import MAX_INTEGER


class Value:
    """Any JSON, within the limits.

    No deeper than 32 levels; names and texts no longer than 1,024 bytes in UTF-8, and
    without NUL; whole numbers that are written in digits no greater than 2^53.
    """


#: Counted in characters here, since a schema can not count bytes.
Text = Annotated[str, Meta(max_length=MAX_STRING_BYTES, pattern=r"^[^\u0000]*$")]
_URL_SAFE = "^[A-Za-z0-9_-]*$"
Properties = dict[Text, Value]
Semantic = Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"]


class Subject(msgspec.Struct):
    """Who wants to act.

    Attributes:
        type: What kind of subject it is.
        id: Which one; unique within its type.
        properties: What the caller knows of it; only what the policy asks for is read.
    """

    type: Text
    id: Text
    properties: Properties = {}


class Action(msgspec.Struct):
    """What the subject wants to do.

    Attributes:
        name: Its name.
        properties: What the caller knows of it; only what the policy asks for is read.
    """

    name: Text
    properties: Properties = {}


class Resource(msgspec.Struct):
    """What the subject wants to act on.

    Attributes:
        type: What kind of resource it is.
        id: Which one; unique within its type.
        properties: What the caller knows of it; only what the policy asks for is read.
    """

    type: Text
    id: Text
    properties: Properties = {}


class EvaluationRequest(msgspec.Struct):
    """One question: may this subject do this to this resource?

    Attributes:
        subject: Who wants to act.
        action: What the subject wants to do.
        resource: What the subject wants to act on.
        context: The circumstances.
    """

    subject: Subject
    action: Action
    resource: Resource
    context: Properties = {}


class LoneRequest(EvaluationRequest):
    """Without items the request is one question, answered as such.

    Attributes:
        subject: Who wants to act.
        action: What the subject wants to do.
        resource: What the subject wants to act on.
        context: The circumstances.
        evaluations: Absent, null or empty.
    """

    evaluations: Annotated[list[Any], Meta(max_length=0)] | None = None


class Item(msgspec.Struct):
    """One question of several; what it lacks is taken whole from the request.

    Attributes:
        subject: In place of the request’s.
        action: In place of the request’s.
        resource: In place of the request’s.
        context: In place of the request’s.
    """

    subject: Subject | UnsetType = UNSET
    action: Action | UnsetType = UNSET
    resource: Resource | UnsetType = UNSET
    context: Properties | UnsetType = UNSET


class Options(msgspec.Struct):
    """How several questions are answered.

    Attributes:
        evaluations_semantic: Answer all, or end with the first refusal, or with the
            first that is allowed; the item that decided is the last one answered.
    """

    evaluations_semantic: Semantic = "execute_all"


class EvaluationsRequest(msgspec.Struct):
    """Several questions. An item that can not be answered is refused alone.

    Attributes:
        subject: Of every item that names none.
        action: Of every item that names none.
        resource: Of every item that names none.
        context: Of every item that names none.
        evaluations: The questions, answered in this order.
        options: How they are answered.
    """

    evaluations: Annotated[list[Item], Meta(min_length=1, max_length=MAX_ITEMS)]
    subject: Subject | UnsetType = UNSET
    action: Action | UnsetType = UNSET
    resource: Resource | UnsetType = UNSET
    context: Properties | UnsetType = UNSET
    options: Options | UnsetType = UNSET


class SoughtSubject(msgspec.Struct):
    """The kind of subject that is looked for; an `id` is ignored.

    Attributes:
        type: What kind of subject it is.
        properties: What the caller knows of it; only what the policy asks for is read.
    """

    type: Text
    properties: Properties = {}


class SoughtResource(msgspec.Struct):
    """The kind of resource that is looked for; an `id` is ignored.

    Attributes:
        type: What kind of resource it is.
        properties: What the caller knows of it; only what the policy asks for is read.
    """

    type: Text
    properties: Properties = {}


class Page(msgspec.Struct):
    """Which part of the results is wanted.

    Attributes:
        token: The `next_token` of the answer before; everything else as it was then.
        limit: Results to a page, 1,000 at most; a token keeps the limit of its search.
    """

    token: Annotated[str, Meta(max_length=MAX_STRING_BYTES, pattern=_URL_SAFE)] = ""
    limit: Annotated[int, Meta(ge=0, le=MAX_INTEGER)] | None = None


class SubjectSearchRequest(msgspec.Struct):
    """Who may do this?

    Attributes:
        subject: The kind of subject that is looked for.
        action: What the subject wants to do.
        resource: What the subject wants to act on.
        context: The circumstances.
        page: Which part of the results is wanted.
    """

    subject: SoughtSubject
    action: Action
    resource: Resource
    context: Properties = {}
    page: Page | UnsetType = UNSET


class ResourceSearchRequest(msgspec.Struct):
    """To what may this subject do this?

    Attributes:
        subject: Who wants to act.
        action: What the subject wants to do.
        resource: The kind of resource that is looked for.
        context: The circumstances.
        page: Which part of the results is wanted.
    """

    subject: Subject
    action: Action
    resource: SoughtResource
    context: Properties = {}
    page: Page | UnsetType = UNSET


class ActionSearchRequest(msgspec.Struct):
    """What may this subject do to this resource? An `action` is ignored.

    Attributes:
        subject: Who wants to act.
        resource: What the subject wants to act on.
        context: The circumstances.
        page: Which part of the results is wanted.
    """

    subject: Subject
    resource: Resource
    context: Properties = {}
    page: Page | UnsetType = UNSET
