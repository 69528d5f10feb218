"""Random models: each set of changes turns a denial round, and no part of it does."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain, combinations

from authz.engine import Book, Change, ReferenceEvaluator, Row, changes_for
from authz.engine.questions.changes import changed
from authz.errors import EvaluationError, RowsError
from tests.authz.engine.fuzz.budget import SEED, cases
from tests.authz.engine.fuzz.rows import a_case
from tests.authz.engine.fuzz.test_search import book_of

MANY = cases(ci=900, desk=200)


def allows_then(book: Book, some: Sequence[Change], request: Sequence[object]) -> bool:
    """What casbin itself says once the changes are made."""
    try:
        rows = changed(book.rows, some)
        return ReferenceEvaluator(book.model, rows).decide(request)
    except (EvaluationError, RowsError):
        return False


def is_denied(book: Book, request: Sequence[object]) -> bool:
    try:
        return not book.evaluator.decide(request)
    except EvaluationError:
        return False


def removable(book: Book, request: Sequence[object]) -> list[Row]:
    """Rows that can be taken away and leave casbin a row to ask; of no rows it asks one
    of blanks, which nobody means."""
    sheet, _ = book.open(request)
    if sheet is None or len(set(sheet.rows)) < 2:
        return []
    return list(book.rows[:12])


def test_each_set_of_changes_is_needed_whole():
    sizes: Counter[int] = Counter()
    for number in range(MANY):
        case = a_case(f"changes {SEED}", number)
        book = book_of(case)
        for request in case.requests[:4] if book else ():
            if not book or not is_denied(book, request):
                continue
            found = changes_for(book, request)
            sizes.update(map(len, found) if found else [0])
            for some in found:
                assert allows_then(book, some, request), (case, request, some)
                smaller = chain.from_iterable(
                    combinations(some, size) for size in range(len(some))
                )
                for part in smaller:
                    assert not allows_then(book, part, request), (case, request, some)
            if not found or len(found[0]) > 1:
                for row in removable(book, request):
                    one = (Change("remove", row),)
                    assert not allows_then(book, one, request), (case, request, one)
    assert sizes[1] > MANY
    assert sizes[2] > MANY / 25
