"""The policy of one account at one instant: whatever the rows say, casbin sees a legal set."""

from datetime import UTC, datetime, timedelta

import pytest

from authz.engine import Row
from authz.policy import (
    DatedRow,
    Delegating,
    State,
    default_folder,
    delegate_rows,
    delegation_rows,
    link,
    policy_at,
    read_folder,
    release_rows,
    role_rows,
    seat_rows,
    user_rows,
)

RELEASE = read_folder(default_folder())
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
STUDIO = Delegating(
    user="u_4", delegation="d_1", needs_second_factor=True, has_second_factor=True
)


def held(dated, node: str) -> set[str]:
    policy = policy_at(RELEASE, "a_1", dated, NOW)
    return {r.values[1] for r in policy.rows if r.ptype == "g" and r.values[0] == node}


def dropped(dated) -> set[tuple[str, ...]]:
    return {row.values for row in policy_at(RELEASE, "a_1", dated, NOW).dropped}


def test_without_read_on_invoicing_nothing_is_held():
    everything = set(RELEASE.permissions) - {"invoicing.read"}
    assert held(seat_rows("s_1", "a_1", everything), "s_1") == {"seated"}


def test_every_legal_set_is_held_whole():
    for names in RELEASE.permissions.legal_sets():
        assert held(seat_rows("s_1", "a_1", names), "s_1") == names | {"seated"}


def test_what_breaks_a_prerequisite_does_not_count_and_is_reported():
    dated = role_rows("r_1", "a_1", ["invoicing.read", "documents.create_edit"])
    assert held(dated, "r_1") == {"invoicing.read"}
    assert dropped(dated) == {("r_1", "documents.create_edit", "a_1")}


def test_a_delegation_loses_what_is_not_delegable():
    names = ["invoicing.read", "invoicing.create_edit", "invoicing.edit_banks"]
    dated = delegation_rows("d_1", "a_1", names)
    assert held(dated, "d_1") == {"invoicing.read", "invoicing.create_edit"}
    assert held(seat_rows("s_1", "a_1", names), "s_1") == {*names, "seated"}


@pytest.mark.parametrize(
    "values",
    [
        ("u_1", "invoicing.read", "a_1"),
        ("u_1", "owner", "a_1"),
        ("u_1", "seated", "a_1"),
        ("u_1", "role.read_only", "a_1"),
        ("u_1", "u_2", "a_1"),
        ("s_1", "role.owner", "a_1"),
        ("s_1", "owner", "a_1"),
        ("s_1", "self.password", "a_1"),
        ("s_1", "state.owner", "a_1"),
        ("s_1", "u_1", "a_1"),
        ("s_1", "role.unknown", "a_1"),
        ("d_1", "seated", "a_1"),
        ("d_1", "role.owner", "a_1"),
        ("d_1", "s_1", "a_1"),
        ("r_1", "role.owner", "a_1"),
        ("r_1", "r_2", "a_1"),
        ("r_1", "seated", "a_1"),
        ("role.read_only", "owner", "a_1"),
        ("invoicing.read", "owner", "a_1"),
        ("u_1", "s_1"),
        ("u_1", "s_1", "a_1", "x"),
        ("u_1",),
    ],
)
def test_a_link_of_a_kind_the_design_lacks_never_counts(values):
    dated = [DatedRow(Row("g", values))]
    assert dropped(dated) == {values}
    assert len(policy_at(RELEASE, "a_1", dated, NOW).rows) == len(RELEASE.rows)


@pytest.mark.parametrize(
    "row",
    [
        Row("p", ("invoicing.read", "-", "account:open", "draft", "send")),
        Row("g2", ("a_1",)),
        Row("g2", ("a_2", "invoicing:change")),
        Row("g", ("u_1", "s_1", "a_2")),
        Row("g", ("u_1", "role.owner", "*")),
    ],
)
def test_rows_of_another_account_never_count(row):
    assert row in policy_at(RELEASE, "a_1", [DatedRow(row)], NOW).dropped


