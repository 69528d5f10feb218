"""Who reaches what through the g rows, as casbin's role managers answer."""

from collections.abc import Iterable, Sequence

from typing_extensions import override

#: casbin looks at ten levels of names, the first being the one asked about.
MOST_LINKS = 9
#: Reached names kept, for each name that links begin at: itself and a chain as long as
#: casbin follows. And as many for a small graph.
REMEMBERED, AT_LEAST = MOST_LINKS + 1, 16_384

#: Name -> the names it is linked to.
Links = dict[str, list[str]]
_NOBODY: Links = {}


class Graph:
    """The links of one role definition, each counting in its own domain alone.

    A name reaches itself, with or without links, and what at most nine links lead to.
    Cycles are harmless.

    Attributes:
        known: what was asked of `reached` before, by domain and name.
    """

    def __init__(self, width: int) -> None:
        self.has_domain = width > 2
        self._links: dict[str, Links] = {}
        self.known: dict[tuple[str, str], frozenset[str]] = {}
        self._room = 0

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

    def layers(self, domain: str) -> tuple[Links, ...]:
        """The links of a domain, in one or more dictionaries."""
        return (self._links.get(domain, _NOBODY),)

    def reached(self, start: str, domain: str = "") -> frozenset[str]:
        """Every name that `start` reaches; `domain` is "" where there are none."""
        found = self.known.get((domain, start))
        if found is not None:
            return found
        layers = self.layers(domain)
        if not any(start in links for links in layers):
            # INVARIANT: nothing is kept of a name without links, so that asking about
            # a million unknown names takes no memory.
            return frozenset((start,))
        found = _closure(start, layers)
        self._keep((domain, start), found)
        return found

    def _keep(self, asked: tuple[str, str], found: frozenset[str]) -> None:
        """In up to eight times the memory of the links; forgotten together when full."""
        if self._room < len(found):
            self.known.clear()
            begins = sum(map(len, self._links.values()))
            self._room = max(AT_LEAST, REMEMBERED * begins)
        self._room -= len(found)
        self.known[asked] = found

    def holds(self, start: str, goal: str, domain: str = "") -> bool:
        """Whether `start` reaches `goal` inside `domain`."""
        return goal in self.reached(start, domain if self.has_domain else "")


class LayeredGraph(Graph):
    """Links of its own on top of shared ones, which are not copied.

    The shared links of the domain `everywhere` count in `domain`, and nowhere else.
    """

    def __init__(self, below: Graph, everywhere: str, domain: str) -> None:
        super().__init__(3 if below.has_domain else 2)
        self._below, self._everywhere, self._domain = below, everywhere, domain

    def after(self, starts: Iterable[str]) -> "LayeredGraph":
        """The same without the links of its own that begin at these names.

        INVARIANT: where links begin that stay, none is added; these are not copied.
        """
        graph = LayeredGraph(self._below, self._everywhere, self._domain)
        for domain, links in self._links.items():
            graph._links[domain] = own = dict(links)
            for start in starts:
                own.pop(start, None)
        return graph

    @override
    def layers(self, domain: str) -> tuple[Links, ...]:
        own = super().layers(domain)
        if not self.has_domain:
            return own + self._below.layers(domain)
        if domain == self._domain:
            own += self._below.layers(self._everywhere)
        return own if domain == self._everywhere else own + self._below.layers(domain)


def graphs_of(widths: dict[str, int]) -> dict[str, Graph]:
    """An empty graph for each role definition."""
    return {ptype: Graph(width) for ptype, width in widths.items()}


def _closure(start: str, layers: Sequence[Links]) -> frozenset[str]:
    reached = {start}
    front = [start]
    for _ in range(MOST_LINKS):
        following = [
            goal for name in front for links in layers for goal in links.get(name, ())
        ]
        front = [goal for goal in dict.fromkeys(following) if goal not in reached]
        if not front:
            break
        reached.update(front)
    return frozenset(reached)
