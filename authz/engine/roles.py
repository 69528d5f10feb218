"""Who reaches what through the g rows, as casbin's role managers answer."""

from collections.abc import Sequence

#: casbin looks at ten levels of names, the first being the one asked about.
MOST_LINKS = 9
#: Sets of reachable names kept; forgotten together when there are more.
REMEMBERED = 4_096

_NOBODY: dict[str, list[str]] = {}


class Graph:
    """The links of one role definition, each counting in its own domain alone.

    A name reaches itself, with or without links, and what at most nine links lead to.
    Cycles are harmless.
    """

    def __init__(self, width: int) -> None:
        self.has_domain = width > 2
        self._links: dict[str, dict[str, list[str]]] = {}
        self._reached: dict[tuple[str, str], frozenset[str]] = {}

    def add(self, values: Sequence[str]) -> None:
        """Take in one row; columns beyond the definition are ignored, as in casbin."""
        start, goal = values[0], values[1]
        domain = values[2] if self.has_domain else ""
        links = self._links.get(domain)
        if links is None:
            links = self._links[domain] = {}
        if start in links:
            links[start].append(goal)
        else:
            links[start] = [goal]

    def reached(self, start: str, domain: str = "") -> frozenset[str]:
        """Every name that `start` reaches; `domain` is "" where there are none."""
        found = self._reached.get((domain, start))
        if found is not None:
            return found
        links = self._links.get(domain, _NOBODY)
        if start not in links:
            # INVARIANT: nothing is kept of a name without links, so that asking about
            # a million unknown names takes no memory.
            return frozenset((start,))
        found = _closure(start, links)
        if len(self._reached) >= REMEMBERED:
            self._reached.clear()
        self._reached[domain, start] = found
        return found

    def holds(self, start: str, goal: str, domain: str = "") -> bool:
        """Whether `start` reaches `goal` inside `domain`."""
        return goal in self.reached(start, domain if self.has_domain else "")


def graphs_of(widths: dict[str, int]) -> dict[str, Graph]:
    """An empty graph for each role definition."""
    return {ptype: Graph(width) for ptype, width in widths.items()}


def _closure(start: str, links: dict[str, list[str]]) -> frozenset[str]:
    reached = {start}
    front = [start]
    for _ in range(MOST_LINKS):
        following = [goal for name in front for goal in links.get(name, ())]
        front = [goal for goal in dict.fromkeys(following) if goal not in reached]
        if not front:
            break
        reached.update(front)
    return frozenset(reached)