def test_links_the_panel_writes_all_count():
    dated = [
        *user_rows("u_1", "a_1", State.OWNER),
        *user_rows("u_2", "a_1", State.ACTIVE, seat="s_2"),
        *user_rows("u_3", "a_1", State.TEMPORARY),
        *seat_rows("s_2", "a_1", ["r_1"]),
        *seat_rows("s_3", "a_1", ["role.bookkeeper"]),
        *delegate_rows(STUDIO, "a_1"),
        *delegation_rows("d_1", "a_1", ["role.read_only"]),
        *role_rows("r_1", "a_1", ["invoicing.read"]),
        DatedRow(Row("g2", ("a_1", "invoicing:change"))),
    ]
    policy = policy_at(RELEASE, "a_1", dated, NOW)
    assert policy.dropped == ()
    assert len(policy.rows) == len(RELEASE.rows) + len(dated)


def test_only_rows_in_force_count_and_the_next_change_is_known():
    soon, later = NOW + timedelta(hours=1), NOW + timedelta(days=1)
    dated = [
        DatedRow(link("u_1", "state.active", "a_1")),
        DatedRow(link("u_1", "s_1", "a_1"), None, later),
        DatedRow(link("u_1", "s_2", "a_1"), soon, None),
        DatedRow(link("u_1", "s_3", "a_1"), None, NOW),
    ]
    assert held(dated, "u_1") == {"state.active", "s_1"}
    assert policy_at(RELEASE, "a_1", dated, NOW).valid_until == soon
    assert policy_at(RELEASE, "a_1", dated, soon).valid_until == later
    assert policy_at(RELEASE, "a_1", dated, later).valid_until is None


def test_a_prerequisite_that_has_ended_takes_the_rest_with_it():
    dated = [
        DatedRow(link("s_1", "invoicing.read", "a_1"), None, NOW),
        DatedRow(link("s_1", "invoicing.send_sdi", "a_1")),
    ]
    assert held(dated, "s_1") == set()


def test_the_same_row_twice_counts_once():
    sits = DatedRow(link("u_1", "s_1", "a_1"))
    dated = [DatedRow(link("u_1", "state.active", "a_1")), sits, sits]
    rows = policy_at(RELEASE, "a_1", dated, NOW).rows
    assert rows.count(link("u_1", "s_1", "a_1")) == 1


def test_presets_are_seen_under_the_accounts_own_name():
    rows = release_rows(RELEASE, "a_9")
    assert {r.values[-1] for r in rows if r.ptype == "g"} == {"a_9"}
    assert [r for r in rows if r.ptype == "p"] == [
        r for r in RELEASE.rows if r.ptype == "p"
    ]
    assert {r.place for r in rows} == {r.place for r in RELEASE.rows}


@pytest.mark.parametrize("state", [*State, None])
@pytest.mark.parametrize(
    "goal", ["s_1", "d_1", "role.owner", "self.password", "self.second_factor"]
)
def test_a_link_poked_in_counts_only_for_a_user_of_the_state_that_has_it(state, goal):
    written = user_rows("u_1", "a_1", state, seat="s_1") if state else ()
    own = {dated.row.values[1] for dated in written}
    own |= {"d_1"} if state is State.DELEGATE else set()
    poked = DatedRow(link("u_1", goal, "a_1"))
    policy = policy_at(RELEASE, "a_1", [*written, poked], NOW)
    assert (poked.row in policy.rows) == (goal in own)


def test_a_user_of_two_states_has_neither():
    dated = [
        *user_rows("u_1", "a_1", State.SUSPENDED),
        *user_rows("u_1", "a_1", State.ACTIVE, seat="s_1"),
    ]
    policy = policy_at(RELEASE, "a_1", dated, NOW)
    assert set(policy.dropped) == {row.row for row in dated}
