"""What is asked of values; casbin's own answer to what is refused stands first."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.engine import Row, gate, read_model
from authz.engine.gate.row_rules import any_value, are_plain
from tests.authz.engine.strange import (
    ALLOW,
    DENY,
    HEAD,
    MATCHER,
    NO_DENY,
    raw,
    refused,
    refused_rows,
    rows_of,
    strange,
)

ADMIN = ["p, admin, data, read"]


def p_row(*values: str) -> Row:
    return Row("p", values, "policy.csv:1")


def with_pattern(function: str) -> str:
    return strange(
        ", eft",
        f"some(where (p.eft == allow)) && {NO_DENY}",
        f'(p.sub == "*" || r.sub == p.sub) && {function}(r.obj, p.obj)',
    )


def test_a_blank_value_allows_a_blank_caller(tmp_path):
    lines = ["p, , data, read"]
    assert raw(tmp_path, ALLOW, lines).enforce("", "data", "read") is True
    assert refused(ALLOW, lines) == ["DLG113@policy.csv:1"]


def test_blanks_around_a_value_are_lost_where_rows_become_text(tmp_path):
    row = p_row("alice ", "data", "read")
    assert raw(tmp_path, ALLOW, [str(row)]).enforce("alice", "data", "read") is True
    assert refused_rows(ALLOW, [row]) == ["DLG113@policy.csv:1"]


def test_a_character_that_does_not_show_loses_a_deny(tmp_path):
    lines = ["p, alice, data, read, allow", "p, ali\u200bce, data, read, deny"]
    assert raw(tmp_path, DENY, lines).enforce("alice", "data", "read") is True
    assert refused(DENY, lines) == ["DLG101@policy.csv:2"]


def test_a_comma_in_a_value_gives_a_role_where_rows_become_text(tmp_path):
    row = Row("g", ("alice, admin", "nobody"), "row 3")
    enforcer = raw(tmp_path, ALLOW, [*ADMIN, str(row)])
    assert enforcer.enforce("alice", "data", "read") is True
    assert refused_rows(ALLOW, [*rows_of(ADMIN), row]) == ["DLG118@"]


def test_a_bracket_in_a_value_keeps_all_rows_from_loading(tmp_path):
    row = p_row("bob)", "data", "read")
    with pytest.raises(IndexError):
        raw(tmp_path, ALLOW, [*ADMIN, str(row)])
    assert refused_rows(ALLOW, [row]) == ["DLG118@policy.csv:1"]


def test_a_bracket_left_open_swallows_the_columns_behind_it(tmp_path):
    row = p_row("(bob", "data", "read")
    with pytest.raises(RuntimeError, match="invalid policy size"):
        raw(tmp_path, ALLOW, [str(row), *ADMIN]).enforce("admin", "data", "read")
    assert refused_rows(ALLOW, [row]) == ["DLG118@policy.csv:1"]


@pytest.mark.parametrize("value", ["a b", "f(a, b)", "è", "a[1]", "a:b/c*", "#x"])
def test_values_that_casbin_reads_as_they_look_pass(value, tmp_path):
    row = p_row("alice", value, "read")
    assert raw(tmp_path, ALLOW, [str(row)]).enforce("alice", value, "read") is True
    gate(read_model(ALLOW), [row])


def test_many_values_are_plain_where_each_is():
    assert are_plain(["a", "b*", "/x:1"])
    for value in ("", " ", "a b", "à", "a,b", "(", "[x]", "\x7f", "\u200b"):
        assert not are_plain(["a", value])
    assert any_value("a b") is None


@given(st.lists(st.text(alphabet="ab*:, ()[]\u200bé\n", max_size=3), max_size=3))
def test_plain_values_have_nothing_wrong_with_them(values):
    is_wrong = any(any_value(value) for value in values)
    assert not (are_plain(values) and is_wrong)


def test_a_misspelt_deny_allows(tmp_path):
    lines = ["p, alice, data, read, allow", "p, alice, data, read, dney"]
    assert raw(tmp_path, DENY, lines).enforce("alice", "data", "read") is True
    assert refused(DENY, lines) == ["DLG114@policy.csv:2"]
    gate(read_model(DENY), [p_row("a", "b", "c", "deny")])


def test_a_deny_in_a_column_of_another_name_allows(tmp_path):
    model, lines = strange(", effect"), ["p, alice, data, read, deny"]
    assert raw(tmp_path, model, lines).enforce("alice", "data", "read") is True
    assert refused(model, lines) == ["DLG128@policy.csv:1"]
    gate(read_model(model), [p_row("alice", "data", "read", "a note")])
    asked = strange(", effect", matcher=f'{MATCHER} && p.effect == "allow"')
    assert raw(tmp_path, asked, lines).enforce("alice", "data", "read") is False
    gate(read_model(asked), rows_of(lines))


PRIORITY = strange(", eft, priority", "priority(p.eft) || deny")


def test_priorities_below_nought_are_sorted_as_text(tmp_path):
    lines = ["p, alice, data, read, allow, -1", "p, alice, data, read, deny, -2"]
    assert raw(tmp_path, PRIORITY, lines).enforce("alice", "data", "read") is True
    assert refused(PRIORITY, lines) == ["DLG119@policy.csv:1", "DLG119@policy.csv:2"]


@pytest.mark.parametrize("word", ["high", "²"])
def test_a_word_among_priorities_keeps_all_rows_from_loading(word, tmp_path):
    lines = ["p, alice, data, read, allow, 1", f"p, alice, data, read, deny, {word}"]
    with pytest.raises((TypeError, ValueError)):
        raw(tmp_path, PRIORITY, lines)
    assert refused(PRIORITY, lines) == ["DLG119@policy.csv:2"]
    gate(read_model(PRIORITY), rows_of(lines[:1]))


def test_a_key_pattern_opens_all_that_its_first_star_does(tmp_path):
    lines = ["p, alice, /a/*/public, read, allow"]
    model = with_pattern("keyMatch")
    assert raw(tmp_path, model, lines).enforce("alice", "/a/1/secret", "x") is True
    assert refused(model, lines) == ["DLG125@policy.csv:1"]
    fine = ["p, alice, /a/*, read, allow", "p, bob, /a, read, allow"]
    gate(read_model(model), rows_of(fine))


@pytest.mark.parametrize(
    ("function", "pattern"),
    [("regexMatch", "*"), ("keyMatch3", "*"), ("keyMatch4", "*"), ("keyMatch5", "*")],
)
def test_a_pattern_that_can_not_be_read_fails_the_requests_that_reach_it(
    function, pattern, tmp_path
):
    lines = [f"p, *, {pattern}, read, allow", "p, alice, data, read, allow"]
    model = with_pattern(function)
    with pytest.raises(re.error):
        raw(tmp_path, model, lines).enforce("alice", "data", "read")
    assert refused(model, lines) == ["DLG126@policy.csv:1"]
    gate(read_model(model), rows_of(lines[1:]))


def test_a_group_in_a_pattern_of_keymatch4_fails_the_requests_that_fit_it(tmp_path):
    model = with_pattern("keyMatch4")
    lines = ["p, *, /b/(x|y), read, allow"]
    with pytest.raises(Exception, match="number of tokens"):
        raw(tmp_path, model, lines).enforce("alice", "/b/x", "read")
    assert refused(model, lines) == ["DLG126@policy.csv:1"]
    fine = ["p, *, /b/(?:x|y)/*, read, allow", r"p, *, /b/{x}/\(c\), read, allow"]
    assert raw(tmp_path, model, fine).enforce("alice", "/b/x/z", "read") is True
    assert raw(tmp_path, model, fine).enforce("alice", "/b/x/(c)", "read") is True
    gate(read_model(model), rows_of(fine))


def test_a_deny_for_a_network_that_can_not_be_read_never_denies(tmp_path):
    lines = ["p, *, 0.0.0.0/0, x, allow", "p, *, 10.0.0.0/33, x, deny"]
    model = with_pattern("ipMatch")
    assert raw(tmp_path, model, lines).enforce("alice", "10.0.0.1", "x") is True
    assert refused(model, lines) == ["DLG126@policy.csv:2"]


CONDITIONS = strange(", rule", matcher="r.obj == p.obj && eval(p.rule)")


def test_a_condition_that_leaves_its_brackets_is_another_matcher(tmp_path):
    row = p_row("alice", "data", "read", "False) or (True")
    enforcer = raw(tmp_path, CONDITIONS, [])
    enforcer.add_policy(*row.values)
    assert enforcer.enforce("mallory", "other", "x") is True
    assert refused_rows(CONDITIONS, [row])[-1] == "DLG127@policy.csv:1"


def test_a_condition_that_is_no_expression_fails_the_requests_that_reach_it(tmp_path):
    row = p_row("alice", "data", "read", "r.sub ==")
    with pytest.raises(SyntaxError):
        raw(tmp_path, CONDITIONS, [str(row)]).enforce("alice", "data", "read")
    assert refused_rows(CONDITIONS, [row]) == ["DLG127@policy.csv:1"]


def test_a_condition_can_change_what_the_caller_handed_over(tmp_path):
    row = p_row("alice", "data", "read", "r.sub.pop('age') > 18")
    asked = {"age": 20}
    assert raw(tmp_path, CONDITIONS, [str(row)]).enforce(asked, "data", "read") is True
    assert asked == {}
    assert refused_rows(CONDITIONS, [row]) == ["DLG127@policy.csv:1"]


def test_a_text_in_a_condition_is_rewritten_as_one_in_a_matcher(tmp_path):
    row = p_row("alice", "data", "read", 'r.sub != "hi!"')
    enforcer = raw(tmp_path, CONDITIONS, [str(row)])
    assert enforcer.enforce("hi!", "data", "read") is True
    assert refused_rows(CONDITIONS, [row]) == ["DLG127@policy.csv:1"]


def test_conditions_that_compare_pass(tmp_path):
    row = p_row("alice", "data", "read", 'r.sub.age > 18 && r.act in ("read", "x")')
    enforcer = raw(tmp_path, CONDITIONS, [str(row)])
    assert enforcer.enforce({"age": 20}, "data", "read") is True
    row = p_row("alice", "data", "read", 'keyMatch(r.act, "re*")')
    gate(read_model(CONDITIONS), [row])


def test_the_columns_of_a_second_policy_have_rules_of_their_own():
    text = HEAD.format(more=", eft", effect=NO_DENY, matcher=MATCHER)
    text = text.replace("[role", "p2 = sub, eft\n[role") + "m2 = r.sub == p2.sub\n"
    lines = ["p, a, b, c, allow", "p2, alice, dney"]
    assert refused(text, lines) == ["DLG114@policy.csv:2"]
