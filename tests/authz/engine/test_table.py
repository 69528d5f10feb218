"""Rows under a plan answer as casbin does: order, effects, stars, odd rows."""

import pytest

from authz.engine import CompiledEvaluator
from authz.engine.loading import UnloadableError, load
from tests.authz.engine.builders import (
    ALLOW,
    BOTH,
    NOT_DENY,
    PRIORITY,
    SUBJECT_PRIORITY,
    a_model,
    both,
    rows_of,
)

WITH_EFT = "sub, dom, obj, act, eft"
EXACT = "r.sub == p.sub && r.dom == p.dom && r.obj == p.obj && r.act == p.act"
STARS = (
    '(r.sub == p.sub || p.sub == "*") && (r.dom == p.dom || p.dom == "*") '
    '&& keyMatch(r.obj, p.obj) && p.act in ("*", r.act)'
)
ROLES = "g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.act == p.act"
EVERYTHING = [
    (sub, dom, obj, act)
    for sub in ("alice", "bob", "admin", "*", "")
    for dom in ("x", "y", "*")
    for obj in ("data", "data/1", "d")
    for act in ("read", "write")
]


def candidates(matcher, rows, request):
    compiled = CompiledEvaluator(a_model(matcher), rows)
    return [entry[0] for entry in compiled._table.candidates(request)]


def test_exact_columns_find_their_rows_and_no_other():
    rows = rows_of("p a x o read\np b x o read\np a x o read\np a y o read")
    assert candidates(EXACT, rows, ("a", "x", "o", "read")) == [0, 2]
    assert candidates(EXACT, rows, ("a", "x", "o", "write")) == []


def test_stars_and_prefixes_find_every_row_that_matches():
    rows = rows_of(
        "p alice x data read\np * x data* write\np alice * d* *\n"
        "p * * data/* *\np bob y * read\np * x d *"
    )
    found = both(a_model(STARS), rows, EVERYTHING)
    assert True in found
    assert False in found
    assert candidates(STARS, rows, ("alice", "x", "data", "read")) == [0, 2]
    assert candidates(STARS, rows, ("zoe", "z", "data/1", "any")) == [3]


def test_rows_of_roles_are_found_from_either_side():
    many = "\n".join(f"p role{n} x data read" for n in range(50))
    rows = rows_of(f"{many}\ng alice role7 x\ng alice role9 x")
    request = ("alice", "x", "data", "read")
    assert candidates(ROLES, rows, request) == [7, 9]
    few = rows_of(
        "p role7 x data read\n" + "\n".join(f"g alice role{n} x" for n in range(20))
    )
    assert candidates(ROLES, few, request) == [0]
    assert candidates(ROLES, few, ("alice", "x", "data", "write")) == []
    assert candidates(ROLES, few, ("role7", "x", "data", "read")) == [0]


def test_two_roles_of_a_row_are_both_looked_up():
    rows = rows_of(
        "p admin x files read\np admin x books read\np guest x books read\n"
        "g alice admin x\ng2 data files\ng2 data books"
    )
    matcher = 'g(r.sub, p.sub, "x") && g2(r.obj, p.obj)'
    found = candidates(matcher, rows, ("alice", "", "data", ""))
    assert found == [0, 1]
    both(a_model(matcher), rows, [("bob", "", "data", ""), ("alice", "", "x", "")])


def test_a_part_of_the_residue_that_the_row_settles_is_asked_no_more():
    rows = rows_of("p alice - o read\np alice admin o read\ng bob admin x")
    matcher = 'r.act == p.act && (p.dom == "" || g(r.sub, p.dom, r.dom))'
    compiled = CompiledEvaluator(a_model(matcher), rows)
    left = [
        len(entry[3]) for entry in compiled._table.candidates(("zoe", "x", "o", "read"))
    ]
    assert left == [0, 1]
    both(a_model(matcher), rows[1:], [(s, "x", "o", "read") for s in ("bob", "zoe")])


def test_rows_that_no_request_can_match_are_left_out():
    rows = rows_of("p alice x o read\np alice x o write\np bob x o read")
    matcher = 'r.sub == p.sub && p.act == "read"'
    assert candidates(matcher, rows, ("alice", "", "", "")) == [0]
    both(a_model(matcher), rows, [("alice", "", "", ""), ("zoe", "", "", "")])


def test_what_asks_the_request_alone_opens_or_closes_a_branch():
    rows = rows_of("p alice x o read")
    matcher = f'{EXACT} || r.sub == "root" && r.act != "write"'
    requests = [("root", "", "", "read"), ("root", "", "", "write"), ("", "", "", "")]
    assert both(a_model(matcher), rows, requests) == [True, False, False]
    assert both(a_model(matcher), [], requests) == [True, False, True]


