"""The interface that casbin itself and every faster form of it serve alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

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
