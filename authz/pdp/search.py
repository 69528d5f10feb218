"""Search for subjects, resources and actions (AuthZEN 1.0, section 8).

INVARIANT: a result is a candidate that `decide` allowed, so that search and evaluation
can not disagree, however indirectly something was granted.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from authz.pdp.deciding import Answer
from authz.pdp.errors import BadRequestError, ItemError
from authz.pdp.limits import MAX_CANDIDATES, MAX_RESULTS
from authz.pdp.messages import (
    Action,
    Evaluation,
    Properties,
    Resource,
    Subject,
    Wanted,
)
from authz.pdp.page_token import PageTokens, Place, sort_key
from authz.pdp.reading import to
from authz.pdp.source import Caller, Source
from authz.pdp.strict_json import parse

_encode = msgspec.json.Encoder(order="deterministic").encode


class _Page(msgspec.Struct, frozen=True):
    token: str = ""
    limit: Annotated[int, Meta(ge=0)] | None = None


class _Search(msgspec.Struct, frozen=True):
    """A search request; what is looked for has an empty id or name."""

    subject: Subject
    resource: Resource
    action: Action = Action(name="")
    context: Properties = {}
    page: _Page = _Page()

    def question(self) -> Evaluation:
        return Evaluation(self.subject, self.action, self.resource, self.context)


def search(
    tokens: PageTokens, caller: Caller, source: Source, wanted: Wanted, body: bytes
) -> Answer:
    """Answer a search request.

    Raises:
        BadRequestError: it is no request, or its page token is for another one.
        ItemError: this caller gets no answer on that.
        NotReadyError: no answer can be given now.
    """
    request = _read(wanted, body)
    question = request.question()
    head = source.head()
    bound_to = _encode([wanted, caller.id, head.state, question])
    start = _start(tokens, request.page, bound_to)
    if start.revision > head.revision:
        source.at_least(start.revision)
        head = source.head()
    found, after, asked = _results(source, wanted, question, start)
    token = ""
    if after is not None:
        token = tokens.write(Place(after, start.limit, head.revision), bound_to)
    answer = {"page": {"next_token": token}, "results": found}
    return Answer(msgspec.json.encode(answer), head.revision, head.release, asked)


def _read(wanted: Wanted, body: bytes) -> _Search:
    request = parse(body)
    sought = request.get(wanted)
    if wanted == "action":
        request["action"] = {"name": ""}
    elif isinstance(sought, dict):
        request[wanted] = {**sought, "id": ""}
    if "action" not in request:
        raise BadRequestError("Object missing required field `action`")
    return to(_Search, request)


def _start(tokens: PageTokens, page: _Page, bound_to: bytes) -> Place:
    """Where the page begins; a token without a limit keeps its own."""
    if not page.token:
        limit = MAX_RESULTS if page.limit is None else min(page.limit, MAX_RESULTS)
        return Place("", limit, 0)
    place = tokens.read(page.token, bound_to)
    if page.limit is not None and min(page.limit, MAX_RESULTS) != place.limit:
        raise BadRequestError(
            "`page.limit` is not the one of the first page; leave it out"
        )
    return place


def _results(
    source: Source, wanted: Wanted, question: Evaluation, start: Place
) -> tuple[list[Any], str | None, int]:
    """A page, the key to go on after (None: nothing is left), and what it asked."""
    names = {sort_key(name): name for name in source.candidates(wanted, question)}
    keys = sorted(key for key in names if key > start.after)
    source.charge(min(len(keys), MAX_CANDIDATES))
    found: list[Any] = []
    done = start.after
    for asked, key in enumerate(keys):
        if asked == MAX_CANDIDATES:
            return found, done, asked
        result, candidate = _filled(wanted, question, names[key])
        if _is_allowed(source, candidate):
            if len(found) == start.limit:
                return found, done, asked + 1
            found.append(result)
        done = key
    return found, None, len(keys)


def _is_allowed(source: Source, question: Evaluation) -> bool:
    try:
        return source.decide(question).allowed
    except (BadRequestError, ItemError):
        return False


def _filled(
    wanted: Wanted, asked: Evaluation, name: str
) -> tuple[dict[str, str], Evaluation]:
    """A candidate as a result, and as the question that decides about it."""
    subject, action, resource = asked.subject, asked.action, asked.resource
    if wanted == "subject":
        subject = Subject(subject.type, name, subject.properties)
        result = {"type": subject.type, "id": name}
    elif wanted == "resource":
        resource = Resource(resource.type, name, resource.properties)
        result = {"type": resource.type, "id": name}
    else:
        action = Action(name)
        result = {"name": name}
    return result, Evaluation(subject, action, resource, asked.context)
