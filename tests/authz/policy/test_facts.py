"""Which rows each state of a person stands for."""

from datetime import UTC, datetime

import pytest

from authz.policy import (
    NEVER_GRANTED,
    Delegating,
    State,
    default_folder,
    delegate_rows,
    delegation_rows,
    read_folder,
    role_rows,
    seat_rows,
    user_rows,
)

UNTIL = datetime(2026, 6, 1, tzinfo=UTC)


def goals(state: State, seat: str | None = "s_1") -> list[str]:
    return [r.row.values[1] for r in user_rows("u_1", "a_1", state, seat=seat)]


def test_the_owner_has_the_owners_role_alone():
    assert goals(State.OWNER) == ["state.owner", "role.owner"]


def test_an_active_user_sits_and_signs_in():
    assert goals(State.ACTIVE) == [
        "state.active",
        "self.password",
        "self.second_factor",
        "s_1",
    ]


def test_a_user_without_a_seat_only_signs_in():
    assert goals(State.ACTIVE, seat=None) == [
        "state.active",
        "self.password",
        "self.second_factor",
    ]


def test_a_temporary_password_leads_to_itself_alone():
    assert goals(State.TEMPORARY) == ["state.temporary", "self.password"]


@pytest.mark.parametrize("state", [State.INVITED, State.SUSPENDED, State.DELEGATE])
def test_who_is_not_active_is_known_and_holds_nothing(state):
    assert goals(state) == [f"state.{state.value}"]


def test_only_the_seat_is_dated_by_what_was_paid():
    rows = user_rows("u_1", "a_1", State.ACTIVE, seat="s_1", seat_until=UNTIL)
    assert {r.row.values[1]: r.not_after for r in rows if r.not_after} == {"s_1": UNTIL}


def test_every_seat_is_seated_and_names_come_once_in_order():
    rows = seat_rows("s_1", "a_1", ["b", "a", "b"])
    assert [r.row.values for r in rows] == [
        ("s_1", "seated", "a_1"),
        ("s_1", "a", "a_1"),
        ("s_1", "b", "a_1"),
    ]
    assert [r.row.values[1] for r in role_rows("r_1", "a_1", ["b", "a"])] == ["a", "b"]


def test_a_delegation_is_no_seat():
    rows = [r.row.values for r in delegation_rows("d_1", "a_1", ["y", "x", "y"])]
    assert rows == [("d_1", "x", "a_1"), ("d_1", "y", "a_1")]


@pytest.mark.parametrize(
    ("needed", "on", "counts"),
    [
        (False, False, True),
        (False, True, True),
        (True, True, True),
        (True, False, False),
    ],
)
def test_a_delegate_is_linked_unless_the_company_waits_for_his_second_factor(
    needed, on, counts
):
    delegating = Delegating(
        user="u_1", delegation="d_1", needs_second_factor=needed, has_second_factor=on
    )
    found = [r.row.values[1] for r in delegate_rows(delegating, "a_1")]
    assert found == ["state.delegate", *(["d_1"] if counts else [])]


def test_what_is_never_granted_is_no_permission():
    assert NEVER_GRANTED.isdisjoint(read_folder(default_folder()).permissions)
