"""One state of a folder, and what it answers."""

import logging
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from authz.engine import Row
from authz.errors import EvaluationError
from authz.folder.feeds import AbsentError
from authz.folder.rules import Rules
from authz.folder.unanswered import Unanswered, unanswered
from authz.folder.wiring import Looked
from authz.pdp import Evaluation, Outcome

_log = logging.getLogger(__name__)
#: Why not: codes that are never renamed.
NO_PERMISSION, UNKNOWN_RESOURCE, NOT_ANSWERED = (
    msgspec.json.encode({"code": code})
    for code in ("no_permission", "unknown_resource", "not_answered")
)
#: Of what callers do wrong, that is logged of one state; it may be much.
_MOST_LOGGED = 20
_LETTERS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """Immutable, but for what was logged of it."""

    rules: Rules
    revision: int
    release: str
    logged: list[object] = field(default_factory=list)
    ignored: list[object] = field(default_factory=list)

    def at(self, revision: int) -> "Version":
        """The same at another revision: the files were touched, not changed."""
        return replace(self, revision=revision)

    def decide(
        self,
        question: Evaluation,
        name: str | None = None,
        looked: Looked | None = None,
    ) -> Outcome:
        """Answer; a question that casbin can not answer is refused.

        Args:
            question: what is asked.
            name: of the request, for the log.
            looked: what was noted for the same request, for its other questions.

        Raises:
            BadRequestError: the caller must send something.
        """
        refused = self._refused(question)
        if refused is not None:
            return self._outcome(allowed=False, context=refused)
        if len(self.ignored) < _MOST_LOGGED and _has_properties(question):
            self._note_ignored(question, name, {} if looked is None else looked)
        try:
            allowed = self.rules.evaluator.decide(self.rules.wiring.request(question))
        except (AbsentError, EvaluationError) as error:
            self._note(unanswered(error, self.rules.model.tokens["r"]), name)
            return self._outcome(allowed=False, context=NOT_ANSWERED)
        return self._outcome(allowed=allowed, context=b"" if allowed else NO_PERMISSION)

    def explain(self, question: Evaluation, name: str | None = None) -> Outcome:
        """The same answer, with the row that decided, or what was wrong."""
        plain = self.decide(question, name)
        context = {"trace": self._trace(question)}
        if isinstance(plain.context, bytes) and plain.context:
            context.update(msgspec.json.decode(plain.context))
        return self._outcome(allowed=plain.allowed, context=context)

    def _refused(self, question: Evaluation) -> bytes | None:
        """Why types that were not declared are refused."""
        part = self.rules.wiring.undeclared(question)
        if not part:
            return None
        return UNKNOWN_RESOURCE if part == "resource" else NO_PERMISSION

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

    def _note(self, found: Unanswered, name: str | None) -> None:
        if _is_new(found.key, self.logged):
            said = "a question had no answer and was refused%s: %s"
            _log.warning(said, _of(name), ascii(found.text)[1:-1][:_LETTERS])

    def _note_ignored(
        self, question: Evaluation, name: str | None, looked: Looked
    ) -> None:
        """What a caller sends in vain would else be seen by nobody."""
        for path in self.rules.wiring.ignored(question, looked):
            text = ascii(path)[1:-1][:_LETTERS]
            if _is_new(text, self.ignored):
                said = "%s was sent and is ignored%s: %s"
                _log.warning(said, text, _of(name), _cure(path))


def _of(name: str | None) -> str:
    return f" (request {name[:_LETTERS]})" if name else ""


def _is_new(key: object, logged: list[object]) -> bool:
    """Whether it is to be logged, and from then on not any more."""
    if key in logged or len(logged) >= _MOST_LOGGED:
        return False
    logged.append(key)
    return True


def _has_properties(question: Evaluation) -> bool:
    return bool(
        question.subject.properties
        or question.resource.properties
        or question.action.properties
    )


def _cure(path: str) -> str:
    text = "declare it under [sent] in pdp.toml"
    # of actions nothing is stored
    is_stored = not path.startswith("action.")
    return f"{text}, or store it in the entities" if is_stored else text


def _told(row: Row) -> list[str]:
    return [row.ptype, *row.values]
