"""Each rule of the load gate, beside the answer of casbin that makes it a rule."""

import casbin
import pytest

from authz.engine import Row, gate, read_model
from authz.errors import RowsError
from tests.authz.engine.strange import (
    ALLOW,
    DENY,
    NO_DENY,
    raw,
    refused,
    refused_rows,
    rows_of,
    strange,
)


def test_rows_that_mean_what_they_say_pass():
    rows = [Row("p", ("admin", "data", "read")), Row("g", ("alice", "admin"))]
    gate(read_model(ALLOW), rows)


def test_an_empty_policy_allows_a_blank_request(tmp_path):
    assert raw(tmp_path, ALLOW, []).enforce("", "", "") is True
    assert refused(ALLOW, []) == ["DLG110@"]


def test_rows_of_another_policy_type_do_not_make_a_policy(tmp_path):
    model = ALLOW.replace("p = sub, obj, act", "p = sub, obj, act\np2 = sub, act")
    lines = ["p2, alice, read"]
    assert raw(tmp_path, model, lines).enforce("", "", "") is True
    assert refused(model, lines) == ["DLG110@"]


def test_every_policy_type_needs_a_row_a_context_may_ask_it(tmp_path):
    model = ALLOW.replace("p = sub, obj, act", "p = sub, obj, act\np2 = sub, act")
    model += "m2 = r.sub == p2.sub && r.act == p2.act\n"
    lines = ["p, alice, data, read"]
    context = casbin.core_enforcer.EnforceContext("r", "p2", "e", "m2")
    assert raw(tmp_path, model, lines).enforce(context, "", "", "") is True
    assert refused(model, lines) == ["DLG110@"]
    gate(read_model(model), rows_of([*lines, "p2, alice, read"]))


def test_an_empty_policy_of_denials_allows_everything(tmp_path):
    model = strange(", eft", NO_DENY)
    assert raw(tmp_path, model, []).enforce("mallory", "data", "write") is True
    assert refused(model, []) == ["DLG110@"]


def test_a_row_of_an_unknown_type_is_lost_in_silence(tmp_path):
    lines = ["p, alice, data, read, allow", "pp, alice, data, read, deny"]
    assert raw(tmp_path, DENY, lines).enforce("alice", "data", "read") is True
    assert refused(DENY, lines) == ["DLG111@policy.csv:2"]


def test_the_name_of_a_request_is_no_type_of_row():
    assert refused(ALLOW, ["p, a, b, c", "r, a, b, c"]) == ["DLG111@policy.csv:2"]


def test_one_row_that_is_too_short_breaks_every_request(tmp_path):
    lines = ["p, alice, data", "p, bob, data, read"]
    with pytest.raises(RuntimeError, match="invalid policy size"):
        raw(tmp_path, ALLOW, lines).enforce("bob", "data", "read")
    assert refused(ALLOW, lines) == ["DLG112@policy.csv:1"]


def test_a_link_that_is_too_long_holds_where_it_was_not_meant(tmp_path):
    lines = ["p, admin, data, read", "g, alice, admin, milan"]
    assert raw(tmp_path, ALLOW, lines).enforce("alice", "data", "read") is True
    assert refused(ALLOW, lines) == ["DLG112@policy.csv:2"]


def test_a_link_that_is_too_short_keeps_all_rows_from_loading(tmp_path):
    lines = ["p, bob, data, read", "g, alice"]
    with pytest.raises(RuntimeError, match="do not meet role definition"):
        raw(tmp_path, ALLOW, lines)
    assert refused(ALLOW, lines) == ["DLG112@policy.csv:2"]


def test_a_row_that_stands_twice_is_taken_away_only_once(tmp_path):
    lines = ["p, alice, data, read", "p, alice, data, read"]
    enforcer = raw(tmp_path, ALLOW, lines)
    enforcer.remove_policy("alice", "data", "read")
    assert enforcer.enforce("alice", "data", "read") is True
    assert refused(ALLOW, lines) == ["DLG115@policy.csv:2"]


