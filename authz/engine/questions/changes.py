"""What would have to change for a request to be allowed."""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from itertools import chain, combinations

from authz.engine.compiled import CompiledEvaluator
from authz.engine.effect import BY_SUBJECT
from authz.engine.nodes import Attribute, Constant, Link, Node, walk
from authz.engine.questions.book import Book
from authz.engine.questions.nearest import matching
from authz.engine.questions.proposals import Change, anything, proposals
from authz.engine.questions.sheet import Sheet
from authz.engine.rows import Row
from authz.errors import EvaluationError, RowsError

#: Of how many proposals one, two or three are tried together.
TRIED = (40, 24, 12)
#: As many rows as all the trials together may read.
MOST_READ = 400_000
#: Rows that deny are taken away together where no three changes suffice.
MOST_DENYING = 6

Changes = tuple[Change, ...]


def changes_for(
    book: Book,
    request: Sequence[object],
    most: int = 5,
    accepts: Callable[[Change], bool] = anything,
) -> tuple[Changes, ...]:
    """For a denial: sets of changes that would allow it, all of the smallest size.

    INVARIANT: each has been tried, on all rows, and none of its parts suffices. There
    are none where only casbin knows the matcher, and where attributes or conditions
    stand against every row; the sets are of what was thought of, not of all there is.

    Args:
        book: the rows.
        request: what is denied.
        most: sets wanted.
        accepts: which changes may be thought of, as links of one user alone.

    Raises:
        EvaluationError: casbin raises on the request.
    """
    allowed = book.evaluator.decide(request)
    sheet, asked = book.open(request)
    if allowed or sheet is None:
        return ()
    proposed = proposals(sheet, asked, accepts)
    trial = _Trial(book, request, _part(book, sheet, asked, proposed))
    for size, tried in enumerate(TRIED, start=1):
        found: list[Changes] = []
        for some in combinations(proposed[:tried], size):
            if len(found) == most or trial.is_tired:
                break
            if trial.allows(some):
                found.append(some)
        if found or trial.is_tired:
            return tuple(found)
    return _all_denying(trial, proposed, set(matching(sheet, asked)))


def changed(rows: Iterable[Row], changes: Sequence[Change]) -> tuple[Row, ...]:
    """The rows with the changes made."""
    removed = {change.row for change in changes if change.kind == "remove"}
    added = (change.row for change in changes if change.kind == "add")
    kept = (row for row in rows if row not in removed) if removed else rows
    return (*kept, *added)


def is_allowed(
    book: Book, changes: Sequence[Change], request: Sequence[object]
) -> bool:
    """Whether the request is allowed once the changes are made to all rows."""
    return _allows(book, changed(book.rows, changes), request)


def _allows(book: Book, rows: Sequence[Row], request: Sequence[object]) -> bool:
    try:
        return CompiledEvaluator(book.model, rows).decide(request)
    except (EvaluationError, RowsError):
        return False


class _Trial:
    """The rows that have a say, asked anew after each try, and all of them at last."""

    def __init__(
        self, book: Book, request: Sequence[object], rows: Sequence[Row]
    ) -> None:
        self._book, self._request, self._rows = book, request, rows
        self._read = 0

    @property
    def is_tired(self) -> bool:
        """Whether enough has been tried."""
        return self._read > MOST_READ

    def may_allow(self, changes: Changes) -> bool:
        """What the rows that have a say answer."""
        self._read += len(self._rows) + 20
        rows = changed(self._rows, changes)
        return _allows(self._book, rows, self._request)

    def allows(self, changes: Changes) -> bool:
        """What all rows answer."""
        is_worth_it = self.may_allow(changes)
        return is_worth_it and is_allowed(self._book, changes, self._request)


def _all_denying(
    trial: _Trial, proposed: Sequence[Change], matching_rows: Set[Row]
) -> tuple[Changes, ...]:
    """More rows deny than are tried by threes: all of them away, and one change more."""
    denying = [change for change in proposed if change.row in matching_rows]
    if not 2 < len(denying) <= MOST_DENYING:
        return ()
    others = [change for change in proposed if change not in denying]
    for more in ((), *((change,) for change in others)):
        some = (*denying, *more)
        sizes = range(1, len(some))
        parts = chain.from_iterable(combinations(some, size) for size in sizes)
        if trial.allows(some) and not any(map(trial.may_allow, parts)):
            return (some,)
    return ()


def _part(
    book: Book, sheet: Sheet, asked: Sequence[object], proposed: Sequence[Change]
) -> tuple[Row, ...]:
    """The rows that can have a say, whatever proposals are made of.

    INVARIANT: it answers the request as all rows do. A row of the policy is left out
    only for its keys, which no link touches, and one such row stays, since casbin
    answers otherwise of no rows at all; a link only if no walk can begin there.
    """
    if sheet.plan.model.effect == BY_SUBJECT:
        return book.rows  # any link can change the order
    places = sheet.candidates(asked, roles=False)
    kept = [sheet.rows[place] for place in places]
    others = set(range(len(sheet.rows))).difference(places)
    kept += [sheet.rows[place] for place in sorted(others)[:1]]
    links = _links(book, sheet, asked, [*kept, *(c.row for c in proposed)])
    wanted = {id(row) for row in chain(kept, links)}
    return tuple(row for row in book.rows if id(row) in wanted)


def _links(
    book: Book, sheet: Sheet, asked: Sequence[object], rows: Sequence[Row]
) -> Iterator[Row]:
    """Those that a walk from any name in sight may take."""
    policy = sheet.plan.context.policy
    nodes = {sheet.plan.node}
    nodes.update(sheet.matcher(row).node for row in rows if row.ptype == policy)
    parts = {part for node in nodes for part in walk(node)}
    names = {value for value in asked if isinstance(value, str)}
    names.update(value for row in rows for value in row.values)
    names.update(
        p.value for p in parts if isinstance(p, Constant) and isinstance(p.value, str)
    )
    for kin in book.kin.values():
        yield from kin.every() if any(map(_is_of_object, parts)) else kin.above(names)


def _is_of_object(node: Node) -> bool:
    """Whether it asks about the role of an attribute."""
    parts = walk(node)
    return isinstance(node, Link) and any(isinstance(p, Attribute) for p in parts)
