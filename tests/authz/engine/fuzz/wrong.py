"""Engines that get one point of casbin's meaning wrong, each as somebody might.

The fuzzer is worth what it catches: `test_wrong.py` lets it loose on each of them.
"""

import ast
import ipaddress
import re
from collections.abc import Callable, Sequence
from typing import Any

from simpleeval import EvalWithCompoundTypes
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


class WildcardInTheWrongColumn(Naive):
    """A star means something where the matcher says so, and nowhere else."""

    @override
    def matches(self, request: Values, row: Values) -> bool:
        starred = row and row[0] == "*"
        return super().matches(request, [request[0], *row[1:]] if starred else row)


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


class _Function(Naive):
    name = ""

    @override
    def functions(self) -> dict[str, Callable[..., object]]:
        return super().functions() | {self.name: self.function}

    def function(self, value: Any, pattern: Any) -> object:
        """What takes the place of casbin's own."""
        raise NotImplementedError


class KeyMatchUntilTheLastStar(_Function):
    """keyMatch ends at the first star."""

    name = "keyMatch"

    @override
    def function(self, value: Any, pattern: Any) -> object:
        before, star, _after = pattern.rpartition("*")
        return value.startswith(before) if star else value == pattern


class SearchesRegexes(_Function):
    """regexMatch begins at the beginning."""

    name = "regexMatch"

    @override
    def function(self, value: Any, pattern: Any) -> object:
        return re.search(pattern, value) is not None


class AsksForNetworksExactly(_Function):
    """10.0.0.9/24 is a network, bits behind the mask and all."""

    name = "ipMatch"

    @override
    def function(self, value: Any, pattern: Any) -> object:
        address = ipaddress.ip_address(value)
        try:
            return address in ipaddress.ip_network(pattern)
        except ValueError:
            return address == pattern


class EmptyPolicyDenies(Naive):
    """Without rows the matcher is asked once, with blanks."""

    @override
    def without_rows(self, request: Values) -> bool:
        return self.final([])


class BlankRequestDenies(Naive):
    """A blank is a name like any other."""

    @override
    def answer(self, request: Values) -> bool:
        return "" not in request and super().answer(request)


class _Lenient(EvalWithCompoundTypes):
    def _eval(self, node: ast.AST) -> object:
        try:
            return super()._eval(node)
        except Exception:
            if isinstance(node, ast.Compare | ast.Call):
                return False
            raise


class SwallowsErrors(Naive):
    """An atom that raises fails the request."""

    @override
    def evaluator(self, functions: dict[str, Callable[..., object]]) -> Any:
        return _Lenient(functions=functions)


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


class TakesAnyTruth(Naive):
    """A matcher that answers "x" is an error, not an allow."""

    @override
    def matches(self, request: Values, row: Values) -> bool:
        return bool(self.evaluate(request, row))


class InMeansEqual(Naive):
    """`in` on a text looks for a part of it."""

    @override
    def matcher(self) -> str:
        return re.sub(r" in (?=p_\w+\b)", " == ", super().matcher())


class AsksTheFirstDisjunctOnly(Naive):
    """Whatever stands behind `||` counts too."""

    @override
    def tree(self, names: dict[str, Any]) -> ast.expr:
        tree = super().tree(names)
        is_or = isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or)
        return tree.values[0] if is_or else tree


class ReordersWhatMayRaise(Naive):
    """What stands left of an error may spare it; what stands right may not."""

    @override
    def tree(self, names: dict[str, Any]) -> ast.expr:
        tree = super().tree(names)
        is_bool = isinstance(tree, ast.BoolOp)
        return ast.BoolOp(tree.op, tree.values[::-1]) if is_bool else tree


class TurnsNumbersIntoText(Naive):
    """1 is not "1"."""

    @override
    def request(self, request: Values) -> Values:
        found = super().request(request)
        return [str(v) if isinstance(v, int | float) else v for v in found]


class IgnoresCase(Naive):
    """ALICE is not alice."""

    @override
    def request(self, request: Values) -> Values:
        found = super().request(request)
        return [v.lower() if isinstance(v, str) else v for v in found]


class CutsDuplicates(Naive):
    """The last link, not the first, of two alike: taken for sets, order is lost."""

    @override
    def by_priority(
        self, rows: list[tuple[str, ...]], column: int
    ) -> list[tuple[str, ...]]:
        return super().by_priority(list(dict.fromkeys(rows[::-1])), column)


WRONG: tuple[type[Naive], ...] = (
    FollowsTenLinks,
    FollowsEightLinks,
    NobodyIsHimself,
    KnowsNoDomains,
    WildcardInTheWrongColumn,
    IgnoresDenies,
    DeniesOnTypos,
    ReadsEffectsLoosely,
    ReversesPriorities,
    ComparesPrioritiesAsText,
    ForgetsSubjectPriority,
    StopsAtTheFirstMatch,
    KeyMatchUntilTheLastStar,
    SearchesRegexes,
    AsksForNetworksExactly,
    EmptyPolicyDenies,
    BlankRequestDenies,
    SwallowsErrors,
    SkipsRowsOfTheWrongWidth,
    ChecksWidthsFirst,
    TakesAnyTruth,
    InMeansEqual,
    AsksTheFirstDisjunctOnly,
    ReordersWhatMayRaise,
    TurnsNumbersIntoText,
    IgnoresCase,
    CutsDuplicates,
)
