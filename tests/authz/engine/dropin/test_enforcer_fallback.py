"""What rows alone do not decide, and what changes behind the drop-in's back."""

import pytest
from casbin.effect import get_effector
from casbin.model import FunctionMap
from casbin.rbac.default_role_manager import RoleManager

from tests.authz.engine.dropin.enforcers import (
    DOMAINS,
    RBAC,
    RBAC_ROWS,
    a_casbin_model,
    an_enforcer,
    both,
    outcome,
    the_same,
)

READ = ("alice", "data", "read")


def link_twice(enforcer):
    manager = enforcer.get_role_manager()
    manager.add_link("alice", "admin")
    manager.delete_link("alice", "admin")


CONDITIONAL = RBAC.replace("_, _", "_, _, (_, _)")
#: Of the models that need other rows.
ROWS = {
    DOMAINS: "p, admin, data, data, read, allow\ng, alice, admin, *",
    CONDITIONAL: "p, admin, data, read\ng, alice, admin, _, _",
}
CHANGES = {
    "a value that is no text": (RBAC, lambda e: e.add_policy("bob", 7, "read")),
    "a row too short": (RBAC, lambda e: e.add_policy("alone")),
    "a link to no text": (RBAC, lambda e: e.add_grouping_policy("bob", 7)),
    "another keyMatch": (RBAC, lambda e: e.add_function("keyMatch", len)),
    "names that match": (
        RBAC,
        lambda e: e.add_named_matching_func("g", lambda one, two: one[:1] == two),
    ),
    "domains that match": (
        DOMAINS,
        lambda e: e.add_named_domain_matching_func("g", lambda one, two: True),
    ),
    "links left unbuilt": (RBAC, lambda e: e.enable_auto_build_role_links(False)),
    "another effect": (
        RBAC,
        lambda e: e.set_effector(get_effector("!some(where (p_eft == deny))")),
    ),
    "another manager": (RBAC, lambda e: e.set_role_manager(RoleManager(3))),
    "no manager": (RBAC, lambda e: e.set_named_role_manager("g", None)),
    "another model": (RBAC, lambda e: e.set_model(a_casbin_model(RBAC))),
    "a link by hand": (RBAC, lambda e: e.get_role_manager().add_link("bob", "admin")),
    "a named link": (
        RBAC,
        lambda e: e.get_named_role_manager("g").add_link("bob", "admin"),
    ),
    "a link made twice and ended once": (RBAC, link_twice),
    "a row by hand": (
        RBAC,
        lambda e: e.get_model()["p"]["p"].policy.append(["bob", "data", "read"]),
    ),
    "rows cleared by hand": (RBAC, lambda e: e.model["p"]["p"].policy.clear()),
    "rows in no list": (RBAC, lambda e: setattr(e.model["p"]["p"], "policy", ())),
    "no functions": (RBAC, lambda e: setattr(e, "fm", FunctionMap())),
    "a function of one's own": (
        RBAC.replace("g(r.sub, p.sub)", "own(r.sub)"),
        lambda e: e.add_function("own", lambda sub: sub == "alice"),
    ),
    "links with conditions": (CONDITIONAL, lambda e: None),
    "arithmetic": (RBAC.replace("p.act\n", "p.act + ''\n"), lambda e: None),
    "a name that is none": (RBAC.replace("act\n", "act # x\n", 1), lambda e: None),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_rows_alone_do_not_decide_is_casbins(name):
    model, change = CHANGES[name]
    ours, theirs = both(model, ROWS.get(model, RBAC_ROWS))
    requests = [READ, ("bob", "data", "read"), ("eve", "data", "read"), ("eve", "d", 7)]
    requests += [("alice", "data", "data", "read")]
    for _ in range(2):
        for request in requests:
            the_same(ours, theirs, "enforce_ex", request)
        assert outcome(change, ours) == outcome(change, theirs)


def test_a_model_changed_behind_its_back_is_seen_until_it_is_replaced():
    enforcer = an_enforcer()
    model = enforcer.get_model()
    for _ in range(2):
        model["p"]["p"].policy.append(["eve", "data", "read"])
        assert enforcer.enforce("eve", "data", "read")
        model["p"]["p"].policy.pop()
        assert not enforcer.enforce("eve", "data", "read")
    enforcer.load_policy()
    model["p"]["p"].policy.append(["eve", "data", "read"])
    assert not enforcer.enforce("eve", "data", "read")
    assert enforcer._snapshot is not None
