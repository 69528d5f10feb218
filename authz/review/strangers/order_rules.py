"""What is lost in how rows hang together: long chains, circles, priorities as text."""

from collections import defaultdict
from collections.abc import Iterator

from authz.engine import Row
from authz.review.strangers.finding import Finding
from authz.review.strangers.reading import Doubt, Reading

#: Links that casbin follows.
FOLLOWED = 9
#: Node of a role graph: a name in a domain.
Node = tuple[str, ...]


def order_doubts(reading: Reading) -> Iterator[Doubt]:
    """Chains and circles of each kind of link, then priorities."""
    for ptype in reading.model.links:
        links = _links(reading, ptype)
        yield from _circles(reading, links)
        yield from _chains(reading, ptype, links)
    for ptype, names in reading.model.tokens.items():
        if ptype[0] == "p" and "priority" in names:
            yield from _priorities(reading, ptype, names.index("priority"))
    if reading.is_table and reading.model.effect.startswith("priority"):
        yield from _no_order(reading)


def _links(reading: Reading, ptype: str) -> dict[Node, dict[Node, Row]]:
    width = reading.model.links[ptype]
    found: dict[Node, dict[Node, Row]] = defaultdict(dict)
    for row in reading.rows:
        if row.ptype == ptype and len(row.values) >= width:
            start, goal, *domain = row.values[:width]
            found[start, *domain].setdefault((goal, *domain), row)
    return found


def _chains(
    reading: Reading, ptype: str, links: dict[Node, dict[Node, Row]]
) -> Iterator[Doubt]:
    """From each name that nobody holds, to the farthest it should hold."""
    held = {goal for goals in links.values() for goal in goals}
    for start in [node for node in links if node not in held]:
        steps = list(_fronts(start, links))
        if len(steps) - 1 > FOLLOWED:
            goal = min(steps[-1])
            row = next(iter(links[start].values()))
            says = (
                f"{len(steps) - 1} links from `{start[0]}` to `{goal[0]}`",
                f"follows {FOLLOWED}: what stands behind them is not held, nor denied",
                f"a shorter way: {Row(ptype, (start[0], *goal))}",
            )
            shorter = (*reading.rows, Row(ptype, (start[0], *goal)))
            yield reading.doubt("DLG116", row, says, shorter)


def _fronts(start: Node, links: dict[Node, dict[Node, Row]]) -> Iterator[set[Node]]:
    """What is reached first with 0, 1, 2 … links."""
    seen, front = {start}, {start}
    while front:
        yield front
        front = {goal for node in front for goal in links.get(node, ())} - seen
        seen |= front


def _circles(reading: Reading, links: dict[Node, dict[Node, Row]]) -> Iterator[Doubt]:
    """The rows left when every name that leads nowhere was taken away."""
    left = {node: set(goals) for node, goals in links.items()}
    while True:
        ends = [n for n, goals in left.items() if not any(g in left for g in goals)]
        if not ends:
            break
        for node in ends:
            del left[node]
    if left:
        node = min(left)
        row = next(row for goal, row in links[node].items() if goal in left)
        says = (
            f"`{node[0]}` holds itself in a circle of roles",
            "takes all of the circle for one role; under subjectPriority it can not load"
            ", and other casbins never can",
            "roles that lead one way only",
        )
        yield reading.doubt("DLG328", row, says)


def _priorities(reading: Reading, ptype: str, column: int) -> Iterator[Doubt]:
    rows = [r for r in reading.rows if r.ptype == ptype and len(r.values) > column]
    texts = [row for row in rows if not row.values[column].isdigit()]
    if not texts:
        return
    row = texts[0]
    if len(texts) < len(rows):
        says = (
            f"the priority `{row.values[column]}` stands among numbers",
            "can not load any row at all: TypeError",
            "numbers without a sign in every row",
        )
        yield reading.doubt("DLG324", row, says)
        return
    ranks = _ranks(rows, column)
    meant = _numbered(reading, column, ranks) if ranks else None
    says = (
        f"the priority `{row.values[column]}` is no number to casbin",
        "sorts such priorities as text: -1 before -2, -10 before -2",
        "numbers from 0 up, the most important first",
    )
    yield reading.doubt("DLG325", row, says, meant)


def _ranks(rows: list[Row], column: int) -> dict[str, int]:
    """Priority as written -> its place as a number; nothing if one is no number."""
    words = {row.values[column] for row in rows}
    try:
        ordered = sorted(words, key=int)
    except ValueError:
        return {}
    return {word: place for place, word in enumerate(ordered)}


def _numbered(reading: Reading, column: int, ranks: dict[str, int]) -> tuple[Row, ...]:
    found = []
    for row in reading.rows:
        values = list(row.values)
        if row.ptype[0] == "p" and len(values) > column:
            values[column] = str(ranks.get(values[column], 0))
        found.append(Row(row.ptype, tuple(values), row.place))
    return tuple(found)


def _no_order(reading: Reading) -> Iterator[Doubt]:
    """Without a column, the order of rows decides, and a table has none."""
    if "priority" not in reading.model.tokens["p"]:
        finding = Finding(
            code="DLG329",
            file=reading.file,
            line=0,
            wrong="the effect is about priority, and no column of p is named `priority`",
            casbin="lets the first row decide, and the database may hand rows in any order",
            instead="a column `priority` in [policy_definition]",
        )
        yield Doubt(finding=finding)
