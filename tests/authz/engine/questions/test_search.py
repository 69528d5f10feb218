"""Who may, what may they, on what: answers that `decide` has confirmed, or conditions."""

from collections.abc import Sequence

import pytest
from casbin.core_enforcer import EnforceContext

from authz.engine import FREE, Answer, Book, Model, ReferenceEvaluator, Row, search
from authz.engine.questions.search import names
from authz.errors import EvaluationError
from tests.authz.engine.builders import (
    BOTH,
    NOT_DENY,
    PRIORITY,
    a_model,
    rows_of,
)

MATCHER = "g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.obj == p.obj && r.act == p.act"
ROWS = rows_of(
    "p admin x data read\np boss x data write\np clerk x bill read\np boss y data read\n"
    "g ann clerk x\ng clerk admin x\ng bob boss y"
)
WITH_EFFECT = "sub, dom, obj, act, eft"


def said(
    model: Model, rows: Sequence[Row], request: Sequence[object]
) -> list[tuple[object, ...]]:
    """The answers as they read: what is free as `?`, then the conditions."""
    return [
        (*("?" if value is FREE else value for value in a.request), *a.conditions)
        for a in search(Book(model, rows), request)
    ]


def test_what_a_subject_may_do_comes_from_the_rows_of_his_roles():
    model = a_model(MATCHER)
    assert said(model, ROWS, ("ann", "x", FREE, FREE)) == [
        ("ann", "x", "data", "read"),
        ("ann", "x", "bill", "read"),
    ]
    assert said(model, ROWS, ("bob", FREE, FREE, FREE)) == [
        ("bob", "y", "data", "read")
    ]
    assert said(model, ROWS, ("nobody", FREE, FREE, FREE)) == []


def test_who_may_do_a_thing_are_the_members_of_the_roles_and_the_roles():
    model = a_model(MATCHER)
    found = said(model, ROWS, (FREE, "x", "data", "read"))
    assert [answer[0] for answer in found] == ["admin", "ann", "clerk"]
    everywhere = said(model, ROWS, (FREE, FREE, "data", "read"))
    assert {answer[:2] for answer in everywhere} == {
        *(("admin", "x"), ("ann", "x"), ("clerk", "x"), ("bob", "y"), ("boss", "y"))
    }


def test_an_answer_names_its_row_and_a_limit_stops_the_search():
    book = Book(a_model(MATCHER), ROWS)
    (first,) = search(book, ("ann", "x", FREE, FREE), limit=1)
    assert (first.row, first.row.place, first.is_conditional) == (
        ROWS[0],
        "row 0",
        False,
    )
    assert list(search(book, ("ann", "x", FREE, FREE), limit=0)) == []


def test_only_rows_that_can_match_are_looked_at():
    rows = [Row("p", (f"role{n}", "x", f"data{n}", "read")) for n in range(1000)]
    rows += [Row("g", (f"user{n}", f"role{n}", "x")) for n in range(1000)]
    sheet, _ = Book(a_model(MATCHER), rows).open(("", "", "", ""))
    assert sheet
    assert sheet.candidates(("user7", "x", FREE, FREE)) == [7]
    assert sheet.candidates(("user7", FREE, FREE, FREE)) == [7]
    assert sheet.candidates((FREE, "x", "data8", "read")) == [8]
    assert sheet.candidates(("user7", "y", FREE, FREE)) == []
    assert sheet.candidates((7, FREE, FREE, FREE)) == list(range(1000))


def test_without_anything_free_the_request_itself_is_the_answer():
    model = a_model(MATCHER)
    assert said(model, ROWS, ("ann", "x", "data", "read")) == [
        ("ann", "x", "data", "read")
    ]
    assert said(model, ROWS, ("ann", "x", "data", "write")) == []
    by_default = a_model(MATCHER, effect=NOT_DENY)
    assert said(by_default, ROWS, ("x", "x", "x", "x")) == [("x", "x", "x", "x")]


def test_patterns_are_conditions_and_a_star_is_anything():
    rows = rows_of("p ann x /a/* read\np ann x /b read\np ann x * write")
    model = a_model("r.sub == p.sub && keyMatch(r.obj, p.obj) && r.act == p.act")
    assert said(model, rows, ("ann", "x", FREE, FREE)) == [
        ("ann", "x", "?", "read", 'keyMatch(r.obj, "/a/*")'),
        ("ann", "x", "/b", "read"),
        ("ann", "x", "?", "write"),
    ]
    # a path that is given asks for the rows that it begins with
    assert said(model, rows, ("ann", "x", "/a/1", FREE)) == [
        ("ann", "x", "/a/1", "read"),
        ("ann", "x", "/a/1", "write"),
    ]
    other = a_model("r.sub == p.sub && regexMatch(r.obj, p.obj)")
    assert said(other, rows[:1], ("ann", "", FREE, "")) == [
        ("ann", "", "?", "", 'regexMatch(r.obj, "/a/*")')
    ]
    same = a_model("keyMatch(r.obj, r.act)")
    assert said(same, rows[:1], ("", "", FREE, FREE)) == [
        ("", "", "?", "?", "keyMatch(r.obj, r.act)")
    ]
    assert said(same, rows[:1], ("", "", FREE, 3)) == [
        ("", "", "?", 3, "keyMatch(r.obj, r.act)")
    ]


