"""From the rows under one key, those whose roles the request reaches."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from authz.engine.atoms import RoleKey
from authz.engine.evaluation import Ask
from authz.engine.nodes import Asked
from authz.engine.roles import Graph

#: Place in casbin's order, effect, values, what is left to ask of it.
Entry = tuple[int, int, tuple[str, ...], tuple[Ask, ...]]
#: Rows, inside one dictionary for each role column: what the column holds -> the rest.
Bucket = Any
Graphs = Mapping[str, Graph]
Read = Callable[[Sequence[Any], Graphs], frozenset[str]]
RowsOf = Callable[[Bucket, Sequence[Any], Graphs], Iterable[Entry]]
Meets = Callable[[Bucket, Sequence[Any], Graphs], bool]


def bucketed(
    entries: Iterable[Entry],
    key_of: Callable[[Sequence[str]], Any],
    columns: Sequence[int],
) -> dict[Any, Bucket]:
    """Rows by key, and under each key by their role columns."""
    buckets: dict[Any, Bucket] = {}
    for entry in entries:
        values = entry[2]
        place, step = buckets, key_of(values)
        for column in columns:
            place, step = place.setdefault(step, {}), values[column]
        rows = place.get(step)
        if rows is None:
            # a tuple of what refers to nothing else is soon none of the collector's
            place[step] = (entry,)
        elif isinstance(rows, tuple):
            place[step] = [*rows, entry]
        else:
            rows.append(entry)
    return buckets


def rows_by_role(roles: Sequence[RoleKey], has_domain: Mapping[str, bool]) -> RowsOf:
    """A function from a bucket and a request to the rows whose roles it reaches.

    At each role it goes through the names that are reached or through the names that
    rows hold, whichever are fewer.

    Args:
        roles: the role questions, in the order of the bucket's dictionaries.
        has_domain: of each role definition, whether its links have one.
    """
    if not roles:
        return lambda bucket, request, graphs: bucket
    read = _reader(roles[0], has_domain[roles[0].graph])
    inside = rows_by_role(roles[1:], has_domain) if len(roles) > 1 else None

    def rows_of(
        bucket: Bucket, request: Sequence[Any], graphs: Graphs
    ) -> Iterable[Entry]:
        reached = read(request, graphs)
        found: list[Entry] = []
        few, many = (
            (bucket, reached) if len(bucket) < len(reached) else (reached, bucket)
        )
        for name in few:
            if name in many:
                rows = bucket[name]
                found += inside(rows, request, graphs) if inside else rows
        return found

    return rows_of


def meets_by_role(
    roles: Sequence[RoleKey], has_domain: Mapping[str, bool], holds: Meets
) -> Meets:
    """Whether `holds` of any of the rows that `rows_by_role` finds, without a list."""
    if not roles:
        return holds
    read = _reader(roles[0], has_domain[roles[0].graph])
    inside = meets_by_role(roles[1:], has_domain, holds)

    def meets(bucket: Bucket, request: Sequence[Any], graphs: Graphs) -> bool:
        reached = read(request, graphs)
        few, many = (
            (bucket, reached) if len(bucket) < len(reached) else (reached, bucket)
        )
        for name in few:
            if name in many and inside(bucket[name], request, graphs):
                return True
        return False

    return meets


def _reader(role: RoleKey, has_domain: bool) -> Read:
    """What names the request's value reaches, as a function of the request."""
    graph, asked, domain = role.graph, role.asked, role.domain
    if isinstance(domain, Asked) and has_domain:
        place = domain.index

        def read_in(request: Sequence[Any], graphs: Graphs) -> frozenset[str]:
            start, where, links = request[asked], request[place], graphs[graph]
            # what `reached` looks at first: a call costs more
            return links.known.get((where, start)) or links.reached(start, where)

        return read_in
    text = "" if isinstance(domain, Asked) else str(domain.value)
    where = text if has_domain else ""

    def read(request: Sequence[Any], graphs: Graphs) -> frozenset[str]:
        start, links = request[asked], graphs[graph]
        return links.known.get((where, start)) or links.reached(start, where)

    return read
