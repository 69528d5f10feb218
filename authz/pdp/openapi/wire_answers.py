"""What is answered, as types: the document's schemas and their words."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType


class Words(msgspec.Struct):
    """A sentence in both languages; it may become better.

    Attributes:
        it: In Italian.
        en: In English.
    """

    it: str
    en: str


class ItemFailure(msgspec.Struct):
    """Why an item of several could not be answered.

    Attributes:
        status: The status that it would have had alone.
        message: What was wrong.
    """

    status: int
    message: str


class Reason(msgspec.Struct):
    """What led to a decision, where there is something to say. Further members may come.

    Attributes:
        code: Why it was refused; a code is never renamed.
        reason_user: For the user.
        reason_admin: For whoever keeps the policy.
        error: Why this item could not be answered, and so was refused.
        trace: The rows that led to it, with `Delega-Explain` alone.
    """

    code: str | UnsetType = UNSET
    reason_user: Words | UnsetType = UNSET
    reason_admin: Words | UnsetType = UNSET
    error: ItemFailure | UnsetType = UNSET
    trace: Any = UNSET


class Decision(msgspec.Struct):
    """True: it may be done. False: it must not. A refusal is no error.

    Attributes:
        decision: Whether it may be done.
        context: Why.
    """

    decision: bool
    context: Reason | UnsetType = UNSET


class Decisions(msgspec.Struct):
    """One decision for each item, in their order, up to the one that decided.

    Attributes:
        evaluations: The decisions.
    """

    evaluations: list[Decision]


class NextPage(msgspec.Struct):
    """How a search goes on.

    Attributes:
        next_token: For the next page; empty when nothing is left.
    """

    next_token: str


class FoundEntity(msgspec.Struct):
    """A subject or a resource about which the decision is true.

    Attributes:
        type: What kind it is.
        id: Which one it is.
    """

    type: str
    id: str


class FoundAction(msgspec.Struct):
    """An action about which the decision is true.

    Attributes:
        name: Its name.
    """

    name: str


class FoundEntities(msgspec.Struct):
    """A page of subjects or of resources.

    Attributes:
        page: How the search goes on.
        results: What was found; nothing, for names that nobody knows.
    """

    page: NextPage
    results: list[FoundEntity]


class FoundActions(msgspec.Struct):
    """A page of actions.

    Attributes:
        page: How the search goes on.
        results: What was found; nothing, for names that nobody knows.
    """

    page: NextPage
    results: list[FoundAction]


class Metadata(msgspec.Struct):
    """Where everything is.

    Attributes:
        policy_decision_point: The address of the service.
        access_evaluation_endpoint: Where one question is asked.
        access_evaluations_endpoint: Where several questions are asked.
        search_subject_endpoint: Where subjects are looked for.
        search_resource_endpoint: Where resources are looked for.
        search_action_endpoint: Where actions are looked for.
    """

    policy_decision_point: str
    access_evaluation_endpoint: str
    access_evaluations_endpoint: str
    search_subject_endpoint: str
    search_resource_endpoint: str
    search_action_endpoint: str


class Problem(msgspec.Struct):
    """No decision, as a problem (RFC 9457). Further members may come.

    Attributes:
        type: A name for this kind of problem, with its code.
        title: The status in words.
        status: The status.
        code: What is wrong, for programs.
        detail: What is wrong, for people.
        request_id: The request’s name in our log.
        limit: Which of the limits was passed.
        limits: All limits, with their numbers.
    """

    type: str
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    code: str
    detail: str
    request_id: str | UnsetType = UNSET
    limit: str | UnsetType = UNSET
    limits: dict[str, int] | UnsetType = UNSET