def test_stars_of_a_row_leave_a_column_free():
    rows = rows_of("p ann * data read\np ann x data read")
    for star in ('(r.dom == p.dom || p.dom == "*")', 'p.dom in ("*", r.dom)'):
        model = a_model(f"r.sub == p.sub && {star} && r.obj == p.obj")
        found = said(model, rows, ("ann", FREE, FREE, "read"))
        assert found == [("ann", "?", "data", "read"), ("ann", "x", "data", "read")]
        assert said(model, rows, ("ann", "z", FREE, "read")) == [
            ("ann", "z", "data", "read")
        ]


def test_conditions_on_attributes_are_told_not_guessed():
    rows = rows_of("p ann x data read\np bob x data read")
    model = a_model("r.obj == p.obj && r.sub.age > 18")
    assert said(model, rows, (FREE, "x", "data", "read")) == [
        ("?", "x", "data", "read", "r.sub.age > 18")
    ]
    assert said(model, rows, ({"age": 20}, "x", FREE, "")) == [
        ({"age": 20}, "x", "data", "")
    ]
    assert said(model, rows, ({"age": 2}, "x", FREE, "")) == []
    # a text that has no age: casbin raises, so nobody is allowed
    assert said(model, rows, ("ann", "x", FREE, "read")) == []
    named = a_model("r.sub == p.sub && r.sub.age > 18 && r.obj == p.obj")
    assert said(named, rows, (FREE, "x", "data", "read")) == [
        ("ann", "x", "data", "read", "r.sub.age > 18"),
        ("bob", "x", "data", "read", "r.sub.age > 18"),
    ]
    owner = a_model("r.sub == r.obj.owner")
    assert said(owner, rows, (FREE, "x", {"owner": "eve"}, "")) == [
        ("eve", "x", {"owner": "eve"}, "")
    ]
    assert said(owner, rows, (FREE, "x", "data", "")) == []
    both = a_model("r.sub == p.sub && r.act == r.sub.act")
    assert said(both, rows[:1], (FREE, "x", "", FREE)) == [
        ("ann", "x", "", "?", "r.act == r.sub.act")
    ]


def test_a_method_as_a_value_is_only_casbins_to_compare():
    rows = rows_of("p ann x data read")
    model = a_model("r.sub == p.sub && r.act == r.obj.upper")
    (answer,) = search(Book(model, rows), ("ann", "x", "data", FREE))
    assert answer.conditions == ("r.act == r.obj.upper",)
    fixed = a_model("r.act == p.act && r.obj.upper == p.obj")
    assert said(fixed, rows, ("ann", "x", "data", FREE)) == []
    either = a_model("r.obj.upper == p.obj || r.act == p.act")
    assert said(either, rows, ("ann", "x", "data", FREE)) == [
        ("ann", "x", "data", "?", 'r.obj.upper == "data"'),
        ("ann", "x", "data", "read"),
    ]


def test_a_condition_that_a_row_carries_is_solved_too():
    rows = [
        Row("p", ("ann", 'r.act == "read"')),
        Row("p", ("ann", 'r.act != "send" && r.dom == "x"')),
    ]
    model = a_model("r.sub == p.sub && eval(p.rule)", p="sub, rule")
    assert said(model, rows, ("ann", FREE, "", FREE)) == [
        ("ann", "?", "", "read"),
        ("ann", "x", "", "?", 'r.act != "send"'),
    ]
    assert said(model, (), ("ann", FREE, "", FREE)) == []