@pytest.mark.parametrize("effect", [ALLOW, NOT_DENY, BOTH, PRIORITY])
@pytest.mark.parametrize(
    "matcher",
    [EXACT, STARS, ROLES, f"{EXACT} || {ROLES}", f"{ROLES} && r.obj != p.obj"],
)
def test_every_effect_decides_as_casbin_does(effect, matcher):
    rows = rows_of(
        "p alice x data read allow\np alice x data read deny\n"
        "p bob x data read deny\np bob x data read allow\n"
        "p admin x data write allow\np alice x data write Allow\n"
        "p * * d* * -\np * y * * deny\np bob * data/* * allow\n"
        "g alice admin x\ng bob alice x"
    )
    model = a_model(matcher, p=WITH_EFT, effect=effect)
    for some in (rows, rows[4:], rows[6:], rows[8:]):
        both(model, some, EVERYTHING)


@pytest.mark.parametrize("effect", [ALLOW, NOT_DENY, BOTH, PRIORITY])
def test_an_empty_policy_asks_a_blank_row(effect):
    model = a_model(EXACT, p=WITH_EFT, effect=effect)
    found = both(model, rows_of("g alice admin x"), [("", "", "", ""), ("a",) * 4])
    assert found[0] is True
    assert found[1] is (effect == NOT_DENY)
    assert both(a_model("r.sub", effect=effect), [], [("a",) * 4]) == [True]


def test_a_first_row_decides_by_priority_and_numbers_sort_as_numbers():
    rows = rows_of(
        "p 10 alice x allow\np 2 alice x deny\np 3 bob x allow\np 30 bob x deny"
    )
    model = a_model(
        "r.sub == p.sub && r.dom == p.dom",
        r="sub, dom",
        p="priority, sub, dom, eft",
        effect=PRIORITY,
    )
    requests = [("alice", "x"), ("bob", "x"), ("zoe", "x")]
    assert both(model, rows, requests) == [False, True, False]


@pytest.mark.parametrize(
    "priorities", [("1", "x"), ("1", "²"), ("a", "-1"), ("-1", "-2")]
)
def test_priorities_that_casbin_can_not_sort_are_refused_as_there(priorities):
    one, two = priorities
    rows = rows_of(f"p {one} alice allow\np {two} alice deny")
    model = a_model("r.sub == p.sub", r="sub", p="priority, sub, eft", effect=PRIORITY)
    try:
        load(model, rows)
    except UnloadableError:
        with pytest.raises(Exception, match="can not load these rows"):
            CompiledEvaluator(model, rows)
    else:
        both(model, rows, [("alice",)])


def test_users_come_before_their_roles_by_subject_priority():
    rows = rows_of(
        "p admin x data read deny\np alice x data read allow\np root x data read allow\n"
        "g alice admin x\ng admin root x"
    )
    matcher = "g(r.sub, p.sub, r.dom) && r.dom == p.dom"
    for columns in (WITH_EFT, "sub, where, obj, act, eft"):
        model = a_model(
            matcher.replace("p.dom", "p." + columns.split(", ")[1]),
            p=columns,
            effect=SUBJECT_PRIORITY,
        )
        requests = [(s, "x", "", "") for s in ("alice", "admin", "root", "bob")]
        both(model, rows, requests)


def test_subjects_in_a_cycle_have_no_order_and_casbin_refuses_them():
    rows = rows_of("p admin x data read deny\ng alice admin x\ng admin alice x")
    model = a_model("r.sub == p.sub", p=WITH_EFT, effect=SUBJECT_PRIORITY)
    with pytest.raises(Exception, match="cycle dependency"):
        CompiledEvaluator(model, rows)


def test_subjects_of_a_second_policy_are_left_to_casbin():
    model = a_model(
        "r.sub == p.sub",
        p=f"{WITH_EFT}\np2 = sub, eft",
        effect=SUBJECT_PRIORITY,
    )
    rows = rows_of("p alice x data read allow\np2 alice deny")
    assert both(model, rows, [("alice", "", "", "")]) == [True]
    assert CompiledEvaluator(model, rows)._table is None


def test_a_row_of_the_wrong_width_raises_for_those_who_reach_it():
    rows = rows_of("p alice x data read\np alice x\np bob x data read")
    requests = [("alice", "x", "data", "read"), ("bob", "x", "data", "read")]
    assert both(a_model(EXACT), rows, requests) == [True, "RuntimeError"]


@pytest.mark.parametrize("line", ["g alice", "g2 alice", "q a b", "p2 a b"])
def test_rows_that_casbin_can_not_load_are_refused(line):
    with pytest.raises(Exception, match="can not load these rows"):
        CompiledEvaluator(a_model(EXACT), rows_of(line))


def test_values_that_are_no_texts_are_asked_of_every_row():
    rows = rows_of("p alice x data read\np * * * *")
    requests = [(1, "x", "data", "read"), ("alice", None, "data", "read")]
    both(a_model(EXACT), rows, requests)
    both(a_model(STARS), rows, requests)
    both(a_model("r.sub != p.sub"), rows, requests)


def test_a_wide_row_of_links_is_cut_as_in_casbin():
    rows = rows_of("p admin x data read\ng alice admin x more")
    request = ("alice", "x", "data", "read")
    compiled = CompiledEvaluator(a_model(ROLES), rows)
    assert compiled.decide(request)
    assert compiled.fallbacks == 0
