"""What the load gate refuses; each test shows casbin's own unsafe answer first."""

from collections.abc import Sequence

import casbin
import pytest

from authz.engine import Row, gate, read_model
from authz.errors import RowsError

HEAD = """
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act{more}
[role_definition]
g = _, _
[policy_effect]
e = {effect}
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
"""
ALLOW = HEAD.format(more="", effect="some(where (p.eft == allow))")
DENY = HEAD.format(
    more=", eft", effect="some(where (p.eft == allow)) && !some(where (p.eft == deny))"
)


def raw(tmp_path, model: str, lines: Sequence[str]) -> casbin.Enforcer:
    """casbin as everybody runs it: two files, no gate."""
    (tmp_path / "model.conf").write_text(model)
    (tmp_path / "policy.csv").write_text("\n".join(lines))
    return casbin.Enforcer(str(tmp_path / "model.conf"), str(tmp_path / "policy.csv"))


def refused(model: str, lines: Sequence[str]) -> list[str]:
    rows = [
        Row(ptype.strip(), tuple(v.strip() for v in values), f"policy.csv:{number}")
        for number, (ptype, *values) in enumerate(
            (line.split(",") for line in lines), 1
        )
    ]
    with pytest.raises(RowsError) as caught:
        gate(read_model(model), rows)
    return [f"{fault.code}@{fault.line or fault.file}" for fault in caught.value.faults]


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


def test_a_blank_value_allows_a_blank_caller(tmp_path):
    lines = ["p, , data, read"]
    assert raw(tmp_path, ALLOW, lines).enforce("", "data", "read") is True
    assert refused(ALLOW, lines) == ["DLG113@policy.csv:1"]


def test_a_value_with_blanks_around_it_is_another_value():
    with pytest.raises(RowsError, match="blanks around it"):
        gate(read_model(ALLOW), [Row("p", ("alice ", "data", "read"))])


def test_a_misspelt_deny_allows(tmp_path):
    lines = ["p, alice, data, read, allow", "p, alice, data, read, dney"]
    assert raw(tmp_path, DENY, lines).enforce("alice", "data", "read") is True
    assert refused(DENY, lines) == ["DLG114@policy.csv:2"]
    gate(read_model(DENY), [Row("p", ("a", "b", "c", "deny"))])


def test_a_row_that_stands_twice_is_taken_away_only_once(tmp_path):
    lines = ["p, alice, data, read", "p, alice, data, read"]
    enforcer = raw(tmp_path, ALLOW, lines)
    enforcer.remove_policy("alice", "data", "read")
    assert enforcer.enforce("alice", "data", "read") is True
    assert refused(ALLOW, lines) == ["DLG115@policy.csv:2"]


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
