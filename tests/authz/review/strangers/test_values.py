"""Values that mean more or less to casbin than they say; its own answer first."""

import pytest

from authz.review.strangers import lint_table
from tests.authz.review.strangers.models import (
    ALLOW,
    DENY,
    a_model,
    codes,
    raw,
    the_finding,
)

BOTH = "some(where (p.eft == allow)) && !some(where (p.eft == deny))"


def with_pattern(function: str) -> str:
    matcher = f'(r.sub == p.sub || p.sub == "*") && {function}(r.obj, p.obj)'
    return a_model(", eft", BOTH, matcher)


def shown(model: str, lines: list[str], code: str) -> str:
    return the_finding(model, lines, code).shown


def test_a_key_pattern_ends_at_its_first_star(tmp_path):
    model, lines = with_pattern("keyMatch"), ["p, alice, /a/*/b, read, allow"]
    assert raw(tmp_path, model, lines).enforce("alice", "/a/x", "read") is True
    found = the_finding(model, lines, "DLG125")
    assert found.shown == "enforce('alice', '/a/x', 'read') is True; meant is False"
    assert found.instead == "`/a/*`, or ask keyMatch2 with `:name`"


def test_a_pattern_that_can_not_be_read_raises_on_the_requests_that_reach_it(tmp_path):
    model, lines = with_pattern("keyMatch3"), ["p, alice, *, read, allow"]
    with pytest.raises(Exception, match="nothing to repeat"):
        raw(tmp_path, model, lines).enforce("alice", "x", "read")
    assert "raises `nothing to repeat" in shown(model, lines, "DLG126")


def test_a_deny_for_a_network_that_can_not_be_read_is_lost(tmp_path):
    model = with_pattern("ipMatch")
    lines = ["p, *, 0.0.0.0/0, read, allow", "p, alice, 10.0.0.1/33, read, deny"]
    assert raw(tmp_path, model, lines).enforce("alice", "10.0.0.1", "read") is True
    wanted = "enforce('alice', '10.0.0.1', 'read') is True; meant is False"
    assert shown(model, lines, "DLG126") == wanted


def test_a_condition_that_leaves_its_brackets_is_shown(tmp_path):
    model = a_model(", rule", matcher="r.obj == p.obj && eval(p.rule)")
    lines = ["p, alice, data, read, r.sub =="]
    with pytest.raises(SyntaxError):
        raw(tmp_path, model, lines).enforce("alice", "data", "read")
    assert "raises `" in shown(model, lines, "DLG127")


def test_a_deny_in_a_column_of_another_name_allows(tmp_path):
    model, lines = a_model(", effect"), ["p, alice, data, read, deny"]
    assert raw(tmp_path, model, lines).enforce("alice", "data", "read") is True
    wanted = "enforce('alice', 'data', 'read') is True; meant is False"
    assert shown(model, lines, "DLG128") == wanted
    assert shown(model, ["p, alice, data, read, allow"], "DLG128") == ""


def test_an_open_bracket_in_the_last_column_is_named():
    assert codes(ALLOW, ["p, alice, data, (read"]) == ["DLG118@1"]


def test_a_dot_in_a_key_pattern_is_any_character(tmp_path):
    model, lines = with_pattern("keyMatch2"), ["p, alice, /f.json, read, allow"]
    assert raw(tmp_path, model, lines).enforce("alice", "/fxjson", "read") is True
    found = the_finding(model, lines, "DLG331")
    assert found.instead == "/f\\.json"
    assert found.shown == "enforce('alice', '/fxjson', 'read') is True; meant is False"
    assert codes(model, ["p, alice, /f/:id, read, allow"]) == []


def test_a_regex_without_an_end_matches_what_begins_so(tmp_path):
    model, lines = with_pattern("regexMatch"), ["p, alice, (a)|(b), read, allow"]
    assert raw(tmp_path, model, lines).enforce("alice", "ax", "read") is True
    found = the_finding(model, lines, "DLG332")
    assert found.shown == "enforce('alice', 'ax', 'read') is True; meant is False"
    assert codes(model, ["p, alice, ^a$, x, allow", "p, bob, a.*, x, allow"]) == []


