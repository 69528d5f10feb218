"""Random models: the rows that decided did, and no row is nearer than the nearest."""

from collections.abc import Iterator
from dataclasses import replace

from casbin.core_enforcer import EnforceContext

from authz.engine import Book, ReferenceEvaluator, Row, deciding, nearest, read_model
from authz.engine.effect import ALLOW as SAYS_ALLOW
from authz.engine.questions.changes import changed
from authz.engine.questions.nearest import against
from authz.engine.questions.proposals import Change
from authz.engine.questions.sheet import Sheet
from authz.errors import EvaluationError
from tests.authz.engine.fuzz.budget import SEED, cases
from tests.authz.engine.fuzz.case import ALLOW, EFFECTS, Case, Thing, has_context
from tests.authz.engine.fuzz.rows import a_case
from tests.authz.engine.fuzz.test_search import book_of

MANY = cases(ci=900, desk=200)
#: Of other values only casbin can say what a role question makes of them.
KNOWN = (str, dict, Thing, EnforceContext)


def decided(book: Book, request: tuple[object, ...]) -> object:
    try:
        return book.evaluator.decide(request)
    except EvaluationError as error:
        return error


def matches_alone(case: Case, row: Row, request: tuple[object, ...]) -> bool:
    """Whether casbin allows the request for that row and the links, as an allow."""
    values = list(row.values)
    if "eft" in case.shape.policy:
        values[case.shape.policy.index("eft")] = "allow"
    links = [other for other in case.rows if other.ptype in dict(case.shape.links)]
    model = read_model(replace(case.shape, effect=ALLOW).text)
    rows = [*links, Row(row.ptype, tuple(values))]
    return decided(Book(model, rows, ReferenceEvaluator(model, rows)), request) is True


def asked() -> Iterator[tuple[Case, Book, Sheet, tuple[object, ...], bool]]:
    """Requests that are answered without casbin, with the answer."""
    for number in range(MANY):
        case = a_case(f"nearest {SEED}", number)
        book = book_of(case)
        for request in case.requests[:5] if book else ():
            answer = book and decided(book, request)
            sheet = book and book.open(request)[0]
            if book and sheet and isinstance(answer, bool):
                yield case, book, sheet, request, answer


def test_rows_that_decided_match_and_are_all_that_there_are():
    seen = 0
    for case, book, _, request, answer in asked():
        rows = [each.row for each in deciding(book, request)]
        if not rows or not all(isinstance(value, KNOWN) for value in request):
            continue
        seen += 1
        told = book.evaluator.explain(request)
        assert told.row not in rows[1:]
        assert deciding(book, request)[0].paths == told.paths or rows[0] != told.row
        assert all(matches_alone(case, row, request) for row in rows), case
        without = Book(
            book.model, changed(book.rows, [Change("remove", r) for r in rows])
        )
        sheet, _ = without.open(request)
        if sheet and sheet.rows and case.shape.effect not in EFFECTS[3:]:
            again = decided(without, request)
            assert again is not True or not answer, (case, request)
            assert again is not False or answer or not deciding(without, request)
    assert seen > MANY / 4


def test_no_row_is_nearer_than_the_nearest():
    seen = 0
    for case, book, sheet, request, answer in asked():
        if answer or not sheet.rule.needs_allow:
            continue
        values = book.open(request)[1]
        rows = [row for row in sheet.rows if sheet.effect(row) == SAYS_ALLOW]
        failed = {row: len(against(sheet, row, values)) for row in rows}
        least = min(failed.values(), default=0)
        found = nearest(book, request)
        seen += len(found)
        assert all(len(near.failed) == least for near in found), (case, request)
        # a row allows, or of none does any part hold
        others = [row for row in rows if failed[row] == least]
        wholes = [max(map(len, sheet.branches(row))) for row in others]
        assert found or not least or least >= min(wholes), (case, request)
    assert seen > MANY


def test_what_failed_is_told_with_what_was_compared():
    for case, book, _, request, answer in asked():
        for near in nearest(book, request) if not answer else ():
            for failed in near.failed:
                has_sides = "r." in failed.words or "p." in failed.words
                assert bool(failed.values) or not has_sides
            if not has_context(request):
                assert not matches_alone(case, near.row, request)
