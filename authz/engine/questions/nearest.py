"""Why a request is answered as it is: the rows that decided, or those that nearly did."""

import reprlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from authz.engine.effect import ALLOW, DENY
from authz.engine.evaluation import Ask, UnsureError, meaning
from authz.engine.nodes import Asked, Attribute, Held, Node, children
from authz.engine.questions.book import Book
from authz.engine.questions.parts import Ground, Part, truth
from authz.engine.questions.sheet import Sheet
from authz.engine.rows import Row
from authz.engine.wording import wording

#: Rows that are compared to the last atom, of each number of keys that do not fit.
MOST_COMPARED = 2_000
#: More than any row has parts.
_FAR = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Deciding:
    """A row that decided.

    Attributes:
        paths: for each role question that holds for it, the g rows walked.
    """

    row: Row
    paths: tuple[tuple[Row, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """A part of the matcher that did not hold for a row.

    Attributes:
        words: the part as the matcher has it; a row's own condition as the row has it.
        values: what stood on its sides: `r.action is 'send', p.action is 'view'`.
        problem: what it raised, "" where it was just false.
    """

    words: str
    values: str
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """A row that would have allowed, but for these parts of the matcher."""

    row: Row
    failed: tuple[Failed, ...]


def deciding(book: Book, request: Sequence[object]) -> tuple[Deciding, ...]:
    """The rows that decided, first the one that casbin names; none: it was by default.

    Each would have sufficed. Where the first row that says anything decides, those
    count that stand before the first that says otherwise. A row of which only casbin
    can tell is missing, unless casbin names it.

    Raises:
        EvaluationError: casbin raises on the request.
    """
    told = book.evaluator.explain(request)
    sheet, asked = book.open(request)
    found = [told.row] if sheet is None else _agreeing(sheet, asked, told.allowed)
    rows = [row for row in dict.fromkeys(found) if row]
    if told.row in rows:
        rows.remove(told.row)
        rows.insert(0, told.row)
    walks = book.walks
    return tuple(Deciding(row=r, paths=walks.paths(request, r)) for r in rows)


def _agreeing(
    sheet: Sheet, asked: Sequence[object], allowed: bool
) -> Iterator[Row | None]:
    rule, wanted = sheet.rule, ALLOW if allowed else DENY
    counts = rule.needs_allow if allowed else rule.heeds_deny or rule.by_order
    for row in matching(sheet, asked) if counts else ():
        if sheet.effect(row) == wanted:
            yield row
        elif rule.by_order:
            return


def matching(sheet: Sheet, asked: Sequence[object]) -> Iterator[Row]:
    """The rows that match and say something, in casbin's order."""
    for place in sheet.candidates(asked):
        row = sheet.rows[place]
        if sheet.effect(row) and sheet.matches(row, asked):
            yield row


def nearest(book: Book, request: Sequence[object], most: int = 5) -> tuple[Near, ...]:
    """For a denial: the rows that would have allowed, but for the fewest parts.

    There are none where a row allows and another denies (`deciding` names it), where
    nothing fits at all, and where only casbin knows the matcher. At most 2,000 rows
    of one distance are compared to the last part.

    Raises:
        EvaluationError: casbin raises on the request.
    """
    allowed = book.evaluator.decide(request)
    sheet, asked = book.open(request)
    if allowed or sheet is None or not sheet.rule.needs_allow:
        return ()
    found = {
        place: parts
        for place, parts in fewest(sheet, asked).items()
        if _is_near(sheet, sheet.rows[place], parts)
    }
    return tuple(
        Near(
            row=sheet.rows[place],
            failed=tuple(_told(sheet, sheet.rows[place], asked, p) for p in parts),
        )
        for place, parts in sorted(found.items())[:most]
    )


def _is_near(sheet: Sheet, row: Row, failed: Sequence[Part]) -> bool:
    """Whether something failed, and something held where there is more than one part."""
    most = max(map(len, sheet.branches(row)))
    return 0 < len(failed) < max(most, 2)


def fewest(sheet: Sheet, asked: Sequence[object]) -> dict[int, tuple[Part, ...]]:
    """Places of rows that say allow -> what speaks against them, of the least."""
    best: dict[int, tuple[Part, ...]] = {}
    least, branches = _FAR, sheet.plan.branches
    for distance in range(max(len(b.keys) + len(b.roles) for b in branches) + 1):
        if distance > least:
            break
        for place in islice(_at(sheet, asked, distance), MOST_COMPARED):
            parts = against(sheet, sheet.rows[place], asked)
            if len(parts) < least:
                best, least = {}, len(parts)
            if len(parts) == least:
                best[place] = parts
    return best


def _at(sheet: Sheet, asked: Sequence[object], distance: int) -> Iterator[int]:
    """The rows that say allow and that so many keys speak against."""
    for branch in sheet.plan.branches:
        for place in sheet.near(branch, asked, distance):
            if sheet.effect(sheet.rows[place]) == ALLOW:
                yield place


def against(sheet: Sheet, row: Row, asked: Sequence[object]) -> tuple[Part, ...]:
    """What does not hold of the matcher for a row, of the branch that is closest."""
    ground = Ground(row, sheet.graphs, sheet.kin, frozenset())
    return min(
        (
            tuple(
                part for part in parts if truth(part, tuple(asked), ground) is not True
            )
            for parts in sheet.branches(row)
        ),
        key=len,
    )


def _told(sheet: Sheet, row: Row, asked: Sequence[object], part: Part) -> Failed:
    tokens = sheet.plan.tokens
    sides = []
    for node in dict.fromkeys(_sides(part.node)):
        value = _told_of(meaning(node), asked, row)
        sides.append(f"{wording(node, tokens)} {value}")
    try:
        part.ask(asked, row.values, sheet.graphs)
        problem = ""
    except UnsureError:
        problem = "only casbin can tell"
    except Exception as error:  # noqa: BLE001  (whatever casbin would raise)
        problem = f"{type(error).__name__}: {error}"
    words = wording(part.node, tokens)
    return Failed(words=words, values=", ".join(sides), problem=problem)


def _sides(node: Node) -> Iterator[Node]:
    """The values that a part looks at; of an attribute of an attribute the outermost."""
    if isinstance(node, Asked | Held | Attribute):
        yield node
    else:
        for child in children(node):
            yield from _sides(child)


def _told_of(ask: Ask, asked: Sequence[object], row: Row) -> str:
    try:
        return f"is {reprlib.repr(ask(asked, row.values, {}))}"
    except Exception:  # noqa: BLE001  (an object's own code)
        return "is missing"
