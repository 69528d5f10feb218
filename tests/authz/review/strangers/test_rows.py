"""Rows that casbin loses, cuts or misreads; its own answer first, then the finding."""

import casbin
import pytest

from authz.review.strangers import lint_table
from tests.authz.review.strangers.models import (
    ALLOW,
    DENY,
    PRIORITY,
    a_model,
    codes,
    findings,
    raw,
    the_finding,
)


def shown(model: str, lines: list[str], code: str) -> str:
    return the_finding(model, lines, code).shown


def test_an_empty_policy_allows_a_blank_request(tmp_path):
    assert raw(tmp_path, ALLOW, []).enforce("", "", "") is True
    assert shown(ALLOW, [], "DLG110") == "enforce('', '', '') is True"


def test_an_empty_policy_that_denies_blanks_is_named_without_a_request():
    model = a_model(matcher='r.sub == p.sub && r.sub == "root"')
    assert shown(model, [], "DLG110") == ""


WITH_CONDITION = a_model(", rule", matcher="r.obj == p.obj && eval(p.rule)")
WITH_NETWORK = a_model(matcher="r.sub == p.sub && ipMatch(r.obj, p.obj)")


@pytest.mark.parametrize(
    ("model", "row"),
    [
        (DENY, "p, nobody, nobody, nobody, allow"),
        (PRIORITY, "p, nobody, nobody, nobody, allow, 0"),
        (WITH_CONDITION, "p, nobody, nobody, nobody, False"),
        (WITH_NETWORK, "p, nobody, 255.255.255.255, nobody"),
    ],
    ids=["effect", "priority", "condition", "network"],
)
def test_the_row_that_nobody_meets_is_one_that_lint_finds_clean(model, row, tmp_path):
    found = the_finding(model, [], "DLG110")
    assert found.instead == f"a row that nobody meets: {row}"
    assert codes(model, [row]) == []
    enforcer = raw(tmp_path, model, [row])
    assert enforcer.enforce("nobody", "10.0.0.1", "nobody") is False


@pytest.mark.parametrize(
    "line",
    [
        "p alice, data, read, deny",
        "p; alice; data; read; deny",
        "p alice data read deny",
    ],
)
def test_a_row_with_a_comma_forgotten_keeps_its_values(line):
    found = the_finding(DENY, ["p, alice, data, read, allow", line], "DLG111")
    assert found.instead == "p, alice, data, read, deny"
    assert found.shown == "enforce('alice', 'data', 'read') is True; meant is False"


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("p;bob;x", "commas between the type and each of the values"),
        ("; ;", "commas between the type and each of the values"),
        ("p bob, data", "commas between the type and each of the values"),
        ("pp, bob", "a row of a type that the model has, p with 3, g with 2 values"),
    ],
)
def test_a_lost_row_of_no_known_width_is_told_without_one_in_its_place(line, instead):
    found = the_finding(ALLOW, ["p, alice, data, read", line], "DLG111")
    assert (found.instead, found.shown) == (instead, "")


def test_a_row_of_an_unknown_type_is_lost(tmp_path):
    lines = ["p, alice, data, read, allow", "pp, alice, data, read, deny"]
    assert raw(tmp_path, DENY, lines).enforce("alice", "data", "read") is True
    found = the_finding(DENY, lines, "DLG111")
    assert found.instead.startswith("p, alice, data, read, deny")
    assert found.shown == "enforce('alice', 'data', 'read') is True; meant is False"


def test_a_row_of_a_type_like_no_other_is_taken_for_a_p_row():
    lines = ["p, bob, data, read", "zz, alice, data, read"]
    assert shown(ALLOW, lines, "DLG111").endswith("is False; meant is True")


def test_a_lost_row_that_could_not_be_loaded_anyway_has_no_request_to_show():
    assert shown(ALLOW, ["p, bob, data, read", "gg, alice"], "DLG111") == ""


def test_a_link_in_a_domain_is_shown_there():
    model = ALLOW.replace("r = sub,", "r = sub, where,").replace(
        "g = _, _", "g = _, _, _"
    )
    model = model.replace("g(r.sub, p.sub)", "g(r.sub, p.sub, r.where)")
    lines = ["p, admin, data, read", *["g, alice, admin, d1"] * 2]
    wanted = "enforce('alice', 'd1', 'data', 'read') is True; meant is False"
    assert shown(model, lines, "DLG115") == f"after removing it once, {wanted}"


