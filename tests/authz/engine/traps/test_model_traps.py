"""What a model asks that casbin answers otherwise than it looks; its answer first."""

import pytest

from authz.engine import read_model
from tests.authz.engine.strange import (
    ALLOW,
    MATCHER,
    NO_DENY,
    raw,
    refused_model,
    strange,
)

ROWS = ["p, alice, data, read"]


def said(model: str) -> str:
    (trap,) = read_model(model).traps
    return f"{trap.wrong}; {trap.instead}"


@pytest.mark.parametrize(
    ("asked", "name", "instead"),
    [
        ("true", "`true`", "True, the expression is Python's"),
        ("keyGet(r.obj, p.obj) == p.sub", "`keyGet`", "one of casbin's own functions"),
        ("len(r.sub) > 2", "`len`", "one of casbin's own functions"),
        ("r.sbu == p.sub", "`r.sbu`", "a column of the definition"),
    ],
)
def test_a_name_that_casbin_lacks_fails_the_requests_that_get_there(
    asked, name, instead, tmp_path
):
    model = strange(matcher=f"r.obj == p.obj && {asked}")
    enforcer = raw(tmp_path, model, ROWS)
    assert enforcer.enforce("alice", "other", "read") is False
    with pytest.raises(Exception, match="not defined"):
        enforcer.enforce("alice", "data", "read")
    assert refused_model(model) == ["DLG307@11"]
    assert f"`m` asks for {name}, which the model lacks; {instead}" in said(model)


def test_names_that_an_expression_makes_itself_are_known():
    model = strange(matcher="r.sub in [x for x in (p.sub,)] && tuple((1,)) == (1,)")
    assert read_model(model).traps == ()


def test_a_matcher_that_is_no_expression_fails_every_request(tmp_path):
    model = strange(matcher="r.sub == == p.sub")
    with pytest.raises(SyntaxError):
        raw(tmp_path, model, ROWS).enforce("alice", "data", "read")
    assert refused_model(model) == ["DLG313@11"]


def test_a_link_with_conditions_holds_whatever_they_say(tmp_path):
    model = ALLOW.replace("g = _, _", "g = _, _, (_, _)")
    model = model.replace("g(r.sub, p.sub)", "g(r.sub, p.sub)")
    lines = ["p, admin, data, read", "g, alice, admin, 2000-01-01, 2001-01-01"]
    assert raw(tmp_path, model, lines).enforce("alice", "data", "read") is True
    assert refused_model(model) == ["DLG309@7"]


def test_denials_without_a_column_for_them_allow_everything(tmp_path):
    model = strange(effect=NO_DENY)
    lines = ["p, alice, data, read"]
    assert raw(tmp_path, model, lines).enforce("mallory", "data", "read") is True
    assert refused_model(model) == ["DLG311@5"]
    two = model.replace("[role", "p2 = sub, eft\n[role")
    assert refused_model(two) == ["DLG311@5"]


SUBJECT = """[request_definition]
r = sub, where, act
[policy_definition]
p = sub, {domain}, act, eft
[role_definition]
g = _, _, _
[policy_effect]
e = subjectPriority(p.eft) || deny
[matchers]
m = g(r.sub, p.sub, r.where) && r.where == p.{domain} && r.act == p.act
"""
ORDERED = [
    "p, staff, d1, read, allow",
    "p, alice, d1, read, deny",
    "g, alice, staff, d1",
]


def test_subjects_in_a_domain_of_another_name_have_no_order(tmp_path):
    asked = ("alice", "d1", "read")
    right = SUBJECT.format(domain="dom")
    assert raw(tmp_path, right, ORDERED).enforce(*asked) is False
    assert read_model(right).traps == ()
    wrong = SUBJECT.format(domain="tenant")
    assert raw(tmp_path, wrong, ORDERED).enforce(*asked) is True
    assert refused_model(wrong) == ["DLG312@4"]


def test_subjects_that_do_not_stand_first_have_no_order(tmp_path):
    model = strange(", eft", "subjectPriority(p.eft) || deny")
    assert read_model(model).traps == ()
    model = model.replace("p = sub, obj, act, eft", "p = act, obj, sub, eft")
    lines = ["p, read, data, staff, allow", "p, read, data, alice, deny"]
    enforcer = raw(tmp_path, model, [*lines, "g, alice, staff"])
    assert enforcer.enforce("alice", "data", "read") is True
    assert refused_model(model) == ["DLG312@5"]


def test_each_matcher_is_looked_at():
    model = ALLOW + f"m2 = {MATCHER} && nobody\n"
    assert refused_model(model) == ["DLG307@12"]
