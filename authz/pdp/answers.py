"""Access evaluation and access evaluations (AuthZEN 1.0, sections 6 and 7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from authz.pdp.messages import BadRequestError, Evaluation, ItemError, Outcome, Source
from authz.pdp.strict_json import parse

MAX_ITEMS = 1_000
_ENTITIES = ("subject", "action", "resource")
_STOPS: Mapping[str, bool | None] = {
    "execute_all": None,
    "deny_on_first_deny": False,
    "permit_on_first_permit": True,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A response body, and the oldest revision any of its decisions was true for."""

    body: bytes
    revision: int | None


def answer_one(source: Source, body: bytes) -> Answer:
    """Answer an access evaluation request.

    Raises:
        BadRequestError: no decision was made, HTTP 400.
        ItemError: this caller gets no decision on that, with its status.
    """
    return _single(source, parse(body))


def answer_many(source: Source, body: bytes) -> Answer:
    """Answer an access evaluations request; without `evaluations` it is a single one.

    Defaults are whole entities: an item's `subject` replaces the top-level one, nothing
    is merged. Answers stop after the item that decided, which is the last returned.

    Raises:
        BadRequestError: the whole payload is no request, HTTP 400.
    """
    request = parse(body)
    items = request.get("evaluations")
    if items is None or items == []:
        return _single(source, request)
    if not isinstance(items, list) or not all(isinstance(i, dict) for i in items):
        raise BadRequestError("`evaluations` must be an array of objects")
    if len(items) > MAX_ITEMS:
        raise BadRequestError(f"`evaluations` holds more than {MAX_ITEMS} items")
    stop = _semantic(request.get("options", {}))
    defaults = {
        name: request[name] for name in (*_ENTITIES, "context") if name in request
    }
    outcomes = list(_until(stop, source, ({**defaults, **item} for item in items)))
    revisions = [outcome.revision for outcome in outcomes if outcome.revision >= 0]
    return Answer(
        body=msgspec.json.encode({"evaluations": [_decision(o) for o in outcomes]}),
        revision=min(revisions, default=None),
    )


def _single(source: Source, request: Mapping[str, Any]) -> Answer:
    outcome = source.decide(_evaluation(request))
    return Answer(
        body=msgspec.json.encode(_decision(outcome)), revision=outcome.revision
    )


def _until(
    stop: bool | None, source: Source, items: Iterator[Mapping[str, Any]]
) -> Iterator[Outcome]:
    for item in items:
        outcome = _guarded(source, item)
        yield outcome
        if outcome.allowed is stop:
            return


def _guarded(source: Source, item: Mapping[str, Any]) -> Outcome:
    """An item that fails is refused, with the failure in its context."""
    try:
        return source.decide(_evaluation(item))
    except BadRequestError as error:
        failure = {"status": 400, "message": str(error)}
    except ItemError as error:
        failure = {"status": error.status, "message": str(error)}
    return Outcome(allowed=False, revision=-1, context={"error": failure})


def _evaluation(request: Mapping[str, Any]) -> Evaluation:
    try:
        return msgspec.convert(request, Evaluation)
    except msgspec.ValidationError as error:
        raise BadRequestError(str(error)) from error


def _semantic(options: Any) -> bool | None:
    if not isinstance(options, dict):
        raise BadRequestError("`options` must be an object")
    name = options.get("evaluations_semantic", "execute_all")
    if not isinstance(name, str) or name not in _STOPS:
        raise BadRequestError(
            f"unknown `evaluations_semantic` {name!r}; there are {', '.join(_STOPS)}"
        )
    return _STOPS[name]


def _decision(outcome: Outcome) -> dict[str, Any]:
    body: dict[str, Any] = {"decision": outcome.allowed}
    if outcome.context:
        body["context"] = outcome.context
    return body
