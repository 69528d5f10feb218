"""Rows that can be read backwards: from what they say to who may ask for it.

A table looks up rows for one whole request. The other questions know only a part of
one, so rows are posted here under what each of their columns holds. Nothing is posted
before somebody looks for it.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from authz.engine.atoms import Key, RoleKey, asked_by
from authz.engine.conditions import node_with
from authz.engine.effect import ALLOW, EFFECT_OF, NOTHING, RULES
from authz.engine.expression import NotCompilableError
from authz.engine.nodes import Asked, Either, Every, Link, walk
from authz.engine.patterns import WHOLE, prefix_length
from authz.engine.plan import Branch, Plan
from authz.engine.questions.kin import Kin
from authz.engine.questions.parts import FREE, Part, part_of
from authz.engine.rows import Row

#: A column, and what it must hold.
Test = tuple[int, frozenset[str]]


class Sheet:
    """The rows of one policy under a plan, in casbin's order.

    Raises:
        NotCompilableError: a row only casbin can answer for, as in `Table`.
    """

    def __init__(self, plan: Plan, rows: Sequence[Row], kin: dict[str, Kin]) -> None:
        names = plan.tokens["p"]
        if any(len(row.values) != len(names) for row in rows):
            text = "casbin raises at a row of the wrong width"
            raise NotCompilableError(text)
        self.plan, self.rows, self.names, self.kin = plan, rows, names, kin
        self.graphs = {name: some.upward for name, some in kin.items()}
        self.rule = RULES[plan.model.effect]
        self._matchers: dict[tuple[str, ...], Part] = {}
        for row in rows if plan.conditions else ():
            self.matcher(row)
        self._posted: dict[int, dict[str, list[int]]] = {}
        self._patterns: dict[int, dict[str, list[str]]] = {}

    def _texts(self, row: Row) -> tuple[str, ...]:
        return tuple(row.values[column] for column in self.plan.conditions)

    def matcher(self, row: Row) -> Part:
        """The matcher as the row makes it."""
        texts = self._texts(row)
        if texts not in self._matchers:
            plan = self.plan
            node = node_with(plan, texts) if plan.conditions else plan.node
            self._matchers[texts] = part_of(node)
        return self._matchers[texts]

    def branches(self, row: Row) -> Iterator[tuple[Part, ...]]:
        """The same as branches of atoms."""
        whole = self.matcher(row)
        for branch in whole.items if isinstance(whole.node, Either) else (whole,):
            yield branch.items if isinstance(branch.node, Every) else (branch,)

    def has(self, row: Row) -> bool:
        """Whether the row is there."""
        places = self.posted(0).get(row.values[0], ())
        return any(self.rows[place] == row for place in places)

    def effect(self, row: Row) -> int:
        """What the row says if it matches."""
        if "eft" not in self.names:
            return ALLOW
        return EFFECT_OF.get(row.values[self.names.index("eft")], NOTHING)

    def matches(self, row: Row, request: Sequence[object]) -> bool:
        """Whether the row matches; no, where casbin would raise or alone can tell."""
        try:
            return bool(self.matcher(row).ask(request, row.values, self.graphs))
        except Exception:  # noqa: BLE001  (whatever it is: no row that counts)
            return False

    def posted(self, column: int) -> dict[str, list[int]]:
        """Places of rows by what they hold in a column."""
        if column not in self._posted:
            found: dict[str, list[int]] = {}
            for place, row in enumerate(self.rows):
                found.setdefault(row.values[column], []).append(place)
            self._posted[column] = found
        return self._posted[column]

    def candidates(self, request: Sequence[object], *, roles: bool = True) -> list[int]:
        """The places of all rows that may match, for some value of what is free.

        Args:
            request: in which values may be free.
            roles: whether the links are as they are; without, they may be any.
        """
        found: set[int] = set()
        for branch in self.plan.branches:
            if self._may_hold(branch, request, roles):
                found.update(self._of_branch(branch, request, roles))
        return sorted(found)

    def near(
        self, branch: Branch, request: Sequence[object], missing: int
    ) -> Iterator[int]:
        """Rows that so many of the branch's keys and roles speak against."""
        tests = self._tests(branch, request, roles=True)
        if missing > len(tests):
            return
        for kept in combinations(tests, len(tests) - missing):
            for place in self._fewest(kept):
                values = self.rows[place].values
                against = sum(values[column] not in held for column, held in tests)
                if against == missing:
                    yield place

    def _may_hold(self, branch: Branch, request: Sequence[object], roles: bool) -> bool:
        """Whether what asks the request alone holds, as far as it is known."""
        return all(
            atom.ask(request, (), self.graphs)
            for atom in branch.of("request")
            if all(type(request[index]) is str for index in asked_by(atom.node))
            and (roles or not any(isinstance(n, Link) for n in walk(atom.node)))
        )

    def _of_branch(
        self, branch: Branch, request: Sequence[object], roles: bool
    ) -> Iterable[int]:
        tests = self._tests(branch, request, roles=roles)
        for place in self._fewest(tests):
            values = self.rows[place].values
            if all(values[column] in held for column, held in tests):
                yield place

    def _fewest(self, tests: Sequence[Test]) -> Iterable[int]:
        """The rows that the sharpest of some tests leaves."""
        found: list[list[int]] | None = None
        size = len(self.rows)
        for column, held in tests:
            posted = self.posted(column)
            some = [posted[value] for value in held if value in posted]
            if found is None or sum(map(len, some)) < size:
                found, size = some, sum(map(len, some))
        if found is None:
            return range(len(self.rows))
        return (place for places in found for place in places)

    def _tests(
        self, branch: Branch, request: Sequence[object], *, roles: bool
    ) -> list[Test]:
        """What the columns of a row that matches hold, as far as is known."""
        wanted = [(key.held, self._held_by_key(key, request)) for key, _ in branch.keys]
        if roles:
            wanted += [(r.held, self._held_by_role(r, request)) for r in branch.roles]
        return [(column, held) for column, held in wanted if held is not None]

    def _held_by_key(
        self, key: Key, request: Sequence[object]
    ) -> frozenset[str] | None:
        value = request[key.asked]
        if type(value) is not str:
            return None
        if key.by_prefix:
            return self._beginnings(key.held, value)
        return frozenset((value,) if key.star is None else (value, key.star))

    def _beginnings(self, column: int, value: str) -> frozenset[str]:
        """What the column holds that `keyMatch` finds the value to begin with."""
        if column not in self._patterns:
            patterns: dict[str, list[str]] = {}
            for held in self.posted(column):
                if (length := prefix_length(held)) != WHOLE:
                    patterns.setdefault(held[:length], []).append(held)
            self._patterns[column] = patterns
        found = self._patterns[column]
        parts = (value[:length] for length in range(len(value) + 1))
        return frozenset((value,)).union(*(found.get(part, ()) for part in parts))

    def _held_by_role(
        self, role: RoleKey, request: Sequence[object]
    ) -> frozenset[str] | None:
        kin, start = self.kin[role.graph], request[role.asked]
        if type(start) is not str:
            return None
        domain = role.domain
        where = request[domain.index] if isinstance(domain, Asked) else domain.value
        if not kin.has_domain:
            return kin.upward.reached(start)
        if where is not FREE:
            return kin.upward.reached(start, str(where))
        some = [kin.upward.reached(start, d) for d in kin.domains_from(start)]
        return frozenset((start,)).union(*some)
