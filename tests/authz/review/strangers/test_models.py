"""What a model.conf says to a reader alone; casbin's own answer first."""

import re

import pytest

from tests.authz.review.strangers.models import (
    ALLOW,
    MATCHER,
    PRIORITY,
    a_model,
    codes,
    findings,
    raw,
    the_finding,
)

ROWS = ["p, alice, data, read"]


@pytest.mark.parametrize("text", ["a.p.b", "hi!", "a&&b", "a||b"])
def test_a_text_that_casbin_rewrites_never_matches(text, tmp_path):
    model = a_model(matcher=f'r.sub == p.sub && (r.act == p.act || r.act == "{text}")')
    assert raw(tmp_path, model, ROWS).enforce("alice", "data", text) is False
    found = the_finding(model, ROWS, "DLG301")
    assert found.line == 10
    assert found.shown == f"enforce('alice', 'data', '{text}') is False; meant is True"


def test_a_deny_of_a_rewritten_text_allows(tmp_path):
    model = a_model(matcher='r.sub == p.sub && r.act != "rm!"')
    assert raw(tmp_path, model, ROWS).enforce("alice", "data", "rm!") is True
    assert the_finding(model, ROWS, "DLG301").shown.startswith(
        "enforce('alice', 'data', "
    )


def test_a_hash_in_a_text_cuts_the_matcher(tmp_path):
    model = a_model(matcher='r.sub == p.sub && r.act == "#x"')
    with pytest.raises(SyntaxError):
        raw(tmp_path, model, ROWS).enforce("alice", "data", "#x")
    assert "cuts the matcher" in the_finding(model, ROWS, "DLG301").casbin


def test_a_rewritten_text_without_rows_has_no_request_to_show():
    model = a_model(matcher='r.sub == p.sub && r.act == "hi!"')
    assert the_finding(model, [], "DLG301").shown == ""
    model = PRIORITY.replace("r.act == p.act", '(r.act == p.act || r.act == "hi!")')
    lines = ["p, bob, x, y, allow, 1", "p, bob, x, y, allow, -1"]
    assert the_finding(model, lines, "DLG301").shown == ""


def test_a_text_in_another_matcher_is_named_without_a_request():
    model = ALLOW + 'm2 = r.sub == "a&&b"\n'
    assert the_finding(model, ROWS, "DLG301").shown == ""
    assert the_finding(model, ROWS, "DLG301").line == 11


def test_a_text_that_is_an_operator_is_shown_as_well():
    model = a_model(matcher='r.sub == "&&" && r.obj == p.obj')
    wanted = "enforce('&&', 'data', 'read') is False; meant is True"
    assert the_finding(model, ROWS, "DLG301").shown == wanted


def test_a_text_that_is_asked_of_no_request_is_named_without_one():
    model = a_model(matcher='r.sub == p.sub && p.obj != "a&&b"')
    assert the_finding(model, ROWS, "DLG301").shown == ""


def test_a_misspelt_section_vanishes(tmp_path):
    model = ALLOW.replace("[matchers]", "[Matchers]")
    with pytest.raises(RuntimeError, match="model is undefined"):
        raw(tmp_path, model, ROWS).enforce("alice", "data", "read")
    found = the_finding(model, ROWS, "DLG303")
    assert (found.line, found.instead) == (9, "[matchers]")
    assert codes(model, ROWS) == ["DLG303@9"]


def test_a_section_like_none_of_casbins_is_named_too():
    assert codes(ALLOW + "[x]\ny = z\n", ROWS) == ["DLG303@11"]


def test_a_section_that_is_not_there_is_named():
    model = ALLOW.partition("[matchers]")[0]
    assert codes(model, ROWS) == ["DLG002@0"]


def test_a_comment_behind_the_columns_is_part_of_one(tmp_path):
    model = ALLOW.replace("p = sub, obj, act", "p = sub, obj, act # what")
    with pytest.raises(Exception, match="'p_act' is not defined"):
        raw(tmp_path, model, ROWS).enforce("alice", "data", "read")
    assert codes(model, ROWS) == ["DLG003@4"]


