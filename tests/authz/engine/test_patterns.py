"""Patterns match as casbin's functions do, by index or asked one by one."""

import pytest

from authz.engine import CompiledEvaluator
from authz.engine.patterns import FUNCTIONS, REMEMBERED, WHOLE, prefix_length
from tests.authz.engine.builders import a_model, both, rows_of

PATTERNS = [
    "/a",
    "/a/*",
    "*",
    "/a/*/secret",
    "/b*",
    "-",
    "/a/:id",
    "/{id}/b",
    "(/a|/b)",
]
KEYS = ["", "/", "/a", "/a/", "/a/b", "/a/x/open", "/b", "/bc", "/a/b/c", "*", "/a\n"]


def pattern_rows():
    return rows_of("\n".join(f"p alice x {pattern} read" for pattern in PATTERNS))


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"timeMatch", "ipMatch"}))
@pytest.mark.parametrize("order", ["r.sub == p.sub && {}", "{} && r.sub == p.sub"])
def test_every_function_answers_as_casbins_own(name, order):
    model = a_model(order.format(f"{name}(r.obj, p.obj)"))
    asked = [(s, "x", key, "") for key in KEYS for s in ("alice", "bob")]
    found = both(model, pattern_rows(), [*asked, ("alice", "x", 3, "")])
    assert True in found


def test_key_match_compares_up_to_the_first_star_whatever_follows():
    assert prefix_length("/a/*/secret") == 3
    assert prefix_length("*") == 0
    assert prefix_length("/a") == WHOLE
    compiled = CompiledEvaluator(a_model("keyMatch(r.obj, p.obj)"), pattern_rows()[3:4])
    assert compiled.decide(("", "", "/a/anything", ""))
    assert not compiled.decide(("", "", "/a", ""))


def test_a_pattern_in_the_matcher_is_read_once_and_means_the_same():
    for pattern in ("u_*", "*", "u_1", "", "u_*x"):
        model = a_model(f'keyMatch(r.sub, "{pattern}") && r.act == p.act')
        subjects = ["u_1", "u_", "u", "", "u_*", 3]
        both(model, pattern_rows(), [(s, "x", "", "read") for s in subjects])


def test_addresses_match_ranges_and_a_bad_one_raises():
    rows = rows_of("p 10.0.0.0/8 x o read\np nowhere x o read\np 1.2.3.4 x o read")
    requests = [
        (ip, "x", "o", "read") for ip in ("10.1.1.1", "1.2.3.4", "8.8.8.8", "x")
    ]
    model = a_model("r.act == p.act && ipMatch(r.sub, p.sub)")
    assert both(model, rows, requests) == [True, True, False, "ValueError"]


def test_times_are_looked_at_each_time():
    rows = rows_of("p _ _ o read")
    model = a_model("timeMatch(p.sub, p.dom) && r.act == p.act")
    assert both(model, rows, [("", "", "", "read")]) == [True]
    model = a_model("timeMatch(r.sub, r.dom)")
    assert both(model, rows, [("never", "_", "", "")]) == ["RuntimeError"]


def test_a_bad_pattern_raises_for_those_who_reach_it_and_for_nobody_else():
    rows = rows_of("p alice x ok read\np bob x ( read")
    model = a_model("r.sub == p.sub && regexMatch(r.obj, p.obj)")
    requests = [
        ("alice", "x", "ok", ""),
        ("bob", "x", "ok", ""),
        ("zoe", "x", "ok", ""),
    ]
    assert both(model, rows, requests) == [True, "error", False]


def test_remembered_answers_are_bounded_and_tell_a_number_from_a_text():
    ask = FUNCTIONS["regexMatch"]
    for number in range(REMEMBERED + 10):
        ask(str(number), "1")
    cache = ask.__wrapped__
    assert ask("1", "1") is True
    with pytest.raises(TypeError):
        ask(1, "1")
    assert cache("1", "1") is True


def test_more_prefixes_than_shapes_are_asked_row_by_row():
    rows = rows_of("\n".join(f"p {'a' * n}* x {'b' * n}* read" for n in range(70)))
    model = a_model("keyMatch(r.sub, p.sub) && r.act == p.act")
    requests = [("a" * 69, "x", "", "read"), ("b", "x", "", "read"), ("", "", "", "x")]
    assert both(model, rows, requests) == [True, True, False]
    assert both(model, rows[5:], requests) == [True, False, False]
    (lane,) = CompiledEvaluator(model, rows)._table._lanes
    assert len(lane._groups) == 1
    (lane,) = CompiledEvaluator(model, rows[10:])._table._lanes
    assert len(lane._groups) == 60
