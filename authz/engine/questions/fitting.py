"""Rows that would allow a request: rows that are there, made to fit, or a new one."""

from collections.abc import Iterator, Sequence
from itertools import islice

from authz.engine.evaluation import meaning
from authz.engine.nodes import (
    Comparison,
    Display,
    Either,
    Held,
    Link,
    Match,
    Node,
    walk,
)
from authz.engine.questions.nearest import fewest
from authz.engine.questions.parts import Ground, Part, truth
from authz.engine.questions.sheet import Sheet
from authz.engine.rows import Row

#: Rows that are taken as models for a new one, and names that it is written for.
TEMPLATES, NAMES = 3, 4
#: In a column of which the matcher asks nothing.
NOTHING_ASKED = "-"


def fitting(sheet: Sheet, asked: Sequence[object]) -> list[Row]:
    """Rows that are not there and match, for himself first, then for his roles.

    After them those that lack nothing but links. A condition that a row carries is
    taken as it is: where it does not hold, nothing is made of the row.
    """
    found: dict[Row, int] = {}
    for name in range(NAMES):
        for template in _templates(sheet, asked):
            for parts in sheet.branches(template):
                fit = _Fit(sheet, asked, name)
                values = fit.fitted(parts, template)
                lacking = [part.node for part in parts if not fit.holds(part)]
                if "" not in values and all(map(has_link, lacking)):
                    found.setdefault(Row(template.ptype, values), len(lacking))
    some = sorted(found, key=lambda row: found[row])
    return [row for row in some if not sheet.has(row)]


def has_link(node: Node) -> bool:
    """Whether a link may change what it answers."""
    return any(isinstance(part, Link) for part in walk(node))


def _templates(sheet: Sheet, asked: Sequence[object]) -> Iterator[Row]:
    for place in islice(sorted(fewest(sheet, asked)), TEMPLATES):
        yield sheet.rows[place]
    known = dict(zip(sheet.plan.tokens["r"], asked, strict=True))
    words = (known.get(name, NOTHING_ASKED) for name in sheet.names)
    values = tuple(w if isinstance(w, str) and w else NOTHING_ASKED for w in words)
    if not sheet.plan.conditions:
        yield Row(sheet.plan.context.policy, values)


class _Fit:
    """A row on its way to match."""

    def __init__(self, sheet: Sheet, asked: Sequence[object], name: int) -> None:
        self._sheet, self._asked, self._name = sheet, tuple(asked), name
        self._values: list[str] = []

    def fitted(self, parts: Sequence[Part], template: Row) -> tuple[str, ...]:
        """Its values once every part holds that can be made to."""
        self._values = list(template.values)
        for column, value in _fixed(self._sheet).items():
            self._write(Held(column), value)
        for part in (*parts, *parts):  # a part may rest on a later one
            if not self.holds(part):
                self._adjust(part.node)
        return tuple(self._values)

    def holds(self, part: Part) -> bool:
        """Whether the part holds for the row as it is now."""
        row = Row("", tuple(self._values))
        ground = Ground(row, self._sheet.graphs, self._sheet.kin, frozenset())
        return truth(part, self._asked, ground) is True

    def _adjust(self, node: Node) -> bool:
        """Write what makes the part hold into one of the columns that it looks at."""
        if isinstance(node, Either):
            return any(self._adjust(item) for item in node.items)
        if isinstance(node, Comparison) and len(node.steps) == 1:
            sign, right = node.steps[0]
            if sign == "==":
                return self._meet(node.left, right) or self._meet(right, node.left)
            if sign == "in" and isinstance(right, Display):
                pairs = [(node.left, item) for item in right.items]
                return any(self._meet(a, b) or self._meet(b, a) for a, b in pairs)
        if isinstance(node, Match):
            return self._meet(node.items[1], node.items[0])
        if isinstance(node, Link):
            start, goal = node.items[:2]
            return self._reach(node) or self._meet(start, goal)
        return False

    def _meet(self, column: Node, wanted: Node) -> bool:
        """Give a column the value of what it is compared with."""
        return self._write(column, self._value(wanted))

    def _reach(self, link: Link) -> bool:
        """Give the goal's column the name, or one of the roles, of who is asked about."""
        start, goal, *where = link.items
        kin, name = self._sheet.kin[link.graph], self._value(start)
        if type(name) is not str:
            return False
        domain = str(self._value(where[0])) if where and kin.has_domain else ""
        roles = sorted(kin.upward.reached(name, domain) - {name})
        known = [name, *roles]
        if self._name >= len(known):
            return False
        return self._write(goal, known[self._name])

    def _write(self, column: Node, value: object) -> bool:
        """Put a value into a column; a condition stays what its author wrote."""
        if not isinstance(column, Held) or not isinstance(value, str):
            return False
        if column.index in self._sheet.plan.conditions:
            return False
        self._values[column.index] = value
        return True

    def _value(self, node: Node) -> object:
        try:
            return meaning(node)(self._asked, self._values, self._sheet.graphs)
        except Exception:  # noqa: BLE001  (an attribute that is not there)
            return None


def _fixed(sheet: Sheet) -> dict[int, str]:
    """The columns that no matcher looks at: what a row says, and how early."""
    found = {}
    if "eft" in sheet.names:
        found[sheet.names.index("eft")] = "allow"
    if "priority" in sheet.names and sheet.rows:
        column = sheet.names.index("priority")
        first = sheet.rows[0].values[column]
        found[column] = str(max(int(first) - 1, 0)) if first.isdecimal() else first
    return found