def test_a_misspelt_deny_allows(tmp_path):
    lines = ["p, alice, data, read, allow", "p, alice, data, read, Deny"]
    assert raw(tmp_path, DENY, lines).enforce("alice", "data", "read") is True
    found = the_finding(DENY, lines, "DLG114")
    assert found.instead == "p, alice, data, read, deny"
    assert found.shown == "enforce('alice', 'data', 'read') is True; meant is False"


def test_a_blank_effect_is_told_once():
    lines = ["p, alice, data, read, allow", "p, alice, data, read, "]
    assert codes(DENY, lines) == ["DLG114@2"]


def test_a_row_that_is_too_short_breaks_the_requests_that_reach_it(tmp_path):
    lines = ["p, alice, data", "p, bob, data, read"]
    with pytest.raises(RuntimeError, match="invalid policy size"):
        raw(tmp_path, ALLOW, lines).enforce("bob", "data", "read")
    assert "raises `invalid policy size`" in shown(ALLOW, lines, "DLG112")


def test_a_link_that_is_too_short_keeps_all_rows_from_loading(tmp_path):
    lines = ["p, bob, data, read", "g, alice"]
    with pytest.raises(RuntimeError, match="do not meet role definition"):
        raw(tmp_path, ALLOW, lines)
    found = the_finding(ALLOW, lines, "DLG112")
    assert "do not meet role definition" in found.shown
    assert found.casbin == "can not load any row at all"


def test_a_link_that_is_too_long_holds_everywhere(tmp_path):
    lines = ["p, admin, data, read", "g, alice, admin, milan"]
    assert raw(tmp_path, ALLOW, lines).enforce("alice", "data", "read") is True
    found = the_finding(ALLOW, lines, "DLG112")
    assert found.shown == "enforce('alice', 'data', 'read') is True; meant is False"


def test_a_wide_link_is_kept_where_the_model_is_what_lacks_the_domain():
    model = ALLOW.replace("r = sub,", "r = sub, dom,")
    model = model.replace("g(r.sub, p.sub)", "g(r.sub, p.sub, r.dom)")
    lines = ["p, admin, data, read", "g, alice, admin, d1"]
    assert the_finding(model, lines, "DLG112").instead == "g = _, _, _ in the model"
    lines = ["p, admin, data, read", "g, alice, admin, d1, d2"]
    assert "2 columns" in the_finding(model, lines, "DLG112").instead


def test_a_blank_value_allows_a_blank_caller(tmp_path):
    lines = ["p, , data, read"]
    assert raw(tmp_path, ALLOW, lines).enforce("", "data", "read") is True
    wanted = "enforce('', 'data', 'read') is True; meant is False"
    assert shown(ALLOW, lines, "DLG113") == wanted


def test_a_row_that_stands_twice_survives_its_removal(tmp_path):
    lines = ["p, admin, data, read", "g, alice, admin", "g, alice, admin"]
    enforcer = raw(tmp_path, ALLOW, lines)
    enforcer.remove_grouping_policy("alice", "admin")
    enforcer.save_policy()
    enforcer.load_policy()
    assert enforcer.enforce("alice", "data", "read") is True
    found = the_finding(ALLOW, lines, "DLG115")
    assert found.line == 3
    assert found.shown == (
        "after removing it once, enforce('alice', 'data', 'read') is True; meant is False"
    )


def chain(links: int) -> list[str]:
    return [f"g, r{n}, r{n + 1}" for n in range(links)]


def test_a_deny_behind_ten_links_is_lost(tmp_path):
    lines = ["p, r0, data, read, allow", "p, r10, data, read, deny", *chain(10)]
    assert raw(tmp_path, DENY, lines).enforce("r0", "data", "read") is True
    found = the_finding(DENY, lines, "DLG116")
    assert (found.line, found.instead) == (3, "a shorter way: g, r0, r10")
    assert found.shown == "enforce('r0', 'data', 'read') is True; meant is False"


def test_nine_links_are_followed():
    assert codes(ALLOW, ["p, r9, data, read", *chain(9)]) == []


def test_a_chain_to_a_role_without_rows_has_no_request_to_show():
    assert shown(ALLOW, ["p, bob, data, read", *chain(10)], "DLG116") == ""


def test_roles_in_a_circle_are_one_role(tmp_path):
    lines = ["p, boss, data, read", "g, boss, clerk", "g, clerk, boss", "g, x, clerk"]
    assert raw(tmp_path, ALLOW, lines).enforce("clerk", "data", "read") is True
    assert codes(ALLOW, lines) == ["DLG328@2"]


