"""The two things that pdp asks of whoever uses it: a source, and who the caller is.

The panel's enforcer and a bare folder of policy stand behind the same seven methods.
Everything else of the standard (defaults, semantics, paging, limits, headers) is here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from authz.pdp.errors import BadRequestError, ItemError
from authz.pdp.messages import Evaluation, Head, Outcome, Wanted

Failure = BadRequestError | ItemError


class Source(Protocol):
    """Whatever can decide, for one caller.

    Any method may raise `NotReadyError`: no answer can be given now, HTTP 503.
    """

    def decide(self, question: Evaluation) -> Outcome:
        """Answer one question.

        Raises:
            ItemError: this caller gets no answer to it.
            BadRequestError: something that this source needs is missing.
        """
        ...

    def decide_many(
        self, questions: Sequence[Evaluation]
    ) -> Iterable[Outcome | Failure]:
        """Answer each as `decide` does, in order; what that raises stands in its place.

        Where nothing is gained by seeing them together: `one_by_one(self.decide, …)`.
        """
        ...

    def explain(self, question: Evaluation) -> Outcome:
        """The same answer, with what led to it as `trace` in its context."""
        ...

    def candidates(self, wanted: Wanted, question: Evaluation) -> Iterable[str]:
        """Whatever may be a result: ids, or names of actions, each once or more.

        The wanted entity has an empty id or name. `decide` is asked about every
        candidate, so too many only cost time; one that is missing is never found.

        Raises:
            ItemError: as `decide`.
            BadRequestError: as `decide`.
        """
        ...

    def head(self) -> Head:
        """Where it stands; never older than this call."""
        ...

    def at_least(self, revision: int) -> None:
        """Make sure that answers from now on are of that revision or newer.

        Raises:
            NotReadyError: it is not there yet.
        """
        ...

    def charge(self, decisions: int) -> None:
        """Be told of decisions that are about to be asked, when they are several.

        Raises:
            ItemError: the caller asked for too many; none of them is made.
        """
        ...


def one_by_one(
    ask: Callable[[Evaluation], Outcome], questions: Iterable[Evaluation]
) -> Iterator[Outcome | Failure]:
    """Each question when its answer is wanted, failures in their places."""
    for question in questions:
        try:
            yield ask(question)
        except (BadRequestError, ItemError) as error:
            yield error


class Caller(Protocol):
    """A service that was let in."""

    @property
    def id(self) -> str:
        """Its name; page tokens are good for it alone."""
        ...

    @property
    def scopes(self) -> frozenset[str]:
        """What it may use: `decide`, `search`, `explain`."""
        ...
