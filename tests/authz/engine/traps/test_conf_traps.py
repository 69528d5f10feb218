"""What casbin makes of a model.conf's text; its own answer first, then the trap."""

import casbin
import pytest
from casbin.core_enforcer import EnforceContext
from hypothesis import given
from hypothesis import strategies as st

from authz.engine import conf_traps, gate, read_model, rewritten_texts
from authz.engine.traps.conf_traps import rewritten
from authz.errors import ModelError
from tests.authz.engine.strange import (
    ALLOW,
    MATCHER,
    NO_DENY,
    SOME_ALLOW,
    raw,
    refused_model,
    rows_of,
    strange,
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
    found = rewritten(matcher or "x")
    assert found.replace("not ", "!") == wanted.replace("not ", "!")


def test_a_model_without_traps_lets_rows_pass():
    assert conf_traps(ALLOW) == []
    gate(read_model(ALLOW), rows_of(ROWS))


@pytest.mark.parametrize("text", ["a.p.b", "hi!", "a&&b", "a||b"])
def test_a_text_that_casbin_rewrites_never_matches(text, tmp_path):
    model = strange(matcher=f'r.sub == p.sub && r.act != "{text}"')
    assert raw(tmp_path, model, ROWS).enforce("alice", "data", text) is True
    assert refused_model(model) == ["DLG301@11"]
    assert [(one.key, one.text) for one in rewritten_texts(model)] == [("m", text)]


def test_a_hash_in_a_text_cuts_the_matcher_and_what_it_asked(tmp_path):
    model = strange(matcher='r.sub == p.sub || r.obj == "x" # && r.act == "#1"')
    assert raw(tmp_path, model, ROWS).enforce("mallory", "x", "write") is True
    assert refused_model(model) == ["DLG301@11"]


def test_what_stands_behind_a_gap_is_not_read(tmp_path):
    model = ALLOW.replace("p = sub, obj, act", "p = sub, obj, act\np3 = sub, act")
    assert "p3" not in raw(tmp_path, model, ROWS).model["p"]
    assert refused_model(model) == ["DLG302@6"]


def test_a_key_in_capitals_is_not_read(tmp_path):
    model = ALLOW + 'M = r.sub == "root"\n'
    assert raw(tmp_path, model, ROWS).enforce("alice", "data", "read") is True
    assert refused_model(model) == ["DLG302@12"]


def test_a_section_of_another_name_is_not_read(tmp_path):
    model = ALLOW + "[constraint_definition]\nc = sod(p.obj)\n"
    assert "c" not in raw(tmp_path, model, ROWS).model.model
    assert refused_model(model) == ["DLG303@12"]


def test_of_a_key_that_stands_twice_the_last_counts(tmp_path):
    model = ALLOW + "m = r.sub == p.sub\n"
    assert raw(tmp_path, model, ROWS).enforce("alice", "other", "write") is True
    assert refused_model(model) == ["DLG304@12"]
    assert "stands twice, first at line 11" in conf_traps(model)[0].wrong


def test_a_second_effect_is_never_used(tmp_path):
    model = (
        strange(", eft", NO_DENY).replace("[role", "p2 = sub, obj, act, eft\n[role")
        + f"m2 = {MATCHER.replace('p.', 'p2.')}\n"
    )
    model = model.replace("[matchers]", f"e2 = {SOME_ALLOW}\n[matchers]")
    enforcer = raw(tmp_path, model, ["p2, alice, data, read, allow"])
    context = EnforceContext("r", "p2", "e2", "m2")
    assert enforcer.enforce(context, "mallory", "data", "read") is True
    assert refused_model(model) == ["DLG305@11"]
    same = model.replace(SOME_ALLOW, NO_DENY)
    assert read_model(same).traps == ()
    same = model.replace(SOME_ALLOW, NO_DENY.replace("p.", "p2."))
    assert read_model(same).traps == ()


def test_a_matcher_of_two_requests_is_rewritten_by_half(tmp_path):
    model = strange(matcher="r.sub == p.sub && r2.obj == p.obj")
    with pytest.raises(Exception, match="'r2' is not defined"):
        raw(tmp_path, model, ROWS).enforce("alice", "data", "read")
    assert refused_model(model) == ["DLG306@11"]


def test_a_backslash_in_a_text_is_read_as_python_reads_it(tmp_path):
    model = strange(matcher=r'r.sub == p.sub && !regexMatch(r.obj, "\bsecret")')
    rows = ["p, alice, data, read"]
    assert raw(tmp_path, model, rows).enforce("alice", "secret", "read") is True
    assert refused_model(model) == ["DLG308@11"]


def test_a_mark_at_the_start_keeps_the_model_from_loading(tmp_path):
    with pytest.raises(RuntimeError):
        raw(tmp_path, "\ufeff" + ALLOW, ROWS)
    with pytest.raises(ModelError) as caught:
        read_model("\ufeff" + ALLOW.lstrip(), "x.conf")
    (fault,) = caught.value.faults
    assert (fault.code, fault.file, fault.line) == ("DLG320", "x.conf", 1)
