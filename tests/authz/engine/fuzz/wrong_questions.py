"""Engines that are wrong about a question: the matcher, its functions, the request."""

import ast
import ipaddress
import re
from collections.abc import Callable
from typing import Any

from simpleeval import EvalWithCompoundTypes
from typing_extensions import override

from tests.authz.engine.fuzz.naive import Naive, Values


class WildcardInTheWrongColumn(Naive):
    """A star means something where the matcher says so, and nowhere else."""

    @override
    def matches(self, request: Values, row: Values) -> bool:
        starred = row and row[0] == "*"
        return super().matches(request, [request[0], *row[1:]] if starred else row)


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
