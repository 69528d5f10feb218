"""Which rows decided, and which would have but for a part of the matcher."""

import pytest
from casbin.core_enforcer import EnforceContext

from authz.engine import Book, Failed, Row, deciding, nearest
from authz.errors import EvaluationError
from tests.authz.engine.builders import (
    ALLOW,
    BOTH,
    NOT_DENY,
    PRIORITY,
    a_model,
    rows_of,
)

MATCHER = "g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.obj == p.obj && r.act == p.act"
WITH_EFFECT = "sub, dom, obj, act, eft"
ROWS = rows_of(
    "p admin x data read allow\np boss x data write allow\np clerk x data read allow\n"
    "p temp x data read deny\ng ann clerk x\ng clerk admin x\ng tom admin x\ng tom temp x"
)
ANN = ("ann", "x", "data", "read")


def a_book(matcher: str = MATCHER, effect: str = BOTH, rows=ROWS) -> Book:
    return Book(a_model(matcher, p=WITH_EFFECT, effect=effect), rows)


def places(book: Book, request: tuple[object, ...]) -> list[str]:
    return [found.row.place for found in deciding(book, request)]


def test_an_allow_names_every_row_that_allows_and_each_ones_walk():
    found = deciding(a_book(effect=ALLOW), ANN)
    assert [each.row.place for each in found] == ["row 0", "row 2"]
    assert [[row.place for row in each.paths[0]] for each in found] == [
        ["row 4", "row 5"],
        ["row 4"],
    ]


def test_the_row_that_casbin_names_comes_first():
    # where a denial could follow casbin looks at every row, and names the last
    assert places(a_book(), ANN) == ["row 2", "row 0"]


def test_a_row_that_raises_after_the_answer_did_not_decide():
    rules = ('r.act == "read"', "r.sub.age > 1", "True")
    rows = [Row("p", ("ann", rule), rule) for rule in rules]
    model = a_model("r.sub == p.sub && eval(p.rule)", p="sub, rule")
    assert places(Book(model, rows), ("ann", "", "", "read")) == [rules[0], rules[2]]


def test_a_denial_names_the_row_that_denies_or_none():
    assert places(a_book(), ("tom", "x", "data", "read")) == ["row 3"]
    assert places(a_book(), ("ann", "x", "data", "write")) == []
    # a row that denies has no say here
    assert places(a_book(effect=ALLOW), ("temp", "x", "data", "read")) == []
    by_default = a_book(effect=NOT_DENY)
    assert places(by_default, ANN) == []
    assert places(by_default, ("temp", "x", "data", "read")) == ["row 3"]


def test_where_the_first_row_decides_later_ones_that_agree_did_not():
    rows = rows_of(
        "p a x o r other\np a x o r deny\np a x o r deny\np a x o r allow\np top x o r deny"
    )
    rows[2] = Row("p", ("admin", "x", "o", "r", "deny"), "row 2")
    links = rows_of("g a admin x\ng a top x")
    book = a_book(effect=PRIORITY, rows=[*rows, *links])
    assert places(book, ("a", "x", "o", "r")) == ["row 1", "row 2"]


def test_the_atoms_that_failed_are_told_in_words_and_values():
    (near,) = nearest(a_book(), ("ann", "x", "data", "write"))[1:2]
    assert near.row.place == "row 1"
    assert near.failed == (
        Failed(
            words="g(r.sub, p.sub, r.dom)",
            values="r.sub is 'ann', p.sub is 'boss', r.dom is 'x'",
        ),
    )
    (first, *_) = nearest(a_book(), ("ann", "x", "data", "send"))
    assert first.failed == (
        Failed(words="r.act == p.act", values="r.act is 'send', p.act is 'read'"),
    )


def test_only_the_nearest_are_told_and_at_most_so_many():
    rows = [Row("p", ("ann", "x", f"data{n}", "read", "allow")) for n in range(20)]
    book = a_book(rows=[*rows, Row("p", ("zoe", "x", "other", "read", "allow"))])
    found = nearest(book, ("ann", "x", "more", "read"))
    assert [near.row for near in found] == rows[:5]
    assert len(nearest(book, ("ann", "x", "more", "read"), most=8)) == 8
    (one,) = nearest(book, ("ann", "x", "other", "read"))[-1:]
    assert len(one.failed) == 1


