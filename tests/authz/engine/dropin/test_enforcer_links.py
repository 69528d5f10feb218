"""Where links and rows part in casbin they do not part here: each difference, shown."""

import pytest

from tests.authz.engine.dropin.enforcers import (
    DOMAINS,
    Rows,
    an_enforcer,
    both,
)

READ = ("alice", "data", "read")


def lose_by_double(enforcer):
    enforcer.add_grouping_policy("alice", "admin", "d")
    enforcer.remove_grouping_policy("alice", "admin", "d")


def lose_by_clearing(enforcer):
    enforcer.clear_policy()
    enforcer.add_policy("admin", "d", "o", "r", "allow")


def lose_with_another(enforcer):
    enforcer.remove_grouping_policies([["alice", "admin", "d"], ["no", "such", "d"]])


class Refusing(Rows):
    def remove_policy(self, *_):
        return False


def lose_against_the_adapter(enforcer):
    enforcer.set_adapter(Refusing())
    enforcer.remove_grouping_policy("alice", "admin", "d")


@pytest.mark.parametrize(
    "lose",
    [lose_by_double, lose_by_clearing, lose_with_another, lose_against_the_adapter],
)
def test_access_ends_with_its_row_where_casbin_keeps_the_link(lose):
    ours, theirs = both(DOMAINS, "p, admin, d, o, r, allow\ng, alice, admin, d")
    for enforcer in (ours, theirs):
        lose(enforcer)
        assert enforcer.get_grouping_policy() == []
    assert theirs.enforce("alice", "d", "o", "r")
    assert not ours.enforce("alice", "d", "o", "r")
    assert ours.get_roles_for_user_in_domain("alice", "d") == []


def test_no_access_comes_without_a_row_where_casbin_makes_the_link():
    ours, theirs = both()
    for enforcer in (ours, theirs):
        added = enforcer.add_grouping_policies([["alice", "admin"], ["eve", "admin"]])
        assert not added
        assert enforcer.get_grouping_policy() == [["alice", "admin"]]
    assert theirs.enforce("eve", "data", "read")
    assert not ours.enforce("eve", "data", "read")


def test_of_two_equal_rows_the_last_ends_the_access_where_casbin_keeps_it():
    rows = "p, admin, d, o, r, allow\ng, alice, admin, d\ng, alice, admin, d"
    ours, theirs = both(DOMAINS, rows)
    for enforcer in (ours, theirs):
        enforcer.remove_grouping_policy("alice", "admin", "d")
    assert ours.enforce("alice", "d", "o", "r")
    for enforcer in (ours, theirs):
        enforcer.remove_grouping_policy("alice", "admin", "d")
        assert enforcer.get_grouping_policy() == []
    assert not ours.enforce("alice", "d", "o", "r")
    assert theirs.enforce("alice", "d", "o", "r")


def test_links_of_ones_own_are_left_alone():
    enforcer = an_enforcer()
    enforcer.get_role_manager().add_link("eve", "admin")
    assert enforcer.enforce("eve", "data", "read")
    enforcer.add_policy("admin", "more", "read")
    assert enforcer.enforce("eve", "more", "read")
    enforcer.build_role_links()
    assert not enforcer.enforce("eve", "more", "read")
