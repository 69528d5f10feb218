"""A matcher is taken apart into keys, roles, tests and a residue, and says so."""

import pytest

from authz.engine.atoms import Key, RoleKey, is_total
from authz.engine.expression import read_expression
from authz.engine.nodes import Asked, Constant
from authz.engine.plan import MOST_BRANCHES, Plan, plan_of
from authz.engine.wording import wording
from tests.authz.engine.builders import a_model
from tests.authz.world import RELEASE


def plan(matcher: str) -> Plan:
    return plan_of(a_model(matcher))


def uses(matcher: str) -> list[str]:
    (branch,) = plan(matcher).branches
    return [atom.use for atom in branch.atoms]


def keys(matcher: str) -> list[Key]:
    (branch,) = plan(matcher).branches
    return [key for key, _ in branch.keys]


def roles(matcher: str) -> tuple[RoleKey, ...]:
    (branch,) = plan(matcher).branches
    return branch.roles


def test_equality_is_a_key_either_way_round():
    assert keys("r.sub == p.sub && p.act == r.act") == [Key(0, 0), Key(3, 3)]
    assert keys("r.sub == p.act") == [Key(0, 3)]


@pytest.mark.parametrize(
    "matcher",
    [
        '(r.act == p.act || p.act == "*")',
        '("*" == p.act || p.act == r.act)',
        'p.act in ("*", r.act)',
        "p.act in [r.act, '*']",
    ],
)
def test_a_star_in_the_row_is_a_key_too(matcher):
    assert keys(f"{matcher} && r.sub == p.sub") == [Key(3, 3, star="*"), Key(0, 0)]


@pytest.mark.parametrize(
    "matcher",
    [
        '(r.act == p.act || p.sub == "*")',
        "(r.act == p.act || p.act == 3)",
        '(r.act == p.act || p.act != "*")',
        '(r.act == p.act || r.act == "*")',
        '(r.act == p.act || "a" < p.act < "b")',
        '(r.act == p.act || g(p.act, "x"))',
        "(r.act == p.act || r.act == p.act)",
        '(keyMatch(r.act, p.act) || p.act == "*")',
        'p.act in ("*", r.act, "-")',
        "r.act != p.act",
        "keyMatch(p.act, r.act)",
        "r.act in p.act",
    ],
)
def test_what_looks_like_a_key_and_is_none_is_asked_of_each_row(matcher):
    assert uses(f"r.sub == p.sub && {matcher}") == ["key", "residue"]


def test_key_match_of_a_row_is_a_key_by_prefix():
    assert keys("keyMatch(r.obj, p.obj)") == [Key(2, 2, by_prefix=True)]


def test_role_questions_are_keys_by_role():
    assert roles("g(r.sub, p.sub)") == (RoleKey("g", 0, 0, Constant("")),)
    assert roles("g(r.sub, p.sub, r.dom)") == (RoleKey("g", 0, 0, Asked(1)),)
    assert roles('g(r.sub, p.sub, "x")') == (RoleKey("g", 0, 0, Constant("x")),)
    assert len(roles("g(r.sub, p.sub, r.dom) && g2(r.obj, p.obj)")) == 2


def test_a_domain_of_the_row_is_the_requests_where_they_are_equal():
    assert roles("r.dom == p.dom && g(r.sub, p.sub, p.dom)") == (
        RoleKey("g", 0, 0, Asked(1)),
    )
    assert uses("keyMatch(r.dom, p.dom) && g(r.sub, p.sub, p.dom)") == [
        "key",
        "residue",
    ]


def test_a_role_question_the_other_way_round_is_asked_of_each_row():
    assert uses("g(p.sub, r.sub)") == ["residue"]
    assert uses("g(r.sub, r.dom)") == ["request"]
    assert uses('g(p.sub, "admin")') == ["row"]


def test_what_asks_one_side_alone_is_asked_once():
    assert uses('r.sub == "root" && r.dom != "x" && True') == ["request"] * 3
    assert uses('p.sub != "nobody" && p.sub in ("a", "b")') == ["row"] * 2


def test_an_index_uses_only_what_stands_left_of_the_first_that_can_raise():
    matcher = "r.sub == p.sub && regexMatch(r.obj, p.obj) && r.act == p.act"
    assert uses(matcher) == ["key", "residue", "residue"]
    assert not plan(matcher).total
    assert plan(matcher).texts == (0,)
    assert plan("r.sub == p.sub && r.act == p.act").total