def test_a_circle_under_subject_priority_can_not_be_loaded(tmp_path):
    model = a_model(", eft", "subjectPriority(p.eft) || deny")
    lines = ["p, boss, data, read, allow", "g, boss, clerk", "g, clerk, boss"]
    with pytest.raises(RuntimeError, match="cycle"):
        raw(tmp_path, model, lines)
    assert "cycle" in shown(model, lines, "DLG328")


def test_priorities_below_nought_are_sorted_as_text(tmp_path):
    lines = ["p, alice, data, read, allow, -1", "p, alice, data, read, deny, -2"]
    assert raw(tmp_path, PRIORITY, lines).enforce("alice", "data", "read") is True
    found = the_finding(PRIORITY, [*lines, "g, bob, alice"], "DLG325")
    assert found.shown == "enforce('alice', 'data', 'read') is True; meant is False"


def test_priorities_that_are_words_have_no_order_that_anybody_meant():
    lines = ["p, alice, data, read, allow, high", "p, alice, data, read, deny, low"]
    assert shown(PRIORITY, [*lines, "g, bob, alice"], "DLG325") == ""


def test_a_word_among_priorities_keeps_all_rows_from_loading(tmp_path):
    lines = ["p, alice, data, read, allow, 1", "p, alice, data, read, deny, -1"]
    with pytest.raises(TypeError):
        raw(tmp_path, PRIORITY, lines)
    assert "'<' not supported" in shown(PRIORITY, lines, "DLG324")
    assert shown(PRIORITY, [*lines, "pp, alice, data, read, deny, 1"], "DLG111") == ""


def test_a_row_mended_among_others_that_are_not_can_not_be_loaded():
    lines = [f'p, alice, data, read, allow, "{n}"' for n in (1, 2)]
    assert [one.shown for one in findings(PRIORITY, lines) if one.code == "DLG321"] == [
        "",
        "",
    ]


def test_numbers_are_priorities_and_nothing_to_tell():
    lines = ["p, alice, data, read, allow, 1", "p, alice, data, read, deny, 2"]
    assert codes(PRIORITY, lines) == []
    assert codes(PRIORITY, ["p, alice, data, read, allow, -1"]) == ["DLG325@1"]


def test_only_the_first_findings_of_a_kind_are_shown():
    lines = [f"p, u{n}, data, read, alow" for n in range(30)]
    found = [bool(shown) for shown in _all_shown(lines)]
    assert found == [True] * 20 + [False] * 10


def _all_shown(lines: list[str]) -> list[str]:
    return [one.shown for one in findings(DENY, lines)]


# a table


def table(model: str, *rows: tuple[str | None, ...]) -> list[str]:
    numbered = [(n, (*row, *[None] * (7 - len(row)))) for n, row in enumerate(rows, 1)]
    found = lint_table(model, numbered, "model.conf", "casbin_rule")
    return [f"{one.code}@{one.line} {one.shown}".strip() for one in found]


def test_a_comma_in_a_table_crosses_the_columns():
    found = table(ALLOW, ("p", "smith, alice", "read"))
    assert found[0].startswith(
        "DLG322@1 enforce('smith', 'alice', 'read') is True; meant"
    )


def test_a_bracket_in_a_table_keeps_all_rows_from_loading():
    assert table(ALLOW, ("p", "bob", "data", "read"), ("p", "a)", "data", "read")) == [
        "DLG326@2"
    ]


def test_a_null_in_the_middle_cuts_a_row():
    found = table(ALLOW, ("p", "bob", "data", "read"), ("p", "alice", None, "read"))
    assert [text.split()[0] for text in found] == ["DLG327@2"]


def test_a_clean_table_has_nothing_to_tell():
    assert table(ALLOW, ("p", "bob", "data", "read"), ("g", "alice", "bob")) == []


def test_the_order_of_a_table_decides_nothing_that_anybody_meant():
    model = a_model(", eft", "priority(p.eft) || deny")
    rows = ("p", "bob", "data", "read", "allow"), ("p", "bob", "data", "read", "deny")
    assert table(model, *rows) == ["DLG329@0"]
    assert casbin_over(model, rows) is True
    assert casbin_over(model, rows[::-1]) is False
    numbered = [(*row, str(n)) for n, row in enumerate(rows)]
    assert table(PRIORITY, *numbered) == []


def casbin_over(model: str, rows: tuple[tuple[str, ...], ...]) -> bool:
    enforcer = casbin.Enforcer(casbin.Enforcer.new_model(text=model))
    for _ptype, *values in rows:
        enforcer.add_policy(*values)
    return bool(enforcer.enforce("bob", "data", "read"))
