"""Rows for the other questions: in casbin's order, with their places, or none."""

import pytest

from authz.engine import Book, CompiledEvaluator, Row
from authz.errors import RowsError
from tests.authz.engine.builders import PRIORITY, a_model, rows_of


def placed(book: Book) -> list[str]:
    sheet, _ = book.open(("", "", "", ""))
    assert sheet
    return [row.place for row in sheet.rows]


def test_rows_stand_in_casbins_order_and_equal_ones_in_their_own():
    model = a_model("r.sub == p.sub", p="priority, sub, eft", effect=PRIORITY)
    rows = rows_of(
        "p 2 a allow\np 1 a deny\np 2 a allow\ng a b x\np 10 a deny\np 1 a deny"
    )
    assert placed(Book(model, rows)) == ["row 1", "row 5", "row 0", "row 2", "row 4"]


@pytest.mark.parametrize(
    ("matcher", "rows"),
    [
        ('r.sub + "" == p.sub', "p a x o r"),
        ("r.sub == p.sub", "p a x o"),
        ("eval(p.act)", "p a x o (("),
    ],
)
def test_what_only_casbin_reads_is_no_sheet(matcher, rows):
    book = Book(a_model(matcher), rows_of(rows))
    assert book.open(("", "", "", "")) == (None, ("", "", "", ""))


def test_rows_that_casbin_has_to_sort_itself_are_no_sheet():
    model = a_model("r.sub == p.sub", p="sub, eft\np2 = sub",
                    effect="subjectPriority(p.eft) || deny")  # fmt: skip
    assert Book(model, rows_of("p a allow")).open(("", "", "", ""))[0] is None


def test_rows_that_casbin_refuses_are_refused_here():
    with pytest.raises(RowsError):
        Book(a_model("r.sub == p.sub"), rows_of("g a"))


def test_an_evaluator_over_the_same_rows_is_not_made_again():
    model, rows = a_model("r.sub == p.sub"), rows_of("p a x o r")
    evaluator = CompiledEvaluator(model, rows)
    assert Book(model, rows, evaluator).evaluator is evaluator
    assert Book(model, rows).evaluator.decide(("a", "", "", ""))


def test_a_sheet_is_read_once():
    book = Book(a_model("r.sub == p.sub"), [Row("p", ("a", "x", "o", "r"))])
    assert book.open(("", "", "", ""))[0] is book.open((1,))[0]


def test_prefixes_are_found_by_what_they_begin_with():
    model = a_model("keyMatch(r.obj, p.obj) && keyMatch(r.act, p.act)")
    rows = rows_of("p a x /a/* r\np a x /b/* r\np a x /a/1 r\np a x * r*\np a x /a/* s")
    sheet, _ = Book(model, rows).open(("", "", "", ""))
    assert sheet
    assert sheet.candidates(("", "", "/a/1", "r")) == [0, 2, 3]
    assert sheet.candidates(("", "", "/c", "r")) == [3]
    assert sheet.candidates(("", "", 3, "s")) == [4]
