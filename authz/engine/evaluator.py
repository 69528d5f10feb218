"""The interface that casbin itself and every faster form of it serve alike."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

from authz.engine.model import Model
from authz.engine.rows import Row


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """An answer with the rows behind it.

    Attributes:
        allowed: what `decide` answers.
        row: the p row that decided, None for a denial by default.
        paths: for each role question of the matcher that held, the g rows walked.
    """

    allowed: bool
    row: Row | None
    paths: tuple[tuple[Row, ...], ...]


class Evaluator(Protocol):
    """A model with rows: immutable, safe to ask from any thread."""

    def decide(self, request: Sequence[object]) -> bool:
        """Answer one request of the model's `r` tokens.

        Raises:
            EvaluationError: casbin raised on it; never to be read as an allow.
        """
        ...

    def explain(self, request: Sequence[object]) -> Explanation:
        """Answer, and name the rows; same answer as `decide`."""
        ...

    def path(self, start: str, goal: str, domain: str) -> tuple[Row, ...] | None:
        """The `g` rows that lead from start to goal, () when equal, None if none."""
        ...

    def reaches(self, start: str, goal: str, domain: str) -> bool:
        """Whether `g` leads from start to goal, as casbin answers it."""
        ...

    def standing(self, known: Sequence[str]) -> Hashable | None:
        """What answers depend on of a request's first values, None if it can't be told.

        Two that compare equal, of whatever rows on top of the same shared ones, are
        answered alike whatever values follow.
        """
        ...


class EvaluatorFactory(Protocol):
    """How rows become an evaluator: casbin itself, or a form proved equal to it."""

    def __call__(self, model: Model, rows: Sequence[Row]) -> Evaluator:
        """Build it."""
        ...