def test_a_gap_in_the_numbers_loses_what_stands_behind_it(tmp_path):
    model = ALLOW.replace("p = sub, obj, act", "p = sub, obj, act\np3 = sub, act")
    enforcer = raw(tmp_path, model, [*ROWS, "p3, alice, read"])
    assert "p3" not in enforcer.model["p"]
    found = the_finding(model, ROWS, "DLG302")
    assert (found.line, found.casbin) == (5, "stops at the first that is missing, p2")


def test_a_key_in_capitals_is_skipped():
    model = ALLOW.replace("m = ", "M = x\nm = ")
    assert "skips it" in the_finding(model, ROWS, "DLG302").casbin


def test_a_key_that_stands_twice_keeps_its_last_value(tmp_path):
    model = ALLOW.replace("m = ", "m = r.sub == p.obj\nm = ")
    assert raw(tmp_path, model, ROWS).enforce("alice", "data", "read") is True
    assert codes(model, ROWS) == ["DLG304@11"]
    assert "stands twice, first at line 10" in the_finding(model, ROWS, "DLG304").wrong


def test_a_second_effect_is_never_used(tmp_path):
    model = ALLOW.replace(
        "[matchers]", "e2 = !some(where (p2.eft == deny))\n[matchers]"
    )
    model = model.replace("p = sub, obj, act", "p = sub, obj, act\np2 = sub, obj, act")
    model += f"m2 = {MATCHER.replace('p.', 'p2.')}\n"
    enforcer = raw(tmp_path, model, ["p2, alice, data, read"])
    context = enforcer.new_enforce_context("2")
    context.rtype = "r"
    assert enforcer.enforce(context, "bob", "data", "read") is False
    assert codes(model, [*ROWS, "p2, a, b, c"]) == ["DLG305@10"]
    (found,) = (one for one in findings(model, ROWS) if one.code == "DLG110")
    assert (found.wrong, found.shown) == ("there is no p2 row at all", "")
    same = model.replace(
        "!some(where (p2.eft == deny))", "some(where (p2.eft == allow))"
    )
    assert codes(same, [*ROWS, "p2, a, b, c"]) == []


def test_a_matcher_of_two_requests_is_rewritten_by_half(tmp_path):
    model = a_model(matcher="r.sub == p.sub && r2.obj == p.obj")
    with pytest.raises(Exception, match="'r2' is not defined"):
        raw(tmp_path, model, ROWS).enforce("alice", "data", "read")
    assert codes(model, ROWS) == ["DLG306@10"]


def test_a_mark_at_the_start_keeps_the_model_from_loading(tmp_path):
    with pytest.raises(RuntimeError):
        raw(tmp_path, "\ufeff" + ALLOW, ROWS)
    assert codes("\ufeff" + ALLOW, ROWS) == ["DLG320@1"]


def test_what_casbin_refuses_is_told_with_what_to_write():
    assert codes("nonsense", ROWS) == ["DLG001@0"]
    assert codes(ALLOW.replace("some(where", "any(where"), ROWS) == ["DLG005@8"]
    without_g = ALLOW.replace("[role_definition]\ng = _, _\n", "")
    assert codes(without_g, ROWS) == ["DLG004@8"]


def test_an_unknown_effect_is_told_with_the_five_that_casbin_knows(tmp_path):
    unknown = ALLOW.replace("p.eft == allow", "p.eft==allow")
    with pytest.raises(RuntimeError, match="unsupported effect"):
        raw(tmp_path, unknown, ROWS)
    found = the_finding(unknown, ROWS, "DLG005")
    assert found.wrong.endswith("no policy effect `some(where (p.eft==allow))`")
    written = re.findall("`([^`]+)`", found.instead)
    assert len(written) == 5
    for effect in written:
        model = a_model(", eft", effect)
        assert isinstance(raw(tmp_path, model, []).enforce("a", "b", "c"), bool)


