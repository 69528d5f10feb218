"""A folder as a `Source` of authz.pdp: one request is answered by one state of it."""

from collections.abc import Callable, Iterable, Sequence

from authz.folder.feeds import AbsentError
from authz.folder.version import Version
from authz.folder.wiring import Looked
from authz.pdp import Evaluation, Failure, Head, Outcome, Wanted, one_by_one


class FolderSource:
    """Made for one request.

    Args:
        current: the version in force; raises `NotReadyError` while there is none.
        at_least: the same, of a revision or newer.
        name: of the request, for the log.
    """

    def __init__(
        self,
        current: Callable[[], Version],
        at_least: Callable[[int], Version],
        name: str | None = None,
    ) -> None:
        self._current, self._at_least, self._name = current, at_least, name
        self._version: Version | None = None
        self._looked: Looked = {}

    def _held(self) -> Version:
        if self._version is None:
            self._version = self._current()
        return self._version

    def decide(self, question: Evaluation) -> Outcome:
        """Casbin's own answer."""
        return self._held().decide(question, self._name, self._looked)

    def decide_many(
        self, questions: Sequence[Evaluation]
    ) -> Iterable[Outcome | Failure]:
        """All of them by one state of the folder."""
        held = self._held()
        return one_by_one(
            lambda each: held.decide(each, self._name, self._looked), questions
        )

    def explain(self, question: Evaluation) -> Outcome:
        """The row that decided, where it stands, and the links walked."""
        return self._held().explain(question, self._name)

    def candidates(self, wanted: Wanted, question: Evaluation) -> Iterable[str]:
        """From the rows and from the entity file."""
        try:
            return list(self._held().rules.candidates(wanted, question))
        except AbsentError:
            return []  # `decide` would refuse all of them

    def head(self) -> Head:
        """The state that answers this request."""
        held = self._held()
        return Head(state="folder", revision=held.revision, release=held.release)

    def at_least(self, revision: int) -> None:
        """Look at the files now, and answer by what they say."""
        self._version = self._at_least(revision)

    def charge(self, decisions: int) -> None:
        """Nobody counts."""
