"""Answers and errors as HTTP sees them: a status, headers and bytes."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from authz.pdp.deciding import Answer, answer_of
from authz.pdp.errors import BadRequestError, ItemError, LimitError
from authz.pdp.limits import LIMITS, MAX_STRING_BYTES
from authz.pdp.messages import Outcome

Headers = Mapping[str, str]
#: What is read of a request's headers, in lower case as everywhere in here.
HEADERS = (
    "accept",
    "content-type",
    "delega-at-least",
    "delega-explain",
    "x-request-id",
)
#: An id of another form is not sent back: it could end a line.
_PLAIN_ID = re.compile(rf"[\x20-\x7e]{{1,{MAX_STRING_BYTES}}}")
_CODES = {
    400: "bad_request",
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    429: "too_many_decisions",
    500: "broken",
    503: "not_ready",
}
_JSON = ("Content-Type", "application/json")
_PROBLEM = ("Content-Type", "application/problem+json")


class Reply(NamedTuple):
    """What to send.

    Attributes:
        decisions: how many were made for it, for throttles and counters.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    decisions: int = 0


def reply(answer: Answer, headers: Headers) -> Reply:
    """An answer; what differs from one time to the next stands in its headers."""
    sent = [_JSON, ("Delega-Revision", str(answer.revision))]
    if answer.release:
        sent.append(("Delega-Release", answer.release))
    _name(sent, headers)
    return Reply(200, sent, answer.body, answer.decisions)


def told(outcome: Outcome, name: str) -> Reply:
    """The answer to one question, in a request of that name."""
    return reply(answer_of(outcome), {"x-request-id": name})


def refusal(error: BadRequestError | ItemError, headers: Headers) -> Reply:
    """No decision: the request, or the caller, is not one to answer, or not now."""
    code = _CODES.get(error.status, "not_answered")
    more: Mapping[str, Any] = {}
    if isinstance(error, LimitError):
        code, more = "limit", {"limit": error.limit, "limits": dict(LIMITS)}
    answer = _error(error.status, code, str(error), headers, more)
    if isinstance(error, ItemError) and error.retry_after:
        answer.headers.append(("Retry-After", str(error.retry_after)))
    return answer


def _error(
    status: int, code: str, detail: str, headers: Headers, more: Mapping[str, Any]
) -> Reply:
    """A message string, as section 10 has it; a problem (RFC 9457) for who asks for it."""
    body: Any = detail
    kind = _JSON
    if "application/problem+json" in headers.get("accept", ""):
        body = {
            "type": f"urn:delega:problem:{code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "code": code,
            "detail": detail,
            **more,
        }
        kind = _PROBLEM
    answer = Reply(status, [kind], msgspec.json.encode(body))
    _name(answer.headers, headers)
    return answer


def plain_id(headers: Headers) -> str | None:
    """The name that a request brought, if it may be sent back."""
    identity = headers.get("x-request-id")
    plain = identity is not None and _PLAIN_ID.fullmatch(identity)
    return identity if plain else None


def _name(sent: list[tuple[str, str]], headers: Headers) -> None:
    identity = plain_id(headers)
    if identity is not None:
        sent.append(("X-Request-ID", identity))