def test_of_rows_with_as_many_keys_the_rest_of_the_matcher_tells():
    rows = rows_of(
        "p ann x data read allow\np ann x bill read allow\np ann x data show allow"
    )
    book = a_book("r.sub == p.sub && r.obj != p.obj && r.act == p.act", rows=rows)
    (near,) = nearest(book, ("ann", "x", "data", "send"))
    assert (near.row, [failed.words for failed in near.failed]) == (
        rows[1],
        ["r.act == p.act"],
    )


def test_nothing_is_near_an_allow_a_row_that_denies_or_what_has_nothing_in_common():
    book = a_book()
    assert nearest(book, ANN) == ()
    assert nearest(book, ("tom", "x", "data", "read")) == ()
    assert nearest(book, ("nobody", "nowhere", "nothing", "never")) == ()
    assert nearest(a_book(effect=NOT_DENY), ("temp", "x", "data", "read")) == ()
    assert nearest(a_book("r.sub + '' == p.sub"), ("zoe", "x", "data", "read")) == ()


def test_a_matcher_of_one_part_tells_the_rows_it_does_not_hold_for():
    (near,) = nearest(a_book("r.sub == p.sub", rows=ROWS[:1]), ("zoe", "", "", ""))
    assert near.failed[0].values == "r.sub is 'zoe', p.sub is 'admin'"


def test_of_several_branches_the_closest_speaks():
    book = a_book(
        "(r.sub == p.sub && r.obj == p.obj && r.act == p.act) || r.dom == 'y'"
    )
    found = nearest(book, ("boss", "x", "bill", "write"))
    told = {near.row.place: [failed.words for failed in near.failed] for near in found}
    assert told["row 1"] == ["r.obj == p.obj"]
    assert told["row 0"] == ['r.dom == "y"']


def test_a_condition_of_the_row_is_told_as_the_row_has_it():
    rows = [Row("p", ("ann", 'r.act == "read" && r.sub.age > 18'), "row 0")]
    model = a_model("r.dom == p.sub && eval(p.rule)", p="sub, rule")
    (near,) = nearest(Book(model, rows), ({"age": 7}, "ann", "", "read"))
    assert near.failed == (Failed(words="r.sub.age > 18", values="r.sub.age is 7"),)


def test_what_would_raise_is_told_with_its_problem():
    book = a_book("r.act == p.act && r.dom == p.dom && r.sub.age > 18")
    (near, *_) = nearest(book, ("ann", "x", "data", "send"))
    failed = near.failed[-1]
    assert (failed.words, failed.values) == ("r.sub.age > 18", "r.sub.age is missing")
    assert failed.problem.startswith("AttributeDoesNotExist")
    unsure = a_book("r.act == p.act && r.dom == p.dom && r.sub.upper == p.sub")
    (near, *_) = nearest(unsure, ("ann", "x", "data", "send"))
    assert near.failed[-1].problem == "only casbin can tell"


def test_long_values_are_cut():
    book = a_book("r.sub == p.sub && r.dom == p.dom", rows=ROWS[:1])
    (near,) = nearest(book, ("a" * 500, "x", "", ""))
    assert len(near.failed[0].values) < 80


def test_a_context_is_asked_about_its_own_rows():
    model = a_model(
        "r.sub == p.sub\nm2 = g(r2.sub, p2.sub, r2.dom)",
        r="sub, dom, obj, act\nr2 = sub, dom",
        p="sub\np2 = sub",
    )
    book = Book(model, rows_of("p ann\np2 boss\ng bob boss x"))
    second = EnforceContext("r2", "p2", "e2", "m2")
    assert places(book, (second, "bob", "x")) == ["row 1"]
    (near,) = nearest(book, (second, "ann", "x"))
    assert near.failed[0].words == "g(r.sub, p.sub, r.dom)"


def test_where_only_casbin_knows_the_row_it_names_is_told():
    book = a_book("r.sub + '' == p.sub", effect=ALLOW)
    assert places(book, ("admin", "x", "data", "read")) == ["row 0"]
    assert places(book, ("zoe", "x", "data", "read")) == []


def test_what_casbin_raises_is_raised():
    for ask in (deciding, nearest):
        with pytest.raises(EvaluationError):
            ask(a_book(), ("ann",))
