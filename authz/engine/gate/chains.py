"""How far links lead: casbin follows nine and loses the tenth in silence."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

#: Half of what casbin follows is ample.
MAX_DEPTH = 5

Node = TypeVar("Node", bound=Hashable)
_NOTHING: tuple[frozenset[str], ...] = (frozenset(),) * MAX_DEPTH


def reaches(
    links: Sequence[tuple[Node, Node]],
    beyond: Sequence[frozenset[str]] = _NOTHING,
) -> list[frozenset[Node]]:
    """For each number of links, from one to one more than is ample: where walks begin.

    A walk of n + 1 links begins with a link that leads to a walk of n. In a cycle there
    is always one more. `beyond` says the same of other links, which these may lead to.
    """
    found = [frozenset([start for start, _ in links])]
    for others in beyond:
        starts = found[-1]
        links = [link for link in links if link[1] in starts or link[1] in others]
        found.append(frozenset([start for start, _ in links]))
    return found


def around(
    links: Sequence[tuple[Node, ...]], names: Iterable[Node]
) -> list[tuple[Node, Node]]:
    """The links of every walk that goes through a link which begins at these names."""
    above = new = frozenset(names)
    while new:
        new = frozenset([link[0] for link in links if link[1] in new]) - above
        above |= new
    below = new = frozenset(names)
    found: dict[tuple[Node, Node], None] = {}
    while new:
        lead = [(link[0], link[1]) for link in links if link[0] in new]
        found.update(dict.fromkeys(lead))
        new = frozenset([goal for _, goal in lead]) - below
        below |= new
    lead = [(link[0], link[1]) for link in links if link[1] in above]
    return list(found | dict.fromkeys(lead))
