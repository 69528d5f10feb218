"""The load gate: refuses the rows that casbin would read unsafely.

The engine equals casbin; this stands in front of it (docs/decisions/0003). Each rule
names the surprise it spares: see tests/authz/engine/test_gate.py, which shows it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from authz.engine.model import Model
from authz.engine.rows import Row
from authz.errors import Fault, RowsError

#: casbin follows nine links and loses the tenth in silence; half of it is ample.
MAX_DEPTH = 5


def gate(model: Model, rows: Sequence[Row]) -> None:
    """Let rows pass, or say everything that is wrong with them.

    Raises:
        RowsError: an empty policy, an unknown type, a wrong width, a blank value, an
            effect that is neither allow nor deny, a duplicate, a cycle or a role chain
            longer than five links.
    """
    faults = [fault for row in rows for fault in _row_faults(model, row)]
    if not any(row.ptype == "p" for row in rows):
        text = "no p row at all: casbin answers blank requests with an allow"
        faults.append(Fault(code="DLG110", message=text))
    faults += _duplicates(rows)
    if not faults:
        faults += [fault for ptype in model.links for fault in _chains(ptype, rows)]
    if faults:
        raise RowsError(faults)


def _row_faults(model: Model, row: Row) -> Iterator[Fault]:
    width = model.width(row.ptype)
    if width is None:
        yield _fault(row, "DLG111", f"the model has no type `{row.ptype}`")
        return
    if len(row.values) != width:
        text = f"`{row.ptype}` has {width} columns, this row {len(row.values)}"
        yield _fault(row, "DLG112", text)
        return
    if any(not value or value != value.strip() for value in row.values):
        yield _fault(row, "DLG113", "a value is blank or has blanks around it")
    names = model.tokens.get(row.ptype, ())
    if "eft" in names and row.values[names.index("eft")] not in ("allow", "deny"):
        yield _fault(row, "DLG114", "the effect is neither `allow` nor `deny`")


def _duplicates(rows: Sequence[Row]) -> Iterator[Fault]:
    seen: dict[Row, str] = {}
    for row in rows:
        if row in seen:
            yield _fault(
                row, "DLG115", f"the same row stands at {seen[row] or 'twice'}"
            )
        seen.setdefault(row, row.place)


def _chains(ptype: str, rows: Sequence[Row]) -> Iterator[Fault]:
    links: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    places: dict[tuple[str, ...], Row] = {}
    for row in rows:
        if row.ptype == ptype:
            start, goal, *domain = row.values
            links[start, *domain].add((goal, *domain))
            places.setdefault((start, *domain), row)
    for node, row in places.items():
        depth = _depth(node, links)
        if depth > MAX_DEPTH:
            text = f"a chain or cycle of more than {MAX_DEPTH} links starts here"
            yield _fault(row, "DLG116", text)


def _depth(
    node: tuple[str, ...], links: dict[tuple[str, ...], set[tuple[str, ...]]]
) -> int:
    """Longest walk from node, cut one past the limit so that a cycle ends too."""
    front, depth = {node}, 0
    while depth <= MAX_DEPTH:
        front = {goal for start in front for goal in links.get(start, ())}
        if not front:
            return depth
        depth += 1
    return depth


def _fault(row: Row, code: str, text: str) -> Fault:
    return Fault(code=code, message=f"{text} ({row})", file=row.place)