def test_a_clean_model_and_policy_have_nothing_to_tell():
    assert findings(ALLOW, ROWS) == []


def test_a_finding_is_three_or_four_lines_of_text():
    found = the_finding(ALLOW, ["p, , data, read"], "DLG113")
    head, *lines = found.text.splitlines()
    assert head == "policy.csv:1: DLG113 a value is blank"
    assert [line.split(":")[0].strip() for line in lines] == [
        "casbin",
        "write",
        "shown",
    ]
    assert found.as_json["code"] == "DLG113"
    whole = the_finding(ALLOW.partition("[matchers]")[0], ROWS, "DLG002")
    assert whole.text.startswith("model.conf: DLG002")
    assert len(whole.text.splitlines()) == 3


@pytest.mark.parametrize(
    ("matcher", "code"),
    [
        ("r.obj == p.obj && r.sub == p.sbu", "DLG307"),
        ("r.obj == p.obj && true", "DLG307"),
        ("r.sub == == p.sub", "DLG313"),
        ("r.sub == p.sub && r2.obj == p.obj", "DLG306"),
    ],
)
def test_what_casbin_raises_on_is_shown_with_a_request(matcher, code, tmp_path):
    model = a_model(matcher=matcher)
    with pytest.raises(Exception, match=r"not defined|invalid syntax"):
        raw(tmp_path, model, ROWS).enforce("alice", "data", "read")
    assert ", 'data', 'read') raises `" in the_finding(model, ROWS, code).shown
    assert the_finding(model, ["p, a, b, c"], code).line == 10
    assert the_finding(model, ["g, a, b"], code).shown == ""


def test_a_name_that_no_request_gets_to_is_named_without_one():
    model = a_model(matcher='r.obj == "a" && r.obj == "b" && nobody')
    assert the_finding(model, ROWS, "DLG307").shown == ""


def test_denials_without_a_column_are_shown_by_somebody_no_row_names(tmp_path):
    model = a_model(effect="!some(where (p.eft == deny))")
    nobody = ("nobody", "nobody", "nobody")
    assert raw(tmp_path, model, ROWS).enforce(*nobody) is True
    found = the_finding(model, ROWS, "DLG311")
    assert found.shown == f"enforce{nobody} is True; meant is False"


def test_a_link_that_ended_is_shown_to_hold(tmp_path):
    model = ALLOW.replace("g = _, _", "g = _, _, (_, _)")
    lines = ["p, admin, data, read", "g, alice, admin, 2000-01-01, 2001-01-01"]
    assert raw(tmp_path, model, lines).enforce("alice", "data", "read") is True
    wanted = "enforce('alice', 'data', 'read') is True; meant is False"
    assert the_finding(model, lines, "DLG309").shown == wanted
    assert the_finding(model, lines[:1], "DLG309").shown == ""
    assert the_finding(model, ["p, x, data, read", *lines[1:]], "DLG309").shown == ""


def test_rows_that_can_not_be_loaded_show_nothing_about_a_model():
    lines = ["p, a, b, c, 1", "p, a, b, c, x"]
    model = a_model(", priority", matcher="r.sub == p.sub && nobody")
    assert the_finding(model, lines, "DLG307").shown == ""
    model = a_model(", priority", "!some(where (p.eft == deny))")
    assert the_finding(model, lines, "DLG311").shown == ""
    model = a_model(", priority").replace("g = _, _", "g = _, _, (_, _)")
    assert the_finding(model, lines, "DLG309").shown == ""


def test_a_backslash_in_a_text_is_named():
    model = a_model(matcher=r'r.sub == p.sub && !regexMatch(r.obj, "\bsecret")')
    found = the_finding(model, ROWS, "DLG308")
    assert found.instead == r"\\b, or a text without a backslash"
    assert found.shown == ""
