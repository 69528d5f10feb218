"""Values that mean more or less to casbin than they say; its own answer first."""

import pytest

from authz.review.strangers import lint_table
from tests.authz.review.strangers.models import (
    ALLOW,
    DENY,
    a_model,
    codes,
    findings,
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


@pytest.mark.parametrize(
    "function", ["keyMatch2", "keyMatch3", "keyMatch4", "keyMatch5"]
)
@pytest.mark.parametrize(
    ("pattern", "fits", "casbin"),
    [
        ("/v1.5/x", "/v1x5/x", "lets a dot stand for any character"),
        ("/a+b", "/ab", "lets what stands before the + come once or more"),
        ("/ab?", "/a", "lets what stands before the ? be missing"),
        ("/a|/b", "/ax", "takes what stands before the | without an end"),
        ("/f.*", "/fxx", "lets a dot stand for any character"),
        ("/v1.5|/w.2", "/v1x5/wx2", "lets a dot stand for any character"),
    ],
)
def test_each_mark_is_told_in_its_own_words_and_the_advice_is_no_finding(
    function, pattern, fits, casbin, tmp_path
):
    model, lines = with_pattern(function), [f"p, alice, {pattern}, read, allow"]
    assert raw(tmp_path, model, lines).enforce("alice", fits, "read") is True
    found = the_finding(model, lines, "DLG331")
    assert found.casbin.startswith(casbin)
    assert found.shown == f"enforce('alice', '{fits}', 'read') is True; meant is False"
    advised = [f"p, alice, {found.instead}, read, allow"]
    assert codes(model, advised) == []
    assert raw(tmp_path, model, advised).enforce("alice", fits, "read") is False


def test_a_name_in_an_alternative_does_not_take_in_the_bracket_that_is_advised(
    tmp_path,
):
    model, lines = with_pattern("keyMatch2"), ["p, alice, /a|/b/:id, read, allow"]
    assert raw(tmp_path, model, lines).enforce("alice", "/ax", "read") is True
    found = the_finding(model, lines, "DLG331")
    assert found.instead == "(/a|/b/[^/]+)"
    enforcer = raw(tmp_path, model, ["p, alice, (/a|/b/[^/]+), read, allow"])
    asked = [enforcer.enforce("alice", key, "read") for key in ("/a", "/b/7", "/ax")]
    assert asked == [True, True, False]
    swallowed = the_finding(model, ["p, alice, /b/:id|/a, read, allow"], "DLG331")
    assert swallowed.instead == "(/b/[^/]+|/a)"


@pytest.mark.parametrize("mark", ["^", "$"])
def test_an_end_in_the_middle_never_matches(mark, tmp_path):
    model, lines = with_pattern("keyMatch2"), [f"p, alice, /a{mark}b, read, allow"]
    assert raw(tmp_path, model, lines).enforce("alice", f"/a{mark}b", "read") is False
    found = the_finding(model, lines, "DLG331")
    assert found.instead == f"/a\\{mark}b"
    wanted = f"enforce('alice', '/a{mark}b', 'read') is False; meant is True"
    assert found.shown == wanted


@pytest.mark.parametrize(
    ("function", "pattern", "fits"),
    [
        ("keyMatch2", r"/v1\.5/docs/:id", "/v1.5/docs/7"),
        ("keyMatch2", "/b/(x|y)", "/b/y"),
        ("keyMatch3", "/b/(x|y)", "/b/y"),
        ("keyMatch4", "/b/(?:x|y)", "/b/y"),
        ("keyMatch5", "/b/(x|y)", "/b/y"),
        ("keyMatch2", "/b/[0-9]+", "/b/12"),
        ("keyMatch2", "/b/[.]c", "/b/.c"),
        ("keyMatch2", "/b/(x|y)?", "/b/"),
        ("keyMatch2", "/b/.*", "/b/c/d"),
        ("keyMatch2", "^/b$", "/b"),
        ("keyMatch3", "(^/a$|^/b$)", "/b"),
        ("keyMatch3", "/a$|/b", "/a"),
        ("keyMatch2", "/u/:id?", "/u/7"),
        ("keyMatch3", "/u/{a}-{b}", "/u/x-y"),
    ],
)
def test_what_only_an_author_of_expressions_writes_is_no_finding(
    function, pattern, fits, tmp_path
):
    model, lines = with_pattern(function), [f"p, alice, {pattern}, read, allow"]
    assert raw(tmp_path, model, lines).enforce("alice", fits, "read") is True
    assert codes(model, lines) == []


@pytest.mark.parametrize(
    ("function", "pattern", "instead"),
    [
        ("keyMatch2", "/u/:id.json", r"/u/[^/]+\.json"),
        ("keyMatch2", r"/u/:id(\d+)", r"/u/(\d+)"),
        ("keyMatch4", "/u/{a}.{b}", r"/u/[^/]+\.[^/]+"),
        ("keyMatch5", "/u/{a}.{b}", r"/u/[^/]+\.[^/]+"),
    ],
)
def test_a_name_takes_in_all_up_to_the_slash(function, pattern, instead, tmp_path):
    model, lines = with_pattern(function), [f"p, alice, {pattern}, read, allow"]
    assert raw(tmp_path, model, lines).enforce("alice", "/u/x", "read") is True
    found = the_finding(model, lines, "DLG331")
    assert found.instead == instead
    assert found.shown == "enforce('alice', '/u/x', 'read') is True; meant is False"
    assert codes(model, [f"p, alice, {instead}, read, allow"]) == []


def test_a_colon_in_a_group_begins_a_name_that_can_not_be_read(tmp_path):
    model, lines = with_pattern("keyMatch2"), ["p, alice, /b/(?:x|y), read, allow"]
    with pytest.raises(Exception, match="unknown extension"):
        raw(tmp_path, model, lines).enforce("alice", "/b/x", "read")
    assert codes(model, lines) == ["DLG126@1"]


def test_a_group_in_a_pattern_of_keymatch4_raises_at_what_fits(tmp_path):
    model, lines = with_pattern("keyMatch4"), ["p, alice, /b/(x|y), read, allow"]
    enforcer = raw(tmp_path, model, lines)
    assert enforcer.enforce("alice", "/b/z", "read") is False
    with pytest.raises(Exception, match="number of tokens"):
        enforcer.enforce("alice", "/b/x", "read")
    found = the_finding(model, lines, "DLG126")
    assert (found.instead, found.shown) == ("`/b/(?:x|y)`", "")


def test_a_deny_that_the_effect_does_not_look_at_is_named(tmp_path):
    model = a_model(", eft")
    lines = [
        "p, alice, data, read, allow",
        "p, alice, data, read, deny",
        "p, bob, data, read, deny",
    ]
    assert raw(tmp_path, model, lines).enforce("alice", "data", "read") is True
    found = [one for one in findings(model, lines) if one.code == "DLG335"]
    assert [one.line for one in found] == [2, 3]
    assert found[0].instead == f"e = {BOTH} in the model"
    wanted = "enforce('alice', 'data', 'read') is True; meant is False"
    assert [one.shown for one in found] == [wanted, ""]
    assert codes(a_model(", eft", BOTH), lines) == []


@pytest.mark.parametrize(
    "effect", ["!some(where (p.eft == deny))", "priority(p.eft) || deny"]
)
def test_a_deny_that_the_effect_looks_at_is_no_finding(effect):
    lines = ["p, alice, data, read, deny", "g, bob, alice"]
    assert codes(a_model(", eft", effect), lines) == []
    assert codes(a_model(), ["p, alice, data, read"]) == []


def test_what_raises_either_way_is_not_shown(tmp_path):
    model = a_model(", rule", matcher="r.obj == p.obj && eval(p.rule)")
    lines = ["p, x, data, read, r.sub.age > 18", "p, x, data, read, r.sub.y.z()"]
    with pytest.raises(Exception, match="age"):
        raw(tmp_path, model, lines).enforce("alice", "data", "read")
    assert shown(model, lines, "DLG127") == ""


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


STARRED = ALLOW.replace("r = sub,", "r = sub, dom,").replace("g = _, _", "g = _, _, _")
IDIOM = '(g(r.sub, p.sub, r.dom) || g(r.sub, p.sub, "*"))'


def test_a_star_that_the_matcher_asks_for_holds_everywhere(tmp_path):
    model = STARRED.replace("g(r.sub, p.sub)", IDIOM)
    lines = ["p, admin, data, read", "g, alice, admin, *"]
    assert raw(tmp_path, model, lines).enforce("alice", "d7", "data", "read") is True
    assert codes(model, lines) == []
    other = the_finding(model, [lines[0], "g, alice, admin, d*"], "DLG330")
    assert other.instead.endswith("or `*` alone, which the matcher asks for")
    assert (
        other.shown == "enforce('alice', 'dx', 'data', 'read') is False; meant is True"
    )


def test_a_star_is_advised_as_the_matcher_would_ask_for_it():
    model = STARRED.replace("g(r.sub, p.sub)", "g(r.sub, p.sub, r.dom)")
    lines = ["p, admin, data, read", "g, alice, admin, *"]
    assert the_finding(model, lines, "DLG330").instead == (
        f"a row for each domain, or {IDIOM} in the matcher for `*` alone"
    )


def test_a_star_that_a_row_asks_for_holds_there(tmp_path):
    model = STARRED.replace("p = sub,", "p = sub, dom,")
    model = model.replace("g(r.sub, p.sub)", "g(r.sub, p.sub, p.dom)")
    lines = ["p, admin, *, data, read", "g, alice, admin, *"]
    assert raw(tmp_path, model, lines).enforce("alice", "d7", "data", "read") is True
    assert codes(model, lines) == []
    lines = ["p, admin, d1, data, read", "g, alice, admin, *"]
    assert the_finding(model, lines, "DLG330").instead == "a row for each domain"


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
