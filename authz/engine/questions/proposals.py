"""Single changes of the rows that may have a part in allowing a request."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Literal

from authz.engine.effect import ALLOW, DENY
from authz.engine.evaluation import meaning
from authz.engine.nodes import Link, Node, walk
from authz.engine.questions.fitting import fitting, has_link
from authz.engine.questions.nearest import MOST_COMPARED, against, matching
from authz.engine.questions.sheet import Sheet
from authz.engine.rows import Row

#: Changes of each sort: rows that deny, links to take away, links and rows to add.
MOST_OF_A_SORT = 8


@dataclass(frozen=True, slots=True)
class Change:
    """A row to add at the end, or a row to remove wherever it stands."""

    kind: Literal["add", "remove"]
    row: Row


def anything(change: Change) -> bool:
    """Every change may be thought of."""
    return True


def proposals(
    sheet: Sheet,
    asked: Sequence[object],
    accepts: Callable[[Change], bool] = anything,
) -> list[Change]:
    """What may help, each sort in turn, the plainest first."""
    rule, said = sheet.rule, set(map(sheet.effect, matching(sheet, asked)))
    lacking = rule.needs_allow and (rule.by_order or ALLOW not in said)
    heeded = rule.heeds_deny or rule.by_order
    denying = [row for row, _ in _but_for_links(sheet, asked, DENY)] if heeded else []
    sorts: list[Iterable[Change]] = [
        (Change("remove", row) for row in denying),
        chain.from_iterable(
            _links(sheet, asked, row, [sheet.matcher(row).node])
            for row in denying
            if sheet.matches(row, asked)
        ),
    ]
    if lacking:
        rows = fitting(sheet, asked)
        sorts.append(_for_near_rows(sheet, asked, rows))
        sorts.append(Change("add", row) for row in rows)
    some = [
        islice(filter(accepts, dict.fromkeys(sort)), MOST_OF_A_SORT) for sort in sorts
    ]
    turns = chain.from_iterable(zip_longest(*some))
    return list(dict.fromkeys(change for change in turns if change))


def _but_for_links(
    sheet: Sheet, asked: Sequence[object], effect: int, new: Sequence[Row] = ()
) -> list[tuple[Row, list[Node]]]:
    """Rows of an effect that lack nothing but links, with what these are asked in.

    Those that lack the fewest come first.
    """
    places = islice(sheet.candidates(asked, roles=False), MOST_COMPARED)
    found = []
    for row in (*(sheet.rows[place] for place in places), *new):
        nodes = [part.node for part in against(sheet, row, asked)]
        if sheet.effect(row) == effect and all(map(has_link, nodes)):
            found.append((row, nodes))
    return sorted(found, key=lambda lacking: len(lacking[1]))


def _for_near_rows(
    sheet: Sheet, asked: Sequence[object], new: Sequence[Row]
) -> list[Change]:
    """The links that rows which say allow lack: his own, then those of his roles."""
    changes = [
        change
        for row, nodes in _but_for_links(sheet, asked, ALLOW, new)
        for change in _links(sheet, asked, row, nodes)
    ]
    own = {value for value in asked if type(value) is str}
    return sorted(changes, key=lambda change: change.row.values[0] not in own)


def _links(
    sheet: Sheet, asked: Sequence[object], row: Row, nodes: Iterable[Node]
) -> Iterator[Change]:
    """The links that turn each role question into its opposite."""
    links = (part for node in nodes for part in walk(node) if isinstance(part, Link))
    for link in links:
        try:
            start, goal, *where = (
                meaning(item)(asked, row.values, sheet.graphs) for item in link.items
            )
        except Exception:  # noqa: BLE001, S112  (of an attribute that is not there)
            continue
        kin = sheet.kin[link.graph]
        domain = str(where[0]) if where and kin.has_domain else ""
        if not (type(start) is type(goal) is str) or (kin.has_domain and not domain):
            continue
        if kin.upward.holds(start, goal, domain):
            for other in kin.between(start, goal, domain):
                yield Change("remove", other)
        else:
            yield from _added(sheet, link.graph, (start, goal, domain))


def _added(
    sheet: Sheet, graph: str, question: tuple[str, str, str]
) -> Iterator[Change]:
    """A link from him, or from a role of his, that closes no circle."""
    start, goal, domain = question
    kin = sheet.kin[graph]
    where = domain if kin.has_domain else ""
    roles = kin.upward.reached(start, where) - {start}
    for name in (start, *sorted(roles)):
        closes = kin.upward.holds(goal, name, where)
        if name and goal and not closes:
            yield Change("add", Row(graph, kin.row(name, goal, where)))
