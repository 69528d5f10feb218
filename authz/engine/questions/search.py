"""Reverse questions: all the requests that are allowed among those that fit a pattern.

"What may this subject do", "who may do this", "on what": a request in which some values
are free. The rows that can match are looked up and solved; every answer without a
condition has been asked of `decide`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product

from authz.engine.effect import ALLOW, DENY
from authz.engine.questions.book import Book
from authz.engine.questions.parts import FREE, Ground, Part, Request
from authz.engine.questions.sheet import Sheet
from authz.engine.questions.solving import solutions
from authz.engine.rows import Row
from authz.engine.wording import wording
from authz.errors import EvaluationError


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One request that is allowed, or a set of them that may be.

    Attributes:
        request: the values; FREE where any will do that fits the conditions.
        row: the first row that says so, None where it is so without one.
        conditions: in the matcher's words, with the row's values, what must hold.
        unless: rows that deny some of what was searched for; of a conditional answer
            alone, since others have been asked.
    """

    request: Request
    row: Row | None
    conditions: tuple[str, ...] = ()
    unless: tuple[Row, ...] = ()

    @property
    def is_conditional(self) -> bool:
        """Whether `decide` has to be asked again once more is known."""
        return bool(self.conditions) or any(v is FREE for v in self.request)


def search(
    book: Book, request: Sequence[object], limit: int | None = None
) -> Iterator[Answer]:
    """What is allowed of all that a request stands for, each once, in casbin's order.

    INVARIANT: a request of texts is allowed if and only if an answer is that request,
    or a conditional answer agrees with it and `decide` says so.

    Args:
        book: the rows.
        request: its values, FREE where any may stand.
        limit: the most answers wanted.

    Raises:
        EvaluationError: the request has not the model's size.
    """
    sheet, asked = book.open(request)
    before = tuple(request[: len(request) - len(asked)])
    if len(asked) != book.width(request):
        raise EvaluationError(request, RuntimeError("invalid request size"))
    found = (
        _one_by_one(book, before, tuple(asked))
        if sheet is None
        else _Search(book, sheet, before, tuple(asked)).answers()
    )
    free = [index for index, value in enumerate(request) if value is FREE]
    return islice(_each_once(found, free), limit)


def names(book: Book) -> list[str]:
    """Every text that stands in a row, in order."""
    return sorted({value for row in book.rows for value in row.values})


def _one_by_one(book: Book, before: Request, asked: Request) -> Iterator[Answer]:
    """Where only casbin knows the matcher: every name in every place, asked."""
    known = names(book)
    places = [known if value is FREE else [value] for value in asked]
    for values in product(*places):
        if allows(book, (*before, *values)):
            yield Answer(request=(*before, *values), row=None)


def allows(book: Book, request: Sequence[object]) -> bool:
    """Whether it is allowed; no, where casbin raises."""
    try:
        return book.evaluator.decide(request)
    except EvaluationError:
        return False


def _each_once(answers: Iterator[Answer], free: Sequence[int]) -> Iterator[Answer]:
    seen: set[object] = set()
    odd: list[object] = []  # with a list or an object, which no set takes
    for answer in answers:
        values = tuple(answer.request[index] for index in free)
        key = (values, answer.conditions)
        try:
            is_new = key not in seen
            seen.add(key)
        except TypeError:
            is_new = key not in odd
            odd.append(key)
        if is_new:
            yield answer


class _Search:
    """One question over the rows that an index knows."""

    def __init__(
        self, book: Book, sheet: Sheet, before: Request, asked: Request
    ) -> None:
        self._book, self._sheet = book, sheet
        self._before, self._asked = before, asked
        self._free = frozenset(i for i, value in enumerate(asked) if value is FREE)

    def answers(self) -> Iterator[Answer]:
        """Row by row; without a look at rows where nothing has to allow."""
        if self._sheet.rule.needs_allow:
            for row in self._rows():
                matcher = self._sheet.matcher(row)
                ground = Ground(row, self._sheet.graphs, self._sheet.kin, self._free)
                for found, left in solutions(matcher, self._asked, ground):
                    yield from self._answer(row, found, left)
        else:
            yield from self._answer(None, self._asked, ())

    def _rows(self) -> Iterator[Row]:
        """Those that say allow; without any rows casbin asks one of blanks."""
        sheet = self._sheet
        if not sheet.rows and not sheet.plan.conditions:
            yield Row(sheet.plan.context.policy, ("",) * len(sheet.names))
        for place in sheet.candidates(self._asked):
            if sheet.effect(sheet.rows[place]) == ALLOW:
                yield sheet.rows[place]

    def _answer(
        self, row: Row | None, found: Request, left: Sequence[Part]
    ) -> Iterator[Answer]:
        request, tokens = (*self._before, *found), self._sheet.plan.tokens
        held = row.values if row else ()
        row = row if self._sheet.rows else None
        is_open = any(value is FREE for value in found)
        try:
            if not is_open:
                if self._book.evaluator.decide(request):
                    yield Answer(request=request, row=row)
                return
        except EvaluationError:
            if not left:
                return
        yield Answer(
            request=request,
            row=row,
            conditions=tuple(wording(part.node, tokens, held) for part in left),
            unless=self._unless,
        )

    @cached_property
    def _unless(self) -> tuple[Row, ...]:
        sheet = self._sheet
        if not sheet.rule.heeds_deny and not sheet.rule.by_order:
            return ()
        found = (sheet.rows[place] for place in sheet.candidates(self._asked))
        return tuple(row for row in found if sheet.effect(row) == DENY)
