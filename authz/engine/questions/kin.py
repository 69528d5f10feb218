"""The links of one role definition, read from either end."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from authz.engine.roles import Graph
from authz.engine.rows import Row

#: A row of links by one of its names.
ByName = dict[str, list[Row]]


class Kin:
    """Who reaches whom, who is reached by whom, where, and by which rows.

    Args:
        width: columns of a row.
        rows: those of this definition; columns beyond the width are ignored.

    Attributes:
        upward: from a member to its roles.
        downward: from a role to its members.
    """

    def __init__(self, width: int, rows: Iterable[Row]) -> None:
        self.has_domain = width > 2
        self.upward, self.downward = Graph(width), Graph(width)
        self._from: ByName = defaultdict(list)
        self._to: ByName = defaultdict(list)
        for row in rows:
            start, goal, *where = row.values
            self.upward.add((start, goal, *where))
            self.downward.add((goal, start, *where))
            self._from[start].append(row)
            self._to[goal].append(row)

    def domains_from(self, start: str) -> list[str]:
        """The domains in which a name has a role."""
        return self._domains(self._from, start)

    def domains_to(self, goal: str) -> list[str]:
        """The domains in which a name has a member."""
        return self._domains(self._to, goal)

    def row(self, start: str, goal: str, domain: str) -> tuple[str, ...]:
        """The values of a link."""
        return (start, goal, domain) if self.has_domain else (start, goal)

    def between(self, start: str, goal: str, domain: str) -> Iterator[Row]:
        """Each link that stands on a way from start to goal."""
        where = domain if self.has_domain else ""
        above = self.upward.reached(start, where)
        below = self.downward.reached(goal, where)
        for name in sorted(above & below):
            for row in self._from.get(name, ()):
                if row.values[1] in below and self._is_in(row, where):
                    yield row

    def every(self) -> Iterator[Row]:
        """Each link."""
        for rows in self._from.values():
            yield from rows

    def above(self, names: Iterable[str]) -> Iterator[Row]:
        """Each link that a walk from the names may take, in whatever domain."""
        front, seen = list(names), set(names)
        while front:
            for row in self._from.get(front.pop(), ()):
                yield row
                if row.values[1] not in seen:
                    seen.add(row.values[1])
                    front.append(row.values[1])

    def _domains(self, rows: ByName, name: str) -> list[str]:
        return sorted({self._domain(row.values) for row in rows.get(name, ())})

    def _is_in(self, row: Row, domain: str) -> bool:
        return self._domain(row.values) == domain

    def _domain(self, values: Sequence[str]) -> str:
        return values[2] if self.has_domain else ""
