"""A second opinion of one page: casbin's contract read row by row, without casbin's loop.

It is not the engine. It exists to be got wrong: `wrong.py` changes one method at a time,
and the fuzzer must notice. Unchanged, it must never differ.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from casbin.core_enforcer import EnforceContext
from casbin.model import FunctionMap
from casbin.model import Model as CasbinModel
from casbin.util import util
from simpleeval import EvalWithCompoundTypes

from authz.engine import Explanation, Model, Row
from authz.errors import EvaluationError, RowsError

Values = Sequence[object]
#: Which r, p and m are asked.
Context = tuple[str, str, str]


def parsed(model: Model) -> Any:
    """casbin's own reading of the model."""
    found = CasbinModel()
    found.load_model_from_text(model.text)
    return found


def as_python(matcher: str) -> str:
    """What casbin does to a matcher before each evaluation."""
    expression = matcher.replace("&&", "and").replace("||", "or")
    return re.sub(r"!(?!=)", "not ", expression).strip()


class Naive:
    """Asks every row in order; a subclass may get one thing wrong."""

    links_followed = 9
    explains = False

    def __init__(
        self, model: Model, rows: Sequence[Row], context: Context = ("r", "p", "m")
    ) -> None:
        self._given = model, rows
        self._context = request, policy, matcher = context
        sections = parsed(model)
        self._text = as_python(sections["m"][matcher].value)
        self._r, self._p = model.tokens[request], model.tokens[policy]
        self._links = model.links
        self._effect = sections["e"]["e"].value
        try:
            self._graphs = {g: self.graph(g, rows) for g in model.links}
            loaded = {
                key: self._sorted([r.values for r in rows if r.ptype == key], names)
                for key, names in model.tokens.items()
                if key.startswith("p")
            }
            self._rows = loaded[policy]
            if any(model.width(row.ptype) is None for row in rows):
                raise KeyError("ptype")
        except Exception as error:  # as casbin fails, whatever it is
            raise RowsError([]) from error

    def explain(self, request: Values) -> Explanation:
        """The answer alone."""
        return Explanation(allowed=self.decide(request), row=None, paths=())

    def path(self, start: str, goal: str, domain: str) -> None:
        """Never asked."""

    def decide(self, request: Values) -> bool:
        """Answer as casbin does, errors included."""
        try:
            if request and isinstance(request[0], EnforceContext):
                asked = request[0]
                context = asked.rtype, asked.ptype, asked.mtype
                return type(self)(*self._given, context).decide(request[1:])
            return self.answer(self.request(request))
        except Exception as error:  # whatever it is: never an allow
            raise EvaluationError(request, error) from error

    def request(self, request: Values) -> Values:
        """What is asked."""
        if len(request) != len(self._r):
            raise ValueError("invalid request size")
        return request

    def answer(self, request: Values) -> bool:
        """All rows in order, until the effect is certain."""
        if not self._rows:
            return self.without_rows(request)
        seen: list[str] = []
        for row in self._rows:
            if len(row) != len(self._p):
                raise ValueError("invalid policy size")
            if self.matches(request, row):
                seen.append(self.effect_of(row))
                if self.is_certain(seen[-1]):
                    break
        return self.final(seen)

    def without_rows(self, request: Values) -> bool:
        """casbin asks once, with blanks, and takes any truth."""
        if util.has_eval(self.matcher()):
            raise RuntimeError("please make sure rule exists")
        found = self.evaluate(request, [""] * len(self._p))
        return bool(found) or self.final([])

    def matches(self, request: Values, row: Values) -> bool:
        """Whether a row's matcher is true, an error if it is no truth value."""
        found = self.evaluate(request, row)
        if not isinstance(found, bool | float):
            raise TypeError("matcher result should be bool, int or float")
        return found != 0

    def effect_of(self, row: Sequence[str]) -> str:
        """What a row that matches says."""
        names = self._p
        return row[names.index("eft")] if "eft" in names else "allow"

    def is_certain(self, effect: str) -> bool:
        """Whether no later row can change the answer."""
        if "riority" in self._effect:
            return effect in ("allow", "deny")
        return effect == ("deny" if "deny" in self._effect else "allow")

    def final(self, seen: list[str]) -> bool:
        """The effect of all that matched."""
        if self._effect.startswith("!"):
            return "deny" not in seen
        if "riority" in self._effect:
            return "allow" in seen
        return "allow" in seen and not ("deny" in self._effect and "deny" in seen)

    # the expression

    def evaluate(self, request: Values, row: Values) -> object:
        """The matcher for one row."""
        r, p, _m = self._context
        names = {f"{r}_{n}": v for n, v in zip(self._r, request, strict=True)}
        names |= {f"{p}_{n}": v for n, v in zip(self._p, row, strict=True)}
        evaluator = self.evaluator(self.functions())
        evaluator.names = names
        return evaluator._eval(self.tree(names))

    def evaluator(self, functions: dict[str, Callable[..., object]]) -> Any:
        """What walks the tree."""
        return EvalWithCompoundTypes(functions=functions)

    def tree(self, names: dict[str, Any]) -> ast.expr:
        """The matcher, parsed, with the row's own conditions in it."""
        text = self.matcher()
        if util.has_eval(text):
            rules = [util.escape_assertion(names[n]) for n in util.get_eval_value(text)]
            return ast.parse(as_python(util.replace_eval(text, rules))).body[0].value
        if not hasattr(self, "_tree"):
            self._tree = ast.parse(self.matcher(), mode="eval").body
        return self._tree

    def matcher(self) -> str:
        """The matcher as Python."""
        return self._text

    def functions(self) -> dict[str, Callable[..., object]]:
        """What a matcher may call."""
        found = dict(FunctionMap.load_function_map().get_functions())
        for name in self._links:
            found[name] = self._asker(name)
        return found

    # order

    def _sorted(
        self, rows: list[tuple[str, ...]], names: tuple[str, ...]
    ) -> list[tuple[str, ...]]:
        if "priority" in names:
            column = names.index("priority")
            rows = self.by_priority(rows, column)
        if self._effect.startswith("subjectPriority"):
            levels = self.levels()
            domain = names.index("dom") if "dom" in names else None
            rows = sorted(rows, key=lambda row: self.level(levels, row, domain))
        return rows

    def by_priority(
        self, rows: list[tuple[str, ...]], column: int
    ) -> list[tuple[str, ...]]:
        """Rows in the order of their priority."""
        return sorted(rows, key=lambda row: self.rank(row[column]))

    def rank(self, priority: str) -> int | str:
        """What priorities are compared by."""
        return int(priority) if priority.isdigit() else priority

    def level(
        self,
        levels: dict[tuple[str, str], int],
        row: tuple[str, ...],
        domain: int | None,
    ) -> int:
        """How far up a row's subject stands."""
        return levels.get(("" if domain is None else row[domain], row[0]), 0)

    def levels(self) -> dict[tuple[str, str], int]:
        """Subjects, round by round, from the users up."""
        links = {
            ((domain, start), (domain, goal))
            for domain, graph in self._graphs["g"].items()
            for start, goals in graph.items()
            for goal in goals
        }
        names = {name for link in links for name in link}
        found: dict[tuple[str, str], int] = {}
        while links:
            parents = {goal for _start, goal in links if goal != ("", "")}
            now = names - parents
            if not now:
                raise RuntimeError("cycle")
            found |= dict.fromkeys(now, max(found.values(), default=-1) + 1)
            links = {link for link in links if link[0] not in now}
            names -= now
        return found | dict.fromkeys(names, max(found.values(), default=-1) + 1)

    # roles

    def graph(self, ptype: str, rows: Sequence[Row]) -> Any:
        """domain -> start -> goals."""
        width = self._links[ptype]
        found: Any = defaultdict(lambda: defaultdict(set))
        for row in rows:
            if row.ptype == ptype:
                start, goal, *domain = row.values[:width]
                if len(row.values) < width:
                    raise ValueError("too short")
                found[self.domain(domain[0] if domain else "")][start].add(goal)
        return found

    def domain(self, domain: str) -> str:
        """What links are told apart by."""
        return domain

    def _asker(self, ptype: str) -> Callable[..., bool]:
        def ask(start: object, goal: object, *domain: object) -> bool:
            hash(start), hash(goal)
            has_domain = self._links[ptype] > 2
            where = self.domain(str(domain[0])) if domain and has_domain else ""
            return self.reaches(self._graphs[ptype].get(where, {}), start, goal)

        return ask

    def reaches(self, graph: dict[Any, set[Any]], start: object, goal: object) -> bool:
        """Whether a walk of few enough links leads there."""
        front = {start}
        for _step in range(self.links_followed + 1):
            if any(goal == name for name in front):
                return True
            front = {name for one in front for name in graph.get(one, ())}
        return False