@pytest.mark.parametrize(
    ("matcher", "wanted"),
    [
        ('r.act in ("read", "send")', [("read",), ("send",)]),
        ("r.act in (p.act, r.obj)", [("read",), ("data",)]),
        ('p.act in ("read", r.act)', [("?",)]),
        ('p.act in ("send", r.act)', [("read",)]),
        ('r.act in "read"', [("?", 'r.act in "read"')]),
        ("r.act in (r.act, p.obj)", [("?", 'r.act in (r.act, "data")')]),
        ("p.obj in (r.act.name, p.sub)", [("?", '"data" in (r.act.name, "ann")')]),
        ('!(r.act == "read")', [("?", '!(r.act == "read")')]),
        ('r.act != "read"', [("?", 'r.act != "read"')]),
        ("p.act == r.act == p.act", [("?", '"read" == r.act == "read"')]),
        ('r.act == "a" || r.act == "b"', [("a",), ("b",)]),
        ('r.act == "a" || p.sub == "ann"', [("?",)]),
        ('r.act == "a" || p.sub == "bob"', [("a",)]),
        ('r.act == "a" && r.act == "b"', []),
        ('r.act != "a" && r.act == "a"', []),
        ('r.act != "a" && r.act == "b"', [("b",)]),
        ('(r.act == "a" || r.act == "b") && r.act != "a"', [("b",)]),
    ],
)
def test_what_is_free_is_bound_wherever_the_matcher_names_it(matcher, wanted):
    model = a_model(f"r.sub == p.sub && ({matcher})")
    rows = rows_of("p ann x data read")
    found = said(model, rows, ("ann", "x", "data", FREE))
    assert [answer[3:] for answer in found] == wanted


def test_a_condition_that_turns_out_false_leaves_no_answer():
    model = a_model('r.act != "a" && (r.act == "a" || r.act == "b") && r.obj != "z"')
    assert said(model, rows_of("p ann x data read"), ("", "", FREE, FREE)) == [
        ("", "", "?", "b", 'r.obj != "z"')
    ]


def test_role_questions_are_read_from_either_end():
    rows = rows_of("p ann x data read\ng ann boss x\ng boss top x\ng bob boss y")
    up = a_model("g(p.sub, r.obj, r.dom)")
    assert [a[2] for a in said(up, rows, ("", "x", FREE, ""))] == ["ann", "boss", "top"]
    fixed = a_model('g(r.sub, "top", "x")')
    assert [a[0] for a in said(fixed, rows, (FREE, "", "", ""))] == [
        "ann",
        "boss",
        "top",
    ]
    where = a_model("g(r.sub, r.obj, r.dom)")
    assert [a[1] for a in said(where, rows, ("bob", FREE, "boss", ""))] == ["y"]
    # everybody is himself anywhere
    assert [a[1] for a in said(where, rows, ("bob", FREE, "bob", ""))] == ["?"]
    # two free ends have no list of names
    assert said(where, rows, (FREE, "x", FREE, "")) == [
        ("?", "x", "?", "", "g(r.sub, r.obj, r.dom)")
    ]
    named = a_model("g(r.sub.name, p.sub, r.dom)")
    assert said(named, rows, (FREE, "x", "", "")) == [
        ("?", "x", "", "", 'g(r.sub.name, "ann", r.dom)')
    ]
    # one value at two places
    twice = a_model("g(r.sub, p.sub, r.sub)", p="sub")
    both = rows_of("p a\ng b a b\ng c a b")
    assert [a[0] for a in said(twice, both, (FREE, "", "", ""))] == ["a", "b"]


def test_links_without_a_domain_heed_none():
    rows = rows_of("p p x data read\ng2 ann p\ng2 bob q")
    model = a_model("g2(r.sub, p.sub, r.dom)", p="sub, dom, obj, act")
    assert said(model, rows, ("ann", FREE, "", "")) == [("ann", "?", "", "")]
    assert said(model, rows, ("bob", FREE, "", "")) == []
    assert said(model, rows, (FREE, FREE, "", "")) == [
        ("ann", "?", "", ""),
        ("p", "?", "", ""),
    ]


def test_a_role_of_what_is_no_text_is_asked_of_decide():
    rows = rows_of("p 1 x data read\ng ann 1 x")
    model = a_model("g(r.sub, p.sub, r.dom) && r.act == p.act")
    assert said(model, rows, (1, "x", "", FREE)) == []
    other = a_model("g(p.sub, r.sub, r.dom) && g(r.obj, r.act, r.dom)")
    assert said(other, rows, (FREE, "x", 7, FREE)) == [
        ("1", "x", 7, "?", "g(r.obj, r.act, r.dom)")
    ]


def test_denials_are_heeded_and_named_beside_conditions():
    text = "p ann x data read allow\np ann x bill read allow\np ann x bill * deny\n"
    rows = rows_of(f"{text}p ann x * send allow")
    star = '(r.{0} == p.{0} || p.{0} == "*")'
    model = a_model(
        f"r.sub == p.sub && {star.format('obj')} && {star.format('act')}",
        p=WITH_EFFECT,
        effect=BOTH,
    )
    found = list(search(Book(model, rows), ("ann", "x", FREE, FREE)))
    assert [(a.request[2:], a.unless) for a in found] == [
        (("data", "read"), ()),
        ((FREE, "send"), (rows[2],)),
    ]
    by_order = a_model(
        "r.sub == p.sub && r.act == p.act", p=WITH_EFFECT, effect=PRIORITY
    )
    ordered = rows_of("p ann x o send deny\np ann x o send allow\np ann x o read allow")
    assert said(by_order, ordered, ("ann", "x", "o", FREE)) == [
        ("ann", "x", "o", "read")
    ]


