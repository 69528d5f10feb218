"""Rows under a plan: an immutable set of hash indexes, and what they answer."""

from collections.abc import Callable, Sequence

from authz.engine.conditions import matcher_with
from authz.engine.effect import ALLOW, DENY, EFFECT_OF, NOTHING, RULES
from authz.engine.evaluation import Ask
from authz.engine.expression import NotCompilableError
from authz.engine.lane import Lane
from authz.engine.loading import Loaded, Values
from authz.engine.plan import Plan
from authz.engine.reach import Entry


class Table:
    """The rows of one p, in casbin's order, and the links of the g rows.

    Raises:
        NotCompilableError: a row that casbin raises at when it reaches it, or whose
            condition only casbin can evaluate.
    """

    def __init__(self, plan: Plan, loaded: Loaded) -> None:
        names, rows = plan.tokens["p"], loaded.policies[plan.context.policy]
        if any(len(values) != len(names) for values in rows):
            text = "casbin raises at a row of the wrong width"
            raise NotCompilableError(text)
        self._plan, self._graphs = plan, loaded.graphs
        self._matcher_of = _matcher_of(plan, rows)
        self._rule = RULES[plan.model.effect]
        self._blank = ("",) * len(names)
        self._entries = _entries(rows, names)
        self._lanes = [Lane(b, self._entries, self._graphs) for b in plan.branches]
        self._width, self._texts = len(plan.tokens["r"]), plan.texts
        # a context may stand where the first value does, even one that is not looked at
        self._quick_texts = tuple({0, *plan.texts})
        self._is_quick = plan.total and bool(rows)

    def answer(self, request: Sequence[object]) -> bool | None:
        """The answer, from as few rows as will do; None where something may raise."""
        if not self._is_quick or not self._are_texts(request, self._quick_texts):
            return None
        rule = self._rule
        if rule.by_order:
            return self._first(request) == ALLOW
        if rule.heeds_deny and self._has(request, DENY):
            return False
        return not rule.needs_allow or self._has(request, ALLOW)

    def walk(self, request: Sequence[object]) -> tuple[bool, Sequence[str]]:
        """The answer and the row casbin names, () for none, found as casbin finds them.

        The matcher is asked of every candidate, whole, in casbin's order. It raises
        what casbin raises.
        """
        if len(request) != self._width:
            text = "invalid request size"
            raise RuntimeError(text)
        if not self._entries:
            return self._walk_nothing(request)
        found: set[int] = set()
        last: Sequence[str] = ()
        for place, effect, values, _ in self._in_order(request):
            matcher = self._matcher_of(place)
            if not _is_match(matcher(request, values, self._graphs)):
                continue
            last = values
            found.add(effect)
            if effect in self._rule.stops:
                break
        return self._rule.answer(ALLOW in found, DENY in found), last

    def _walk_nothing(self, request: Sequence[object]) -> tuple[bool, Sequence[str]]:
        """Without rows casbin asks the matcher once, of a row of blanks."""
        if self._plan.conditions:
            text = "please make sure rule exists in policy when using eval() in matcher"
            raise RuntimeError(text)
        allowed = self._plan.matcher(request, self._blank, self._graphs)
        return self._rule.answer(bool(allowed), denied=False), ()

    def candidates(self, request: Sequence[object]) -> list[Entry]:
        """Every row that matches, and a few more, in casbin's order."""
        found = {e[0]: e for lane in self._lanes for e in lane.candidates(request)}
        return [found[place] for place in sorted(found)]

    def _in_order(self, request: Sequence[object]) -> list[Entry]:
        """The rows that may match; every row where the indexes do not hold."""
        is_indexed = self._are_texts(request, self._texts)
        return self.candidates(request) if is_indexed else self._entries

    def _are_texts(self, request: Sequence[object], indexes: tuple[int, ...]) -> bool:
        if len(request) != self._width:
            return False
        for index in indexes:  # noqa: SIM110  (a generator costs more)
            if type(request[index]) is not str:
                return False
        return True

    def _has(self, request: Sequence[object], effect: int) -> bool:
        for lane in self._lanes:  # noqa: SIM110  (a generator costs more)
            if lane.has(request, effect):
                return True
        return False

    def _first(self, request: Sequence[object]) -> int:
        """What the first row says that matches and says anything."""
        found = [e[:2] for lane in self._lanes for e in lane.matches(request) if e[1]]
        return min(found)[1] if found else NOTHING


def _matcher_of(plan: Plan, rows: Sequence[Values]) -> Callable[[int], Ask]:
    """The matcher of the row at a place: one for all, but for conditions of rows."""
    if not plan.conditions:
        return lambda place: plan.matcher
    matchers = [
        matcher_with(plan, tuple([values[column] for column in plan.conditions]))
        for values in rows
    ]
    return matchers.__getitem__


def _entries(rows: Sequence[Values], names: tuple[str, ...]) -> list[Entry]:
    if "eft" not in names:
        return [(place, ALLOW, values, ()) for place, values in enumerate(rows)]
    column = names.index("eft")
    effect_of: Callable[[str, int], int] = EFFECT_OF.get
    return [
        (place, effect_of(values[column], NOTHING), values, ())
        for place, values in enumerate(rows)
    ]


def _is_match(result: object) -> bool:
    """Read a matcher's result as casbin's loop does."""
    if isinstance(result, bool):
        return result
    if isinstance(result, float):
        return result != 0
    text = "matcher result should be bool, int or float"
    raise RuntimeError(text)
