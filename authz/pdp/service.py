"""The one way in: a request's kind, headers and body, and the reply to send."""

import logging
import re
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

from authz.errors import NotReadyError
from authz.pdp.deciding import Answer, Ask, AskMany, decide_many, decide_one
from authz.pdp.errors import BadRequestError, ItemError
from authz.pdp.kinds import SCOPES, Kind
from authz.pdp.messages import Evaluation, Wanted
from authz.pdp.page_token import PageTokens
from authz.pdp.reading import read_many, read_one
from authz.pdp.replies import Headers, Reply, plain_id, refusal, reply
from authz.pdp.search import search
from authz.pdp.source import Caller, Source, one_by_one

_log = logging.getLogger(__name__)
_RETRY_SECONDS = 1
_NOT_NOW = ItemError(503, "no answer can be given now; try again", _RETRY_SECONDS)
#: Headers that change nothing about an answer but its name.
_LONE = frozenset({"accept", "content-type", "x-request-id"})
_REVISION = re.compile(r"[0-9]{1,18}")
_WANTED: Mapping[Kind, Wanted] = MappingProxyType(
    {
        Kind.SEARCH_SUBJECT: "subject",
        Kind.SEARCH_RESOURCE: "resource",
        Kind.SEARCH_ACTION: "action",
    }
)


class Service:
    """AuthZEN 1.0 over any source, for any transport; safe on every thread."""

    def __init__(self, page_keys: Sequence[bytes]) -> None:
        """Page tokens are signed by the first key; the others are still read."""
        self._tokens = PageTokens(page_keys)

    def answer(
        self, caller: Caller, source: Source, kind: Kind, headers: Headers, body: bytes
    ) -> Reply:
        """Answer a request of an authenticated caller.

        Args:
            caller: who asks.
            source: decides for that caller.
            kind: which endpoint was called.
            headers: of the request, names in lower case; those in `HEADERS` are read.
            body: of the request, as it came.

        Returns:
            The same bytes for the same question; whatever the request holds, a 200, a
            4xx or a 503, and an allow only where the source allowed.
        """
        try:
            return reply(self._answer(caller, source, kind, headers, body), headers)
        except (BadRequestError, ItemError) as error:
            return refusal(error, headers)
        except NotReadyError as error:
            return not_now(error, headers)

    def _answer(
        self, caller: Caller, source: Source, kind: Kind, headers: Headers, body: bytes
    ) -> Answer:
        if SCOPES[kind] not in caller.scopes:
            raise ItemError(403, f"this key lacks the scope `{SCOPES[kind]}`")
        _require_json(headers.get("content-type", ""))
        if "delega-at-least" in headers:
            _catch_up(source, headers["delega-at-least"])
        if kind in _WANTED:
            return search(self._tokens, caller, source, _WANTED[kind], body)
        ask: Ask = source.decide
        ask_many: AskMany = source.decide_many
        if "delega-explain" in headers:
            ask = _explain(caller, source, headers["delega-explain"])
            ask_many = partial(one_by_one, ask)
        if kind is Kind.EVALUATION:
            return decide_one(ask, read_one(body))
        request = read_many(body)
        if isinstance(request, Evaluation):
            return decide_one(ask, request)
        source.charge(len(request.items))
        return decide_many(source, ask_many, request)


def not_now(error: NotReadyError, headers: Headers) -> Reply:
    """No decision: none can be made for anybody; the log says why."""
    _log.warning("not ready: %s", error)
    return refusal(_NOT_NOW, headers)


def is_lone(kind: Kind, headers: Headers) -> bool:
    """Whether the answer to a plain request depends on its body alone, but for its name.

    INVARIANT: where `read_plain` then finds a question, `Service.answer` asks the
    source that one and replies with the outcome as `told` does, if the caller has the
    scope (tested as such).
    """
    if kind is not Kind.EVALUATION or not headers.keys() <= _LONE:
        return False
    if "x-request-id" in headers and plain_id(headers) is None:
        return False
    return _is_json(headers.get("content-type", ""))


def _require_json(content_type: str) -> None:
    if not _is_json(content_type):
        raise BadRequestError("send `Content-Type: application/json`")


def _is_json(content_type: str) -> bool:
    if content_type == "application/json":
        return True
    return content_type.partition(";")[0].strip().lower() == "application/json"


def _catch_up(source: Source, revision: str) -> None:
    if not _REVISION.fullmatch(revision):
        raise BadRequestError("`Delega-At-Least` is a revision, as `Delega-Revision`")
    try:
        source.at_least(int(revision))
    except NotReadyError as error:
        text = f"revision {int(revision)} is not here yet; try again"
        raise ItemError(503, text, _RETRY_SECONDS) from error


def _explain(caller: Caller, source: Source, wish: str) -> Ask:
    if wish != "1":
        raise BadRequestError("`Delega-Explain` is `1` or absent")
    if "explain" not in caller.scopes:
        raise ItemError(403, "this key lacks the scope `explain`")
    return source.explain