@pytest.mark.parametrize(
    "matcher",
    [
        "r.sub == p.sub",
        "!r.sub",
        "!(r.sub && p.sub)",
        "r.sub == p.sub && r.act < p.act",
        "r.sub in p.sub",
        'r.sub not in {"a", p.sub, 3}',
        "r.sub == 3",
        "r.sub == p.sub == r.act",
        "g(r.sub, p.sub, p.dom) || keyMatch(p.sub, r.sub)",
        "True",
    ],
)
def test_what_no_text_makes_raise_is_total(matcher):
    assert is_total(read_expression(a_model(matcher)))


@pytest.mark.parametrize(
    "matcher",
    [
        "r.sub",
        "r.sub || r.sub == p.sub",
        "3",
        '"x"',
        "r.sub < 3",
        "3 in r.sub",
        "r.sub == r.dom < 3",
        "r.sub in (r.dom.name, 'x')",
        "r.sub in (('a',), 'x')",
        "r.sub == ('a',)",
        "r.sub.name == p.sub",
        "!r.sub.name",
        "g(r.sub, 3)",
        "keyMatch(r.sub, 3)",
        "keyMatch2(r.sub, p.sub)",
        "(r.sub == p.sub && r.act.name)",
        "['x']",
    ],
)
def test_what_may_raise_or_answer_no_truth_value_is_not_total(matcher):
    assert not is_total(read_expression(a_model(matcher)))


def test_each_branch_has_a_plan_of_its_own():
    found = plan('r.sub == p.sub && r.act == p.act || r.sub == "root"')
    assert [[atom.use for atom in b.atoms] for b in found.branches] == [
        ["key", "key"],
        ["request"],
    ]


def test_too_many_branches_are_one_that_is_asked_of_every_row():
    matcher = " || ".join(["r.sub == p.sub"] * (MOST_BRANCHES + 1))
    (branch,) = plan(matcher).branches
    assert [atom.use for atom in branch.atoms] == ["residue"]


def test_what_is_left_to_casbin_says_why_and_where():
    assert plan("r.sub + p.sub == 'x'").describe() == (
        "plan: none, casbin answers; line 11: `r_sub + p_sub` is left to casbin"
    )
    conditional = a_model("g(r.sub, p.sub)", roles="g = _, _, (_, _)")
    assert "role definitions" in plan_of(conditional).reason
    assert plan_of(a_model("r.a == p.sub", r="a, a")).reason == (
        "two columns of r have one name"
    )


def test_a_plan_is_made_once_for_a_model():
    model = a_model("r.sub == p.sub")
    assert plan_of(model) is plan_of(model)


def test_the_shipped_model_is_looked_up_by_resource_action_service_and_permission():
    assert plan_of(RELEASE.model).describe().splitlines() == [
        "plan: key(r.resource == p.resource, r.action == p.action); "
        "roles(g2(r.account, p.service), g(r.subject, p.permission, r.account)); "
        'once per request(keyMatch(r.subject, "u_*"), keyMatch(r.account, "a_*")); '
        'residue((p.and_permission == "-") || '
        "g(r.subject, p.and_permission, r.account))",
        '  line 16: `(p.and_permission == "-") || '
        "g(r.subject, p.and_permission, r.account)` is not indexed: "
        "asked of each row that was looked up",
    ]


def test_a_description_names_each_branch_and_what_can_raise():
    text = plan('ipMatch(r.sub, p.sub) && r.act == p.act || p.sub == "x"').describe()
    assert text.splitlines() == [
        "branch 1: key none; residue(ipMatch(r.sub, p.sub), r.act == p.act)",
        "  line 11: `ipMatch(r.sub, p.sub)` is not indexed: it can raise or answer no "
        "truth value, so casbin's order is kept",
        "  line 11: `r.act == p.act` is not indexed: it stands right of one that can "
        "raise",
        "  line 11: no key: every row is looked at, in order",
        'branch 2: key none; once per row(p.sub == "x"); residue none',
        "  line 11: no key: every row is looked at, in order",
    ]


@pytest.mark.parametrize(
    "matcher",
    [
        "!(r.sub == p.sub)",
        '(r.sub in ("a", 3)) || !r.sub.name',
        '("a" < r.sub < \'say "x"\') && g(r.sub, p.sub)',
        "(r.sub == p.sub) && keyMatch2(r.obj, p.obj)",
        "(r.sub == p.sub) && eval(p.act)",
    ],
)
def test_a_part_is_worded_as_it_was_written(matcher):
    model = a_model(matcher)
    assert wording(read_expression(model), model.tokens) == matcher
