"""The editor: each change is legal, one revision, one history entry; or nothing."""

import pytest

from authz import IllegalSetError, Sitting, State, UnknownNameError
from tests.authz.accounts.worlds import (
    ACCOUNT,
    ANNA,
    CONTRACT,
    OWNER,
    SEAT,
    World,
    a_world,
    sitting,
)

EDITS = ("invoicing.read", "invoicing.create_edit")


def test_each_change_is_one_revision_with_its_actor() -> None:
    world = a_world()
    before = world.store.changes(0).revision
    with world.editing() as editor:
        revision = editor.set_permissions(SEAT, EDITS, user=ANNA)
    assert revision == before + 1
    entry = world.store.history(ACCOUNT)[-1]
    assert (entry.actor, entry.kind, entry.node) == (OWNER, "permissions.changed", ANNA)
    assert entry.after == (f"{SEAT} invoicing.create_edit", f"{SEAT} invoicing.read")


def test_a_permission_taken_away_is_gone_at_the_next_question() -> None:
    world = a_world(*EDITS)
    assert world.ask("draft.create") == "granted"
    with world.editing() as editor:
        editor.set_permissions(SEAT, ["invoicing.read"], user=ANNA)
    assert world.ask("draft.create") == "no_permission"
    assert world.ask("draft.list") == "granted"


def test_an_illegal_set_is_refused_and_changes_nothing() -> None:
    world = a_world("invoicing.read")
    before = world.store.changes(0).revision
    with pytest.raises(IllegalSetError), world.editing() as editor:
        editor.set_permissions(SEAT, ["invoicing.edit_banks"], user=ANNA)
    assert world.store.changes(0).revision == before


def test_names_that_are_no_permissions_are_errors() -> None:
    world = a_world()
    for name in ("owner", "seated", "role.owner", "invoicing.sned"):
        with (
            pytest.raises((UnknownNameError, IllegalSetError)),
            world.editing() as editor,
        ):
            editor.set_permissions(SEAT, [name], user=ANNA)


def test_a_user_needs_a_seat_to_be_created() -> None:
    world = World()
    with world.editing() as editor:
        editor.open_account(OWNER, CONTRACT, [SEAT])
    with pytest.raises(UnknownNameError, match="seat"), world.editing() as editor:
        editor.create_user(Sitting(user=ANNA, state=State.ACTIVE), EDITS)


def test_a_suspended_user_loses_everything_and_gets_it_back() -> None:
    world = a_world(*EDITS)
    with world.editing() as editor:
        editor.set_state(sitting(State.SUSPENDED), "user.suspended")
    assert world.ask("draft.create") == "suspended"
    assert world.ask("self.change_password") == "suspended"
    with world.editing() as editor:
        editor.set_state(sitting(), "user.reactivated")
    assert world.ask("draft.create") == "granted"


def test_a_freed_seat_keeps_no_grants() -> None:
    world = a_world(*EDITS)
    with world.editing() as editor:
        editor.remove_user(ANNA, SEAT)
    assert world.ask("draft.create") == "not_a_member"
    with world.editing() as editor:
        assert editor.held(SEAT) == frozenset()
        editor.create_user(Sitting(user="u_new", state=State.ACTIVE, seat=SEAT), [])
    assert world.ask("draft.create", "u_new") == "no_permission"


def test_added_seats_hold_nothing_but_the_seat() -> None:
    world = a_world()
    with world.editing() as editor:
        editor.add_seats(["s_2", "s_3"])
        assert editor.held("s_2") == frozenset()
    assert len(world.store.history(ACCOUNT)) == 3


def test_accounts_never_influence_each_other() -> None:
    world = a_world(*EDITS)
    with world.editing("a_2", "u_o2") as editor:
        editor.open_account("u_o2", CONTRACT, ["s_9"])
        editor.create_user(Sitting(user="u_b", state=State.ACTIVE, seat="s_9"), EDITS)
    assert world.ask("draft.create", "u_b", "a_2") == "granted"
    assert world.ask("draft.create", "u_b") == "not_a_member"
    with world.editing("a_2", "u_o2") as editor:
        editor.set_permissions("s_9", [], user="u_b")
    assert world.ask("draft.create") == "granted"
