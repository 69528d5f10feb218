"""The rows of one branch of a plan, indexed.

Rows are grouped by shape: which of their key columns hold a star, and how many
characters `keyMatch` compares. Rows of one shape share one dictionary, so that a request
costs as many look-ups as there are shapes, however many rows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from authz.engine.atoms import Key
from authz.engine.evaluation import Ask
from authz.engine.patterns import WHOLE, prefix_length
from authz.engine.plan import Branch
from authz.engine.reach import (
    Bucket,
    Entry,
    Graphs,
    bucketed,
    meets_by_role,
    rows_by_role,
)

KeyOf = Callable[[Sequence[Any]], Any]
Shape = tuple[int, ...]
#: Rows of one shape and effect: from a request to their key, and the rows by key.
Group = tuple[KeyOf, dict[Any, Bucket]]

#: With more shapes than this the columns that make them are asked row by row.
MOST_SHAPES = 64
#: Beside the lengths of prefixes: the column holds a star.
ANY = -2
_NO_REQUEST: tuple[str, ...] = ()


class Lane:
    """One branch over some rows.

    The graphs it is built with settle what rows say alone; those it is asked with say
    who reaches what. They differ where rows are layered.
    """

    def __init__(
        self, branch: Branch, entries: Sequence[Entry], graphs: Graphs
    ) -> None:
        has_domain = {name: graph.has_domain for name, graph in graphs.items()}
        self._guards = [atom.ask for atom in branch.of("request")]
        self._rows_of = rows_by_role(branch.roles, has_domain)
        keys, shapes = _keys(branch, entries)
        loose = [ask for key, ask in branch.keys if key not in keys]
        settle = _settler(branch, loose, graphs)
        is_settled = not loose and not branch.of("residue")
        holds = _any_row if is_settled else _holds_of_any
        self._meets = meets_by_role(branch.roles, has_domain, holds)
        columns = [role.held for role in branch.roles]
        self._groups: list[Group] = []
        self._saying: dict[int, list[Group]] = {}
        for shape, rows in shapes.items():
            held = _picker([(k.held, n) for k, n in zip(keys, shape, strict=True)])
            asked = _picker([(k.asked, n) for k, n in zip(keys, shape, strict=True)])
            for effect, some in _by_effect(settle(rows)).items():
                group = asked, bucketed(some, held, columns)
                self._groups.append(group)
                self._saying.setdefault(effect, []).append(group)

    def has(self, request: Sequence[object], effect: int, graphs: Graphs) -> bool:
        """Whether a row that says `effect` matches; asked where nothing can raise."""
        for guard in self._guards:
            if not guard(request, _NO_REQUEST, graphs):
                return False
        for key_of, buckets in self._saying.get(effect, ()):
            bucket = buckets.get(key_of(request))
            if bucket is not None and self._meets(bucket, request, graphs):
                return True
        return False

    def matches(self, request: Sequence[object], graphs: Graphs) -> Iterator[Entry]:
        """All rows that match; asked where nothing can raise."""
        for entry in self.candidates(request, graphs):
            if _holds(request, entry, graphs):
                yield entry

    def candidates(self, request: Sequence[object], graphs: Graphs) -> Iterator[Entry]:
        """Rows that the request may match; all that do are among them."""
        for guard in self._guards:
            if not guard(request, _NO_REQUEST, graphs):
                return
        for key_of, buckets in self._groups:
            bucket = buckets.get(key_of(request))
            if bucket is not None:
                yield from self._rows_of(bucket, request, graphs)


def _any_row(
    entries: Sequence[Entry], request: Sequence[object], graphs: Graphs
) -> bool:
    """Of rows of which nothing is left to ask."""
    return True


def _holds_of_any(
    entries: Sequence[Entry], request: Sequence[object], graphs: Graphs
) -> bool:
    """Whether what is left to ask is true of one of some candidates."""
    for entry in entries:  # noqa: SIM110  (a generator costs more)
        if not entry[3] or _holds(request, entry, graphs):
            return True
    return False


def _by_effect(entries: Iterable[Entry]) -> dict[int, list[Entry]]:
    """What denies apart from what allows, as one is looked for without the other."""
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        if entry[1] in found:
            found[entry[1]].append(entry)
        else:
            found[entry[1]] = [entry]
    return found


def _holds(request: Sequence[object], entry: Entry, graphs: Graphs) -> bool:
    """Whether what is left to ask of a candidate is true."""
    for ask in entry[3]:  # noqa: SIM110  (a generator costs more than the questions)
        if not ask(request, entry[2], graphs):
            return False
    return True


def _keys(
    branch: Branch, entries: Sequence[Entry]
) -> tuple[list[Key], dict[Shape, Sequence[Entry]]]:
    """The columns to look up by, and the rows by shape."""
    keys = [key for key, _ in branch.keys]
    shapes = _shapes(keys, entries)
    if len(shapes) > MOST_SHAPES:
        keys = [key for key in keys if key.is_exact]
        shapes = _shapes(keys, entries)
    return keys, shapes


def _shapes(
    keys: Sequence[Key], entries: Sequence[Entry]
) -> dict[Shape, Sequence[Entry]]:
    if all(key.is_exact for key in keys):
        return {(WHOLE,) * len(keys): entries}
    shapes: dict[Shape, list[Entry]] = {}
    for entry in entries:
        shape = tuple([_slot(key, entry[2][key.held]) for key in keys])
        shapes.setdefault(shape, []).append(entry)
    return dict(shapes)


def _slot(key: Key, value: str) -> int:
    if key.by_prefix:
        return prefix_length(value)
    return ANY if value == key.star else WHOLE


def _picker(columns: Sequence[tuple[int, int]]) -> KeyOf:
    """A function from values to those of some columns, cut to some lengths."""
    used = [(column, length) for column, length in columns if length != ANY]
    if not used:
        return lambda values: ()
    if all(length == WHOLE for _, length in used):
        return itemgetter(*[column for column, _ in used])
    cuts = [(c, slice(None) if n == WHOLE else slice(n)) for c, n in used]
    return lambda values: tuple([values[column][cut] for column, cut in cuts])


def _settler(
    branch: Branch, loose: Sequence[Ask], graphs: Graphs
) -> Callable[[Iterable[Entry]], Iterable[Entry]]:
    """What can be said of a row before any request is said once, here.

    Rows that fail a test of the row alone are dropped; of the residue each row keeps
    what its own values do not settle, as `p.also == "-" || …` does where it holds.
    """
    tests = [atom.ask for atom in branch.of("row")]
    residue = [(atom.ask, atom.settled_by) for atom in branch.of("residue")]
    residue += [(ask, ()) for ask in loose]
    if not tests and not residue:
        return lambda entries: entries

    def settle(entries: Iterable[Entry]) -> Iterator[Entry]:
        for place, effect, values, _ in entries:
            if all(test(_NO_REQUEST, values, graphs) for test in tests):
                yield (
                    place,
                    effect,
                    values,
                    tuple(
                        ask
                        for ask, settled_by in residue
                        if not any(s(_NO_REQUEST, values, graphs) for s in settled_by)
                    ),
                )

    return settle
