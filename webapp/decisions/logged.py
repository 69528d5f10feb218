"""A source that remembers what it decided for one request, for the decision log."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from authz.pdp import (
    BadRequestError,
    Evaluation,
    Failure,
    Head,
    ItemError,
    Outcome,
    Source,
    Wanted,
)
from webapp.decisions.counts import Door
from webapp.decisions.lines import UNANSWERED, Made
from webapp.decisions.log import DecisionLog


class LoggedSource:
    """Around the source of one request; searches are asked without it.

    Args:
        source: answers.
        door: how the request came in.
        caller: the id of the key that asks.
        request_id: as the caller sent it, or as we named the request.
        account: of the address, None on the general one.
    """

    def __init__(
        self,
        source: Source,
        door: Door,
        caller: str,
        request_id: str | None,
        account: str | None,
    ) -> None:
        self._source, self._named = source, (door, caller, request_id)
        self._account = account
        self._made: list[Made] = []

    def tell(self, log: DecisionLog, decisions: int) -> None:
        """Hand over what was decided, once the caller has it as an answer.

        Args:
            log: is told.
            decisions: how many were given: items of a batch that could not even be
                read were refused too, and get a line without names.
        """
        if not decisions:
            return  # an error: whatever was decided on the way to it, nobody has
        missing = decisions - len(self._made)
        if missing:
            named = time.time(), *self._named, self._account
            self._made += [Made(*named, "", "", "", UNANSWERED)] * missing
        log.note(self._made)

    def decide(self, question: Evaluation) -> Outcome:
        """As the source."""
        return self._asked(self._source.decide, question)

    def decide_many(
        self, questions: Sequence[Evaluation]
    ) -> Iterator[Outcome | Failure]:
        """As the source; what the batch does not come to is not kept."""
        answers = self._source.decide_many(questions)
        for question, answer in zip(questions, answers, strict=True):
            self._keep(question, answer if isinstance(answer, Outcome) else UNANSWERED)
            yield answer

    def explain(self, question: Evaluation) -> Outcome:
        """As the source."""
        return self._asked(self._source.explain, question)

    def candidates(self, wanted: Wanted, question: Evaluation) -> Iterable[str]:
        """As the source."""
        return self._source.candidates(wanted, question)

    def head(self) -> Head:
        """As the source."""
        return self._source.head()

    def at_least(self, revision: int) -> None:
        """As the source."""
        self._source.at_least(revision)

    def charge(self, decisions: int) -> None:
        """As the source."""
        self._source.charge(decisions)

    def _asked(
        self, ask: Callable[[Evaluation], Outcome], question: Evaluation
    ) -> Outcome:
        try:
            outcome = ask(question)
        except (BadRequestError, ItemError):  # an item of a batch is refused by it
            self._keep(question, UNANSWERED)
            raise
        self._keep(question, outcome)
        return outcome

    def _keep(self, question: Evaluation, outcome: Outcome) -> None:
        account = (
            self._account
            or question.context.get("account")
            or question.resource.properties.get("account")
        )
        self._made.append(
            Made(
                time.time(),
                *self._named,
                account if isinstance(account, str) else None,
                question.subject.id,
                question.resource.type,
                question.action.name,
                outcome,
            )
        )