def test_in_looks_for_a_part_of_a_text(tmp_path):
    model = a_model(matcher="r.sub == p.sub && r.act in p.act")
    lines = ["g, bob, alice", "p, alice, data, x", "p, alice, data, read"]
    assert raw(tmp_path, model, lines).enforce("alice", "data", "rea") is True
    found = the_finding(model, lines, "DLG333")
    assert found.line == 3
    assert found.shown == "enforce('alice', 'data', 'rea') is True; meant is False"
    assert codes(model, lines[:2]) == []


def test_a_star_in_the_domain_of_a_link_is_a_domain_of_that_name(tmp_path):
    model = ALLOW.replace("r = sub,", "r = sub, dom,").replace(
        "g = _, _", "g = _, _, _"
    )
    model = model.replace("p = sub,", "p = sub, dom,")
    model = model.replace("g(r.sub, p.sub)", "r.dom == p.dom && g(r.sub, p.sub, r.dom)")
    lines = ["p, admin, d1, data, read", "g, alice, admin, *"]
    assert raw(tmp_path, model, lines).enforce("alice", "d1", "data", "read") is False
    wanted = "enforce('alice', 'd1', 'data', 'read') is False; meant is True"
    assert shown(model, lines, "DLG330") == wanted


def test_an_attribute_named_as_a_method_of_dicts_is_the_method(tmp_path):
    model = a_model(matcher='r.obj == p.obj && r.sub.values != "none"')
    lines = ["p, alice, data, read"]
    asked = {"values": "none"}
    assert raw(tmp_path, model, lines).enforce(asked, "data", "read") is True
    found = the_finding(model, lines, "DLG334")
    assert (found.file, found.line) == ("model.conf", 0)


# a table


def table(model: str, *rows: tuple[str, ...]) -> list[str]:
    numbered = [(n, (*row, *[None] * (7 - len(row)))) for n, row in enumerate(rows, 1)]
    found = lint_table(model, numbered, "model.conf", "casbin_rule")
    return [f"{one.file}:{one.line} {one.code} {one.shown}" for one in found]


BOB = ("p", "bob", "data", "read")
ALICE = "enforce('alice', 'data', 'read') is True; meant is False"


@pytest.mark.parametrize(
    ("model", "rows", "wanted"),
    [
        (DENY, [("p", "ali\u200bce", "data", "read", "deny")], f"DLG101 {ALICE}"),
        (DENY, [("pp", "alice", "data", "read", "deny")], f"DLG111 {ALICE}"),
        (DENY, [("p", "alice", "data", "read", "dney")], f"DLG114 {ALICE}"),
        (
            DENY,
            [("p", "alice", "data", "read", "allow")],
            f"DLG115 after removing it once, {ALICE}",
        ),
    ],
)
def test_a_row_of_a_table_is_told_with_its_id_and_the_request(model, rows, wanted):
    found = table(model, ("p", "alice", "data", "read", "allow"), *rows)
    assert found == [f"casbin_rule:2 {wanted}"]


def test_a_blank_and_a_wide_link_in_a_table_are_told_with_their_requests():
    rows = BOB, ("p", "", "data", "read"), ("g", "alice", "bob", "milan")
    assert table(ALLOW, *rows) == [
        "casbin_rule:2 DLG113 enforce('', 'data', 'read') is True; meant is False",
        f"casbin_rule:3 DLG112 {ALICE}",
    ]


def test_patterns_and_priorities_in_a_table_are_told_with_their_requests():
    model = with_pattern("keyMatch")
    assert table(model, ("p", "alice", "/a/*/b", "read", "allow")) == [
        "casbin_rule:1 DLG125 enforce('alice', '/a/x', 'read') is True; meant is False"
    ]
    model = a_model(", eft, priority", "priority(p.eft) || deny")
    rows = [
        ("p", "alice", "data", "read", *end)
        for end in (("allow", "-1"), ("deny", "-2"))
    ]
    assert table(model, *rows) == [f"casbin_rule:1 DLG325 {ALICE}"]
