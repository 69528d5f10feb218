"""One state of a folder, and what it answers."""

import logging
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from authz.engine import Row
from authz.errors import EvaluationError
from authz.folder.feeds import AbsentError
from authz.folder.rules import Rules
from authz.pdp import Evaluation, Outcome

_log = logging.getLogger(__name__)
#: Why not: codes that are never renamed.
NO_PERMISSION, UNKNOWN_RESOURCE, NOT_ANSWERED = (
    msgspec.json.encode({"code": code})
    for code in ("no_permission", "unknown_resource", "not_answered")
)
#: Questions without an answer that are logged of one state; they may be many.
_MOST_LOGGED = 20
_LETTERS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """Immutable, but for the count of what was logged."""

    rules: Rules
    revision: int
    release: str
    logged: list[str] = field(default_factory=list)

    def at(self, revision: int) -> "Version":
        """The same at another revision: the files were touched, not changed."""
        return replace(self, revision=revision)

    def decide(self, question: Evaluation) -> Outcome:
        """Answer; a question that casbin can not answer is refused.

        Raises:
            BadRequestError: the caller must send something.
        """
        refused = self._refused(question)
        if refused is not None:
            return self._outcome(allowed=False, context=refused)
        try:
            allowed = self.rules.evaluator.decide(self.rules.wiring.request(question))
        except (AbsentError, EvaluationError) as error:
            self._note(error)
            return self._outcome(allowed=False, context=NOT_ANSWERED)
        return self._outcome(allowed=allowed, context=b"" if allowed else NO_PERMISSION)

    def explain(self, question: Evaluation) -> Outcome:
        """The same answer, with the row that decided, or what was wrong."""
        plain = self.decide(question)
        context = {"trace": self._trace(question)}
        if isinstance(plain.context, bytes) and plain.context:
            context.update(msgspec.json.decode(plain.context))
        return self._outcome(allowed=plain.allowed, context=context)

    def _refused(self, question: Evaluation) -> bytes | None:
        """Why types that were not declared are refused."""
        types = self.rules.wiring.types
        if question.resource.type not in types.get(
            "resource", (question.resource.type,)
        ):
            return UNKNOWN_RESOURCE
        if question.subject.type not in types.get("subject", (question.subject.type,)):
            return NO_PERMISSION
        return None

    def _trace(self, question: Evaluation) -> dict[str, Any]:
        if self._refused(question) is not None:
            return {"error": "pdp.toml declares other types"}
        try:
            request = self.rules.wiring.request(question)
            told = self.rules.evaluator.explain(request)
        except (AbsentError, EvaluationError) as error:
            return {"error": str(error)}
        return {
            "row": _told(told.row) if told.row else None,
            "place": told.row.place if told.row else "",
            "paths": [[_told(link) for link in path] for path in told.paths],
        }

    def _outcome(self, *, allowed: bool, context: Any) -> Outcome:
        return Outcome(
            allowed=allowed,
            revision=self.revision,
            release=self.release,
            context=context,
        )

    def _note(self, error: AbsentError | EvaluationError) -> None:
        text = ascii(str(error))[:_LETTERS]
        if text not in self.logged and len(self.logged) < _MOST_LOGGED:
            self.logged.append(text)
            _log.warning("a question had no answer and was refused: %s", text)


def _told(row: Row) -> list[str]:
    return [row.ptype, *row.values]
