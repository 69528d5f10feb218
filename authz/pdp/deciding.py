"""From questions to the bytes of their answers (AuthZEN 1.0, 5.5, 6.2 and 7.2)."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from authz.pdp.errors import BadRequestError
from authz.pdp.messages import Evaluation, Head, Outcome
from authz.pdp.reading import Batch
from authz.pdp.source import Failure, Source

Ask = Callable[[Evaluation], Outcome]
AskMany = Callable[[Sequence[Evaluation]], Iterable[Outcome | Failure]]
_encode = msgspec.json.Encoder(order="deterministic").encode
_BARE = {True: b'{"decision":true}', False: b'{"decision":false}'}
_OPEN = {
    True: b'{"decision":true,"context":',
    False: b'{"decision":false,"context":',
}


class Answer(msgspec.Struct, frozen=True):
    """A response body, and the oldest state that any part of it was true for."""

    body: bytes
    revision: int
    release: str
    decisions: int


def decide_one(ask: Ask, question: Evaluation) -> Answer:
    """Answer one question.

    Raises:
        BadRequestError: no decision was made, HTTP 400.
        ItemError: this caller gets no decision on that, with its status.
    """
    outcome = ask(question)
    return Answer(_decision(outcome), outcome.revision, outcome.release, 1)


def decide_many(source: Source, ask: AskMany, batch: Batch) -> Answer:
    """Answer questions in order, up to the one that decides."""
    parts = []
    oldest: Head | Outcome | None = None
    answers = iter(
        ask([item for item in batch.items if not isinstance(item, BadRequestError)])
    )
    for item in batch.items:
        answer = item if isinstance(item, BadRequestError) else next(answers)
        if isinstance(answer, Outcome):
            parts.append(_decision(answer))
            allowed = answer.allowed
            if oldest is None or answer.revision < oldest.revision:
                oldest = answer
        else:
            parts.append(_failure(answer))
            allowed = False
        if allowed is batch.stop:
            break
    head = oldest or source.head()
    body = b'{"evaluations":[' + b",".join(parts) + b"]}"
    return Answer(body, head.revision, head.release, len(parts))


def _failure(error: Failure) -> bytes:
    """An item that fails is refused, with the failure in its context."""
    context = {"error": {"message": str(error), "status": error.status}}
    return _OPEN[False] + _encode(context) + b"}"


def _decision(outcome: Outcome) -> bytes:
    context = outcome.context
    if not context:
        return _BARE[outcome.allowed]
    if not isinstance(context, bytes):
        context = _encode(context)
    return _OPEN[outcome.allowed] + context + b"}"
