"""Rows under a plan: an immutable set of hash indexes, and what they answer."""

from collections.abc import Callable, Sequence

from authz.engine.conditions import matcher_with
from authz.engine.effect import ALLOW, DENY, EFFECT_OF, NOTHING, RULES
from authz.engine.evaluation import Ask
from authz.engine.lane import Lane
from authz.engine.loading import Loaded, Values
from authz.engine.plan import Plan
from authz.engine.reach import Entry


class Table:
    """The rows of one p, in casbin's order, and the links of the g rows.

    Args:
        plan: how to look rows up.
        loaded: the rows; with `below` those that come on top.
        below: a table of the same plan, whose rows come first and are not copied.

    Attributes:
        graphs: who reaches what.
        shared: the table whose rows are these: `below`, when nothing came on top.

    Raises:
        NotCompilableError: a row whose condition only casbin can evaluate.
    """

    def __init__(
        self, plan: Plan, loaded: Loaded, below: "Table | None" = None
    ) -> None:
        names, rows = plan.tokens["p"], loaded.policies[plan.context.policy]
        widths = enumerate(map(len, rows))
        wrong = next((place for place, width in widths if width != len(names)), None)
        #: whether a row of the wrong width comes next, which casbin raises at
        self.ends_wrong = wrong is not None
        rows = rows[:wrong]
        self._plan, self.graphs, self._names = plan, loaded.graphs, names
        self._entries: Sequence[Entry] = below._entries if below else ()
        self._matchers: Sequence[Ask] = below._matchers if below else ()
        self._lanes: Sequence[Lane] = below._lanes if below else ()
        self.shared = below if below and not rows and wrong is None else self
        self._values: dict[int, frozenset[str]] = {}
        if rows or not below:
            entries = _entries(rows, names, len(self._entries))
            self._entries = [*self._entries, *entries]
            self._matchers = [*self._matchers, *_matchers(plan, rows)]
            self._lanes = [
                *self._lanes, *(Lane(b, entries, self.graphs) for b in plan.branches)
            ]  # fmt: skip
        self._rule = RULES[plan.model.effect]
        self._width, self._texts = len(plan.tokens["r"]), plan.texts
        # a context may stand where the first value does, even one that is not looked at
        self._quick_texts = tuple({0, *plan.texts})
        self._is_quick = plan.total and bool(self._entries) and not self.ends_wrong

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
        if not self._entries and not self.ends_wrong:
            return self._walk_nothing(request)
        found: set[int] = set()
        last: Sequence[str] = ()
        for place, effect, values, _ in self._in_order(request):
            matcher = self.matcher_at(place)
            if not _is_match(matcher(request, values, self.graphs)):
                continue
            last = values
            found.add(effect)
            if effect in self._rule.stops:
                break
        else:
            self._check_end()
        return self._rule.answer(ALLOW in found, DENY in found), last

    def _check_end(self) -> None:
        """Casbin raises where it gets to a row of the wrong width."""
        if self.ends_wrong:
            text = "invalid policy size"
            raise RuntimeError(text)

    def _walk_nothing(self, request: Sequence[object]) -> tuple[bool, Sequence[str]]:
        """Without rows casbin asks the matcher once, of a row of blanks."""
        if self._plan.conditions:
            text = "please make sure rule exists in policy when using eval() in matcher"
            raise RuntimeError(text)
        blank = ("",) * len(self._names)
        allowed = self._plan.matcher(request, blank, self.graphs)
        return self._rule.answer(bool(allowed), denied=False), ()

    def matcher_at(self, place: int) -> Ask:
        """The matcher as the row at that place makes it."""
        return self._matchers[place] if self._matchers else self._plan.matcher

    def values_in(self, column: int) -> frozenset[str]:
        """What rows hold in a column; without rows, what the row of blanks holds."""
        if column not in self._values:
            values = (entry[2][column] for entry in self._entries)
            self._values[column] = frozenset(values) or frozenset(("",))
        return self._values[column]

    def candidates(self, request: Sequence[object]) -> list[Entry]:
        """Every row that matches, and a few more, in casbin's order."""
        graphs = self.graphs
        found = {e[0]: e for n in self._lanes for e in n.candidates(request, graphs)}
        return [found[place] for place in sorted(found)]

    def _in_order(self, request: Sequence[object]) -> Sequence[Entry]:
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
            if lane.has(request, effect, self.graphs):
                return True
        return False

    def _first(self, request: Sequence[object]) -> int:
        """What the first row says that matches and says anything."""
        graphs = self.graphs
        found = [e[:2] for n in self._lanes for e in n.matches(request, graphs) if e[1]]
        return min(found)[1] if found else NOTHING


def _matchers(plan: Plan, rows: Sequence[Values]) -> Sequence[Ask]:
    """The matcher of each row, none where rows have no conditions of their own."""
    if not plan.conditions:
        return ()
    return [
        matcher_with(plan, tuple([values[column] for column in plan.conditions]))
        for values in rows
    ]


def _entries(rows: Sequence[Values], names: tuple[str, ...], first: int) -> list[Entry]:
    places = enumerate(rows, first)
    if "eft" not in names:
        return [(place, ALLOW, values, ()) for place, values in places]
    column = names.index("eft")
    effect_of: Callable[[str, int], int] = EFFECT_OF.get
    return [
        (place, effect_of(values[column], NOTHING), values, ())
        for place, values in places
    ]


def _is_match(result: object) -> bool:
    """Read a matcher's result as casbin's loop does."""
    if isinstance(result, bool):
        return result
    if isinstance(result, float):
        return result != 0
    text = "matcher result should be bool, int or float"
    raise RuntimeError(text)
