"""Questions that come again and again: read once, decided anew every time.

INVARIANT: who asks, what he may and what is decided are looked at for each request, by
the calls that the view makes. Kept is what a request asks, as Service read it.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, cast

from authz.pdp import Evaluation, Kind, Outcome, Reply, Source
from webapp.decisions.keyring import StoredKey
from webapp.decisions.service import Decisions
from webapp.decisions.source import PanelSource
from webapp.lane.plain import Head, Plain

#: More requests than these are forgotten together.
_MOST_KNOWN = 1_024
_LONGEST_BODY = 1_024
#: Of a head; whatever else authz.pdp reads may change the answer.
_READ = frozenset({"content-type"})
_SOME = Outcome(allowed=False, revision=0)


class Known(NamedTuple):
    """A request that came before; `stored` is its key as it was then."""

    stored: StoredKey
    source: PanelSource
    question: Evaluation


class Again:
    """Requests for one decision that came more than once; for one thread."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._known: dict[tuple[Head, bytes], Known] = {}
        self._once: set[int] = set()

    def find(self, plain: Plain) -> Known | None:
        """What is known of it."""
        return self._known.get((plain.head, plain.body))

    def learn(self, plain: Plain, stored: StoredKey) -> None:
        """One that was just answered: know it when it comes a third time.

        Args:
            plain: the request.
            stored: the key that it brought.
        """
        head, body = plain.head, plain.body
        # each decision of a log has its line, which is Decisions' to write
        if self._decisions.log is not None or head.kind is not Kind.EVALUATION:
            return
        if len(body) > _LONGEST_BODY or not head.headers.keys() <= _READ:
            return
        if not self._is_second(hash((head, body))):
            return
        question = self._question(stored, plain)
        if question is None:
            return
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        source = PanelSource(self._decisions.panel, stored.caller, head.account)
        self._known[head, body] = Known(stored, source, question)

    def reply(self, plain: Plain, known: Known, outcome: Outcome, name: str) -> Reply:
        """Service's reply to an outcome, in a request of that name."""
        given = cast(Source, _Answering(outcome))
        headers = {**plain.head.headers, "x-request-id": name}
        caller, service = known.stored.caller, self._decisions.service
        return service.answer(caller, given, plain.head.kind, headers, plain.body)

    def _is_second(self, mark: int) -> bool:
        """Names that never come again fill nothing."""
        if mark in self._once:
            self._once.discard(mark)
            return True
        if len(self._once) >= _MOST_KNOWN:
            self._once.clear()
        self._once.add(mark)
        return False

    def _question(self, stored: StoredKey, plain: Plain) -> Evaluation | None:
        """What a request asks, None when it asks nothing that a source would decide."""
        seen = _Answering(_SOME)
        head, service = plain.head, self._decisions.service
        given = cast(Source, seen)
        service.answer(stored.caller, given, head.kind, head.headers, plain.body)
        return seen.question


@dataclass(slots=True)
class _Answering:
    """A source with one answer, which notes the question."""

    outcome: Outcome
    question: Evaluation | None = None
    #: not asked for one decision
    decide_many: ClassVar[None] = None

    def decide(self, question: Evaluation) -> Outcome:
        self.question = question
        return self.outcome
