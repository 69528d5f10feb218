"""From questions to the bytes of their answers (AuthZEN 1.0, 5.5, 6.2 and 7.2)."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from authz.pdp.messages import Evaluation, Head, Outcome
from authz.pdp.reading import Batch, Item
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
    return answer_of(ask(question))


def answer_of(outcome: Outcome) -> Answer:
    """The answer to one question."""
    return Answer(_decision(outcome), outcome.revision, outcome.release, 1)


def decide_many(source: Source, ask: AskMany, batch: Batch) -> Answer:
    """Answer questions in order, up to the one that decides."""
    parts = []
    oldest: Head | Outcome | None = None
    #: by identity, which is an outcome's own as long as it stands here
    said: dict[int, tuple[Outcome, bytes]] = {}
    answers = _answers(ask, batch.items)
    for _item, answer in zip(batch.items, answers, strict=True):
        if isinstance(answer, Outcome):
            known = said.get(id(answer))
            if known is None:
                known = said[id(answer)] = answer, _decision(answer)
                if oldest is None or answer.revision < oldest.revision:
                    oldest = answer
            parts.append(known[1])
            allowed = answer.allowed
        else:
            parts.append(_failure(answer))
            allowed = False
        if allowed is batch.stop:
            break
    head = oldest or source.head()
    body = b'{"evaluations":[' + b",".join(parts) + b"]}"
    return Answer(body, head.revision, head.release, len(parts))


def _answers(ask: AskMany, items: Sequence[Item]) -> Iterable[Outcome | Failure]:
    """Of each item; one that could not be read is its own."""
    asked = [item for item in items if isinstance(item, Evaluation)]
    answers = ask(asked)
    return answers if len(asked) == len(items) else _in_place(iter(answers), items)


def _in_place(
    answers: Iterator[Outcome | Failure], items: Iterable[Item]
) -> Iterator[Outcome | Failure]:
    for item in items:
        yield next(answers) if isinstance(item, Evaluation) else item


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
