"""What a model.conf says to a reader alone; casbin's own answer first."""

import casbin
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.review.strangers.conf import read_conf
from authz.review.strangers.model_rules import as_python
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
pieces = st.sampled_from(
    ["r.sub", "p.sub", "r2.sub", " == ", " && ", " || ", "!", '"a.p.b"', '"#"', "p2.x"]
)


@given(st.lists(pieces, max_size=8).map("".join))
def test_matchers_are_rewritten_as_casbin_rewrites_them(matcher):
    model = casbin.Enforcer.new_model(text=ALLOW.replace(MATCHER, "True"))
    model.add_def("m", "m", matcher or "x")
    wanted = model["m"]["m"].value.replace("&&", "and").replace("||", "or")
    found = as_python(matcher or "x")
    assert found.replace("not ", "!") == wanted.replace("not ", "!")


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
    assert codes(model, ROWS) == ["DLG304@10"]


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
    assert codes(model, ROWS) == ["DLG305@10"]
    same = model.replace(
        "!some(where (p2.eft == deny))", "some(where (p2.eft == allow))"
    )
    assert codes(same, ROWS) == []


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


def test_the_lines_of_a_model_are_where_they_stand():
    text = "[matchers]\n# why\nm = a \\\n  && b\n\nm2 = c"
    found = [(e.key, e.value, e.line) for e in read_conf(text).options()]
    assert found == [("m", "a && b", 3), ("m2", "c", 6)]


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
