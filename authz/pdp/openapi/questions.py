"""Examples for the five endpoints, about whatever names a service has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from authz.decision import Reason
from authz.pdp.kinds import Kind
from authz.pdp.openapi.operations import Example
from authz.pdp.reasons import denial

Found = Sequence[Mapping[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """What the examples are about.

    Attributes:
        action: the subject may do it to the resource.
        refused: the subject may not, for lack of a permission.
        subjects: who else may do `action`; `resources` and `actions` likewise.
        context: of every question.
        path: names of the path -> what is put in.
        why_not: the context of the refusal.
    """

    subject: Mapping[str, str]
    action: str
    refused: str
    resource: Mapping[str, str]
    subjects: Found
    resources: Found
    actions: Found
    context: Mapping[str, Any] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    why_not: Mapping[str, Any] = field(
        default_factory=lambda: denial(Reason.NO_PERMISSION)
    )


#: Of nobody's service: a folder has names of its own.
ANYBODY = Names(
    subject={"type": "user", "id": "alice"},
    action="read",
    refused="delete",
    resource={"type": "document", "id": "17"},
    subjects=({"type": "user", "id": "alice"},),
    resources=({"type": "document", "id": "17"},),
    actions=({"name": "read"},),
    why_not={"code": "no_permission"},
)


def questions(names: Names) -> dict[Kind, tuple[Example, ...]]:
    """Requests, and how they are answered."""
    made = {
        Kind.EVALUATION: _evaluation(names),
        Kind.EVALUATIONS: (_evaluations(names),),
        Kind.SEARCH_SUBJECT: (_subjects(names),),
        Kind.SEARCH_RESOURCE: (_resources(names),),
        Kind.SEARCH_ACTION: (_actions(names),),
    }
    return {
        kind: tuple(replace(each, path=names.path) for each in examples)
        for kind, examples in made.items()
    }


def _request(names: Names, **members: Any) -> dict[str, Any]:
    """In the order of a sentence; a member that is None is left out."""
    whole = {
        "subject": dict(names.subject),
        "action": {"name": names.action},
        "resource": dict(names.resource),
        "context": dict(names.context) or None,
        **members,
    }
    return {name: value for name, value in whole.items() if value is not None}


def _evaluation(names: Names) -> tuple[Example, ...]:
    refused = _request(names, action={"name": names.refused})
    return (
        Example(
            name="allowed",
            words="It may be done",
            body=_request(names),
            answer={"decision": True},
        ),
        Example(
            name="refused",
            words="It must not be done, and why",
            body=refused,
            answer=_refusal(names),
        ),
    )


def _refusal(names: Names) -> dict[str, Any]:
    return {"decision": False, "context": dict(names.why_not)}


def _evaluations(names: Names) -> Example:
    items = [{"action": {"name": name}} for name in (names.action, names.refused)]
    return Example(
        name="several",
        words="Two actions, of one subject on one resource",
        body=_request(names, action=None, evaluations=items),
        answer={"evaluations": [{"decision": True}, _refusal(names)]},
    )


def _subjects(names: Names) -> Example:
    wanted = {"type": names.subject["type"]}
    return Example(
        name="who",
        words="Who may do this",
        body=_request(names, subject=wanted),
        answer=_page(names.subjects),
    )


def _resources(names: Names) -> Example:
    wanted = {"type": names.resource["type"]}
    return Example(
        name="to_what",
        words="To what this may be done",
        body=_request(names, resource=wanted, page={"limit": 10}),
        answer=_page(names.resources),
    )


def _actions(names: Names) -> Example:
    return Example(
        name="what",
        words="What may be done",
        body=_request(names, action=None),
        answer=_page(names.actions),
    )


def _page(found: Found) -> dict[str, Any]:
    return {"page": {"next_token": ""}, "results": [dict(each) for each in found]}