def test_what_is_allowed_unless_denied_is_everything_but_those_rows():
    rows = rows_of("p ann x data read deny\np bob x data read deny")
    model = a_model("r.sub == p.sub && r.act == p.act", p=WITH_EFFECT, effect=NOT_DENY)
    (answer,) = search(Book(model, rows), ("ann", "x", FREE, FREE))
    assert answer == Answer(
        request=("ann", "x", FREE, FREE), row=None, unless=(rows[0],)
    )
    assert answer.is_conditional


def test_without_rows_casbin_asks_one_of_blanks():
    model = a_model("r.sub == p.sub && r.act == p.act")
    (answer,) = search(Book(model, ()), (FREE, "", "", ""))
    assert answer == Answer(request=("", "", "", ""), row=None)


def test_a_request_that_raises_is_no_answer():
    model = a_model("r.obj == p.obj && (r.act == p.act || r.sub.age > 1)")
    rows = rows_of("p ann x data read")
    assert said(model, rows, ("ann", "x", FREE, "send")) == []
    assert said(model, rows, ("ann", "x", FREE, "read")) == [
        ("ann", "x", "data", "read")
    ]
    first = a_model("(r.sub.age > 1 || r.act == p.act) && r.obj == p.obj")
    assert said(first, rows, ("ann", "x", FREE, "read")) == []


def test_a_row_before_it_that_raises_hides_an_answer_as_it_does_from_casbin():
    rows = [Row("p", ("ann", "r.sub.age > 1")), Row("p", ("ann", 'r.act == "read"'))]
    model = a_model("r.sub == p.sub && eval(p.rule)", p="sub, rule")
    assert said(model, rows, ("ann", "", "", FREE)) == []
    assert said(model, rows[::-1], ("ann", "", "", FREE)) == [("ann", "", "", "read")]


def test_a_matcher_that_only_casbin_knows_is_asked_for_every_name():
    rows = rows_of("p ann x data read\ng bob ann x")
    model = a_model('r.sub + "" == p.sub && r.act == p.act')
    assert names(Book(model, rows)) == ["ann", "bob", "data", "read", "x"]
    assert said(model, rows, (FREE, "x", "data", FREE)) == [
        ("ann", "x", "data", "read")
    ]
    wrong = Book(a_model("r.sub == p.sub", p="sub"), rows_of("p ann\np ann x"))
    assert list(search(wrong, (FREE, "", "", ""))) == [
        Answer(request=("ann", "", "", ""), row=None)
    ]
    short = Book(a_model("r.sub == p.sub", p="sub, priority"), rows_of("p ann 1"))
    assert [a.request[0] for a in search(short, (FREE, "", "", ""))] == ["ann"]


def test_a_context_asks_its_own_rows_and_a_wrong_width_is_an_error():
    model = a_model(
        "r.sub == p.sub\nm2 = g(r2.sub, p2.sub, r2.dom)",
        r="sub, dom, obj, act\nr2 = sub, dom",
        p="sub\np2 = sub",
    )
    rows = rows_of("p ann\np2 boss\ng bob boss x")
    second = EnforceContext("r2", "p2", "e2", "m2")
    found = [a.request for a in search(Book(model, rows), (second, FREE, "x"))]
    assert found == [(second, "bob", "x"), (second, "boss", "x")]
    for request in ((FREE,), (second, FREE), (second, FREE, "x", "y")):
        with pytest.raises(EvaluationError, match="invalid request size"):
            search(Book(model, rows), request)
    unknown = EnforceContext("r7", "p2", "e2", "m2")
    assert list(search(Book(model, rows), (unknown, FREE, "x", "", ""))) == []


def test_a_book_may_be_read_beside_casbin_itself():
    model = a_model(MATCHER)
    book = Book(model, ROWS, ReferenceEvaluator(model, ROWS))
    found = [a.request for a in search(book, ("ann", "x", FREE, FREE))]
    assert found == [("ann", "x", "data", "read"), ("ann", "x", "bill", "read")]


def test_free_says_so():
    assert repr(FREE) == "FREE"


@pytest.mark.parametrize("owners", [["ann"], {"a": 1}, [["x"]]], ids=str)
def test_a_value_that_no_set_takes_stands_once_among_the_others(owners: object):
    model = a_model("r.sub == p.sub || r.obj == r.sub")
    rows = rows_of("p ann x data read\np bob x data read\np ann y data write")
    found = list(search(Book(model, rows), (FREE, "x", owners, "read")))
    assert [answer.request[0] for answer in found] == ["ann", owners, "bob"]
