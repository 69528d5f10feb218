"""Any number of unknown names, and no memory taken."""

import sys

import pytest

from tests.authz.engine.dropin.enforcers import (
    DOMAINS,
    RBAC_ROWS,
    an_enforcer,
)

READ = ("alice", "data", "read")


def memory_after(enforcer, names):
    """What casbin and the tables keep, after so many unknown names."""
    for name in names:
        enforcer.enforce(f"u{name}", "data", "read")
        enforcer.enforce("alice", f"o{name}", "read")
    managers = [rm for rm in enforcer._live_rm_map.values()]  # noqa: C416
    inner = [m for rm in managers for m in getattr(rm, "rm_map", {}).values()]
    return sum(len(m.all_roles) for m in [*managers, *inner] if hasattr(m, "all_roles"))


@pytest.mark.parametrize("matching", [None, lambda one, two: two == "*" or one == two])
def test_unknown_names_take_no_memory(matching):
    enforcer = an_enforcer(rows=RBAC_ROWS + "\ng, *, guest\ng, carol, *")
    if matching:
        enforcer.add_named_matching_func("g", matching)
    kept = memory_after(enforcer, range(600))
    assert memory_after(enforcer, range(600, 5_000)) <= kept + 1_300
    assert enforcer.enforce(*READ)
    assert sorted(enforcer.get_users_for_role("guest"))[:1] == ["*"]


def test_unknown_domains_take_no_memory():
    rows = "p, admin, d, o, r, allow\ng, alice, admin, d\ng, alice, admin, e"
    enforcer = an_enforcer(DOMAINS.replace("r.dom == p.dom", "True"), rows)
    enforcer.add_named_domain_matching_func("g", lambda one, two: one == two)
    for number in range(3_000):
        assert not enforcer.enforce(f"u{number}", f"d{number}", "o", "r")
        assert not enforcer.enforce(f"u{number}", "d", "o", "r")
    manager = enforcer._live_rm_map["g"]
    assert len(manager.rm_map) <= 1_100
    assert enforcer.enforce("alice", "d", "o", "r")


def test_asking_tables_takes_memory_neither():
    enforcer = an_enforcer()
    for number in range(1_000):
        enforcer.enforce(f"u{number}", f"o{number}", f"a{number}")
    before = sys.getallocatedblocks()
    for number in range(20_000):
        enforcer.enforce(f"v{number}", f"p{number}", f"b{number}")
    assert sys.getallocatedblocks() - before < 2_000
