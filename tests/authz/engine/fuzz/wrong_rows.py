"""Engines that are wrong about rows: their links, effects, order and width."""

from collections.abc import Sequence
from typing import Any

from typing_extensions import override

from tests.authz.engine.fuzz.naive import Naive, Values


class FollowsTenLinks(Naive):
    """casbin follows nine."""

    links_followed = 10


class FollowsEightLinks(Naive):
    """casbin follows nine."""

    links_followed = 8


class NobodyIsHimself(Naive):
    """g(a, a) holds without any row."""

    @override
    def reaches(self, graph: dict[Any, set[Any]], start: object, goal: object) -> bool:
        return start != goal and super().reaches(graph, start, goal)


class KnowsNoDomains(Naive):
    """A link counts in its own domain only."""

    @override
    def domain(self, domain: str) -> str:
        return ""


class IgnoresDenies(Naive):
    """A deny row that matches is as if it were not there."""

    @override
    def effect_of(self, row: Sequence[str]) -> str:
        return "" if super().effect_of(row) == "deny" else super().effect_of(row)


class DeniesOnTypos(Naive):
    """An effect that is neither allow nor deny is nothing at all."""

    @override
    def effect_of(self, row: Sequence[str]) -> str:
        return "allow" if super().effect_of(row) == "allow" else "deny"


class ReadsEffectsLoosely(Naive):
    """`Allow` is not allow."""

    @override
    def effect_of(self, row: Sequence[str]) -> str:
        return super().effect_of(row).lower()


class ReversesPriorities(Naive):
    """The smallest number comes first."""

    @override
    def by_priority(
        self, rows: list[tuple[str, ...]], column: int
    ) -> list[tuple[str, ...]]:
        return super().by_priority(rows, column)[::-1]


class ComparesPrioritiesAsText(Naive):
    """2 comes before 10."""

    @override
    def rank(self, priority: str) -> int | str:
        return priority


class ForgetsSubjectPriority(Naive):
    """Users come before their roles."""

    @override
    def level(
        self,
        levels: dict[tuple[str, str], int],
        row: tuple[str, ...],
        domain: int | None,
    ) -> int:
        return 0


class StopsAtTheFirstMatch(Naive):
    """Under `!some(deny)` and both, a later deny still counts."""

    @override
    def is_certain(self, effect: str) -> bool:
        return True


class EmptyPolicyDenies(Naive):
    """Without rows the matcher is asked once, with blanks."""

    @override
    def without_rows(self, request: Values) -> bool:
        return self.final([])


class SkipsRowsOfTheWrongWidth(Naive):
    """They fail every request that reaches them."""

    @override
    def answer(self, request: Values) -> bool:
        width = len(self._p)
        self._rows = [row for row in self._rows if len(row) == width] or self._rows
        return super().answer(request)


class ChecksWidthsFirst(Naive):
    """A decision that comes before the bad row stands."""

    @override
    def answer(self, request: Values) -> bool:
        if any(len(row) != len(self._p) for row in self._rows):
            raise ValueError("invalid policy size")
        return super().answer(request)


class CutsDuplicates(Naive):
    """The last link, not the first, of two alike: taken for sets, order is lost."""

    @override
    def by_priority(
        self, rows: list[tuple[str, ...]], column: int
    ) -> list[tuple[str, ...]]:
        return super().by_priority(list(dict.fromkeys(rows[::-1])), column)