def test_a_link_that_was_added_twice_survives_its_removal():
    text = ALLOW.replace("r = sub,", "r = sub, dom,").replace("g = _, _", "g = _, _, _")
    text = text.replace("g(r.sub, p.sub)", "g(r.sub, p.sub, r.dom)")
    enforcer = casbin.Enforcer(casbin.Enforcer.new_model(text=text))
    enforcer.add_policy("admin", "data", "read")
    for _ in range(2):
        enforcer.add_grouping_policy("alice", "admin", "d1")
    enforcer.remove_grouping_policy("alice", "admin", "d1")
    assert enforcer.get_grouping_policy() == []
    assert enforcer.enforce("alice", "d1", "data", "read") is True
    lines = ["p, admin, data, read", *["g, alice, admin, d1"] * 2]
    assert refused(text, lines) == ["DLG115@policy.csv:3"]


def test_a_row_without_a_place_that_stands_twice_is_refused_too():
    row = Row("p", ("alice", "data", "read"))
    with pytest.raises(RowsError, match="stands at twice"):
        gate(read_model(ALLOW), [row, row])


def test_a_deny_behind_a_long_chain_is_lost_in_silence(tmp_path):
    chain = [f"g, r{n}, r{n + 1}" for n in range(11)]
    lines = ["p, r0, data, read, allow", "p, r11, data, read, deny", *chain]
    assert raw(tmp_path, DENY, lines).enforce("r0", "data", "read") is True
    assert refused(DENY, lines)[0] == "DLG116@policy.csv:3"


@pytest.mark.parametrize(("links", "passes"), [(5, True), (6, False)])
def test_five_links_pass_and_six_do_not(links, passes):
    rows = [Row("p", ("r0", "data", "read"))]
    rows += [Row("g", (f"r{n}", f"r{n + 1}")) for n in range(links)]
    if passes:
        gate(read_model(ALLOW), rows)
    else:
        with pytest.raises(RowsError, match="more than 5 links"):
            gate(read_model(ALLOW), rows)


def test_roles_in_a_circle_are_all_one_role(tmp_path):
    lines = ["p, boss, data, read", "g, clerk, boss", "g, boss, clerk"]
    assert raw(tmp_path, ALLOW, lines).enforce("clerk", "data", "read") is True
    assert refused(ALLOW, lines) == ["DLG116@policy.csv:2", "DLG116@policy.csv:3"]


def test_everything_wrong_is_said_at_once():
    lines = ["x, a", "p, a", "p, , b, c"]
    assert refused(ALLOW, lines) == [
        "DLG111@policy.csv:1",
        "DLG112@policy.csv:2",
        "DLG113@policy.csv:3",
    ]


def test_a_fault_has_file_and_line_or_the_row_of_a_store():
    rows = [Row("p", ("a",), "grants.csv:12"), Row("p", ("a", "b"), "row 88")]
    rows += [Row("p", ("a", "b", "c", "d"), ":7"), Row("p", ())]
    with pytest.raises(RowsError) as caught:
        gate(read_model(ALLOW), rows)
    places = [(fault.file, fault.line) for fault in caught.value.faults]
    assert places == [("grants.csv", 12), ("row 88", 0), (":7", 0), ("", 0)]
    assert str(caught.value.faults[0]) == (
        "grants.csv:12: DLG112 `p` has 3 columns, this row 1; write 3 values after "
        "the type (p, a)"
    )


def test_chains_in_two_domains_are_two_chains():
    text = ALLOW.replace("r = sub,", "r = sub, dom,").replace("g = _, _", "g = _, _, _")
    text = text.replace("g(r.sub, p.sub)", "g(r.sub, p.sub, r.dom)")
    chain = [f"g, r{n}, r{n + 1}, d{n // 4}" for n in range(8)]
    gate(read_model(text), rows_of(["p, r8, data, read", *chain]))
    long = [f"g, r{n}, r{n + 1}, d1" for n in range(6)]
    assert refused(text, ["p, r6, data, read", *long]) == ["DLG116@policy.csv:2"]


def test_a_model_with_a_trap_lets_no_rows_pass():
    model = ALLOW + "M = r.sub == p.sub\n"
    assert refused_rows(model, [Row("p", ("a", "b", "c"))]) == ["DLG302@model.conf:12"]
