"""A source whose decisions are told to the decision log, once each is given."""

import time
from collections.abc import Iterable, Iterator, Sequence

from authz.pdp import Evaluation, Failure, Head, Outcome, Source, Wanted
from webapp.decisions.log import DecisionLog, Made


class LoggedSource:
    """Around the source of one request; searches are asked without it.

    Args:
        source: answers.
        log: is told.
        named: what the lines of this request have in common.
    """

    def __init__(self, source: Source, log: DecisionLog, named: Made) -> None:
        self._source, self._log, self._named = source, log, named

    def decide(self, question: Evaluation) -> Outcome:
        """As the source."""
        return self._told(question, self._source.decide(question))

    def decide_many(
        self, questions: Sequence[Evaluation]
    ) -> Iterator[Outcome | Failure]:
        """As the source; what the batch does not come to is not told."""
        answers = self._source.decide_many(questions)
        for question, answer in zip(questions, answers, strict=True):
            if isinstance(answer, Outcome):
                self._told(question, answer)
            yield answer

    def explain(self, question: Evaluation) -> Outcome:
        """As the source."""
        return self._told(question, self._source.explain(question))

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

    def _told(self, question: Evaluation, outcome: Outcome) -> Outcome:
        named = self._named
        account = (
            named.account
            or question.context.get("account")
            or question.resource.properties.get("account")
        )
        self._log.note(
            named._replace(
                at=time.time(),
                account=account,
                subject=question.subject.id,
                resource=question.resource.type,
                action=question.action.name,
                outcome=outcome,
            )
        )
        return outcome
