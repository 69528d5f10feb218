"""What a line of a policy.csv hides; casbin's own answer first, then the finding."""

import pytest
from casbin.persist.adapter import _extract_tokens
from hypothesis import given
from hypothesis import strategies as st

from authz.engine import as_casbin
from tests.authz.review.strangers.models import (
    ALLOW,
    DENY,
    codes,
    findings,
    raw,
    the_finding,
)


@given(st.text(alphabet="ab ,()[]\"'#", min_size=1).map(str.strip).filter(bool))
def test_lines_are_split_as_casbin_splits_them(line):
    if line.startswith("#"):
        return
    try:
        wanted = tuple(_extract_tokens(line))
    except IndexError:
        wanted = None
    if wanted and not wanted[0]:
        wanted = None  # casbin asks for the first letter of the type, and there is none
    assert as_casbin(line) == wanted


def test_a_byte_order_mark_loses_the_first_row(tmp_path):
    lines = ["\ufeffp, alice, data, read, deny", "p, alice, data, read, allow"]
    assert raw(tmp_path, DENY, lines).enforce("alice", "data", "read") is True
    found = the_finding(DENY, lines, "DLG320")
    assert found.line == 1
    assert found.shown == "enforce('alice', 'data', 'read') is True; meant is False"


def test_a_lost_link_behind_a_mark_is_shown_too():
    lines = ["\ufeffg, alice, admin", "p, admin, data, read"]
    found = the_finding(ALLOW, lines, "DLG320")
    assert found.shown == "enforce('alice', 'data', 'read') is False; meant is True"


def test_quotes_become_part_of_the_name(tmp_path):
    lines = ["p, alice, data, read, allow", 'p, "alice", data, read, deny']
    assert raw(tmp_path, DENY, lines).enforce("alice", "data", "read") is True
    found = the_finding(DENY, lines, "DLG321")
    assert found.instead == "p, alice, data, read, deny"
    assert "meant is" in found.shown


def test_a_comma_in_quotes_moves_the_columns(tmp_path):
    lines = ['p, "smith, alice", read']
    enforcer = raw(tmp_path, ALLOW, lines)
    assert enforcer.enforce('"smith', 'alice"', "read") is True
    found = the_finding(ALLOW, lines, "DLG322")
    assert '"smith | alice"' in found.wrong
    assert found.shown.startswith("enforce('\"smith', 'alice\"', 'read') is True")


def test_an_open_bracket_swallows_the_columns_behind_it(tmp_path):
    lines = ["p, (alice, data, read"]
    with pytest.raises(RuntimeError, match="invalid policy size"):
        raw(tmp_path, ALLOW, lines).enforce("alice", "data", "read")
    assert codes(ALLOW, lines) == ["DLG322@1"]


def test_brackets_that_close_again_are_one_value_as_casbin_means_them():
    assert codes(ALLOW, ["p, f(a, b), data, read"]) == []


@pytest.mark.parametrize("line", ["p, alice), data, read", ", alice, data"])
def test_one_line_can_keep_all_rows_from_loading(line, tmp_path):
    lines = ["p, bob, data, read", line]
    with pytest.raises(IndexError):
        raw(tmp_path, ALLOW, lines)
    assert codes(ALLOW, lines) == ["DLG326@2"]


def test_a_comment_behind_a_row_becomes_part_of_it(tmp_path):
    lines = ["p, alice, data, read, allow", "p, alice, data, read, deny # for now"]
    assert raw(tmp_path, DENY, lines).enforce("alice", "data", "read") is True
    found = the_finding(DENY, lines, "DLG323")
    assert found.instead.startswith("p, alice, data, read, deny, and")
    assert found.shown == "enforce('alice', 'data', 'read') is True; meant is False"


def test_a_character_that_does_not_show_makes_another_name(tmp_path):
    lines = ["p, alice, data, read, allow", "p, ali\u200bce, data, read, deny"]
    assert raw(tmp_path, DENY, lines).enforce("alice", "data", "read") is True
    found = the_finding(DENY, lines, "DLG101")
    assert "'\\u200b'" in found.wrong
    assert found.shown.endswith("meant is False")


def test_blank_lines_comments_and_tabs_are_nothing(tmp_path):
    lines = ["# who", "", "  p,\talice , data,read\r", "g, bob, alice"]
    assert raw(tmp_path, ALLOW, lines).enforce("bob", "data", "read") is True
    assert findings(ALLOW, lines) == []
