"""The editor on delegations: each change is legal and one revision; or nothing."""

from collections.abc import Callable

import pytest

from authz import (
    DelegateOrUserError,
    DelegatesLeftOutError,
    Delegating,
    Edition,
    Editor,
    IllegalSetError,
    State,
    UnknownNameError,
)
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

STUDIO, DELEGATION = "u_studio", "d_1"
EDITS = ("invoicing.read", "invoicing.create_edit")


def delegating(
    user: str = STUDIO, delegation: str = DELEGATION, *, needed: bool = False, on: bool
) -> Delegating:
    return Delegating(
        user=user,
        delegation=delegation,
        needs_second_factor=needed,
        has_second_factor=on,
    )


def delegate(
    world: World,
    *permissions: str,
    facts: Delegating | None = None,
    account: str = ACCOUNT,
) -> int:
    """Accept a delegation, or change what it holds."""
    with world.editing(account) as editor:
        return editor.set_delegation(
            facts or delegating(on=False),
            permissions,
            Edition.FE,
            "delegation.accepted",
        )


def a_delegated_world(*permissions: str) -> World:
    world = a_world()
    delegate(world, *permissions)
    return world


def refused(world: World, error: type[Exception], act: Callable[[Editor], int]) -> str:
    """The error's text, once it is sure that nothing was written."""
    before = world.store.load(ACCOUNT)
    with pytest.raises(error) as raised, world.editing() as editor:
        act(editor)
    assert world.store.load(ACCOUNT) == before
    return str(raised.value)


def test_an_accepted_delegation_is_one_revision_and_counts_at_once() -> None:
    world = a_world()
    assert world.ask("draft.create", STUDIO) == "not_a_member"
    before = world.store.changes(0).revision
    assert delegate(world, *EDITS) == before + 1
    assert world.ask("draft.create", STUDIO) == "granted"
    assert world.ask("draft.send", STUDIO) == "no_permission"
    entry = world.store.history(ACCOUNT)[-1]
    assert (entry.kind, entry.node) == ("delegation.accepted", STUDIO)
    assert entry.after == (
        f"{STUDIO} state.delegate",
        f"{STUDIO} {DELEGATION}",
        f"{DELEGATION} invoicing.create_edit",
        f"{DELEGATION} invoicing.read",
    )


def test_a_delegation_holds_what_it_was_changed_to() -> None:
    world = a_delegated_world(*EDITS)
    delegate(world, "invoicing.read", "invoicing.send_sdi")
    assert world.ask("draft.create", STUDIO) == "no_permission"
    assert world.ask("draft.send", STUDIO) == "granted"
    with world.editing() as editor:
        assert editor.held(DELEGATION) == {"invoicing.read", "invoicing.send_sdi"}


def test_a_revoked_delegation_leaves_nothing() -> None:
    world = a_delegated_world(*EDITS)
    with world.editing() as editor:
        editor.revoke_delegation(STUDIO, DELEGATION)
    assert world.ask("draft.list", STUDIO) == "not_a_member"
    rows = world.store.load(ACCOUNT).rows
    assert not any({STUDIO, DELEGATION} & set(dated.row.values) for dated in rows)
    assert world.store.history(ACCOUNT)[-1].kind == "delegation.revoked"


def test_a_delegate_never_changes_a_password_in_the_company() -> None:
    world = a_delegated_world(*EDITS)
    for action in ("self.change_password", "self.manage_2fa"):
        assert world.ask(action, STUDIO) == "no_permission"


def test_a_delegation_that_holds_nothing_is_active_all_the_same() -> None:
    assert a_delegated_world().ask("draft.list", STUDIO) == "no_permission"


@pytest.mark.parametrize(
    ("permissions", "edition", "said"),
    [
        (
            (*EDITS, "invoicing.edit_banks"),
            Edition.FE,
            "`invoicing.edit_banks` can not",
        ),
        (("invoicing.create_edit",), Edition.FE, "needs `invoicing.read`"),
        (
            ("invoicing.read", "documents.read"),
            Edition.SR,
            "`documents.read` can not be granted here",
        ),
    ],
)
def test_a_delegation_never_gets_what_it_can_not_hold(
    permissions: tuple[str, ...], edition: Edition, said: str
) -> None:
    text = refused(
        a_delegated_world("invoicing.read"),
        IllegalSetError,
        lambda editor: editor.set_delegation(
            delegating(on=True), permissions, edition, "delegation.changed"
        ),
    )
    assert said in text


def test_an_account_that_only_receives_can_be_delegated_too() -> None:
    world = a_world()
    with world.editing() as editor:
        editor.set_delegation(
            delegating(on=False), EDITS, Edition.SR, "delegation.accepted"
        )
    assert world.ask("received_invoice.list", STUDIO) == "granted"


def test_a_delegate_without_a_second_factor_loses_his_link() -> None:
    world = a_delegated_world(*EDITS)
    with world.editing() as editor:
        editor.set_second_factor([delegating(needed=True, on=False)])
    assert world.ask("draft.list", STUDIO) == "delegation_not_active"
    entry = world.store.history(ACCOUNT)[-1]
    assert (entry.kind, entry.node) == ("second_factor.changed", ACCOUNT)
    assert (entry.before, entry.after) == ((f"{STUDIO} {DELEGATION}",), ())


def test_either_switch_brings_a_delegate_back() -> None:
    for facts in (delegating(needed=True, on=True), delegating(on=False)):
        world = a_world()
        delegate(world, *EDITS, facts=delegating(needed=True, on=False))
        assert world.ask("draft.list", STUDIO) == "delegation_not_active"
        with world.editing() as editor:
            editor.set_second_factor([facts])
        assert world.ask("draft.create", STUDIO) == "granted"


def test_a_switch_rewrites_the_links_of_all_delegates_in_one_revision() -> None:
    world = a_delegated_world(*EDITS)
    delegate(world, *EDITS, facts=delegating("u_other", "d_2", on=True))
    before = world.store.changes(0).revision
    with world.editing() as editor:
        editor.set_second_factor(
            [
                delegating(needed=True, on=False),
                delegating("u_other", "d_2", needed=True, on=True),
            ]
        )
    assert world.store.changes(0).revision == before + 1
    assert world.ask("draft.list", STUDIO) == "delegation_not_active"
    assert world.ask("draft.list", "u_other") == "granted"


def test_no_delegate_is_forgotten_when_a_switch_changes() -> None:
    world = a_delegated_world(*EDITS)
    delegate(world, *EDITS, facts=delegating("u_other", "d_2", on=False))
    facts = delegating(needed=True, on=False)
    text = refused(
        world, DelegatesLeftOutError, lambda editor: editor.set_second_factor([facts])
    )
    assert text.endswith("left out: `u_other`")


def test_a_switch_makes_nobody_a_delegate_who_was_not_accepted() -> None:
    world = a_delegated_world(*EDITS)
    stranger = delegating(user="u_stranger", delegation="d_9", needed=False, on=True)
    facts = [delegating(needed=True, on=True), stranger]
    refused(world, UnknownNameError, lambda editor: editor.set_second_factor(facts))
    assert world.ask("draft.list", "u_stranger") == "not_a_member"


def test_a_user_of_the_account_never_becomes_its_delegate() -> None:
    world = a_world(*EDITS)
    for user, state in ((ANNA, "active"), (OWNER, "owner")):
        facts = delegating(user, on=True)
        for act in (
            lambda editor, facts=facts: editor.set_delegation(
                facts, EDITS, Edition.FE, "delegation.accepted"
            ),
            lambda editor, user=user: editor.revoke_delegation(user, DELEGATION),
            lambda editor, facts=facts: editor.set_second_factor([facts]),
        ):
            said = refused(world, DelegateOrUserError, act)
            assert f"`{user}` is `{state}`" in said


def test_a_delegate_never_becomes_a_user_of_the_account() -> None:
    world = a_delegated_world(*EDITS)
    with world.editing() as editor:
        editor.remove_user(ANNA, SEAT)
    seated = sitting(user=STUDIO)
    for act in (
        lambda editor: editor.create_user(seated, EDITS),
        lambda editor: editor.set_state(seated, "user.reactivated"),
        lambda editor: editor.set_contract(CONTRACT, [seated]),
        lambda editor: editor.remove_user(STUDIO, SEAT),
    ):
        assert "is `delegate`" in refused(world, DelegateOrUserError, act)


def test_each_company_decides_about_its_own_delegation() -> None:
    world = a_delegated_world(*EDITS)
    with world.editing("a_2", "u_o2") as editor:
        editor.open_account("u_o2", CONTRACT, [])
    assert world.ask("draft.list", STUDIO, "a_2") == "not_a_member"
    there = delegating(delegation="d_2", needed=True, on=False)
    delegate(world, "invoicing.read", facts=there, account="a_2")
    assert world.ask("draft.list", STUDIO, "a_2") == "delegation_not_active"
    with world.editing() as editor:
        editor.revoke_delegation(STUDIO, DELEGATION)
    with world.editing("a_2", STUDIO) as editor:
        editor.set_second_factor([delegating(delegation="d_2", needed=True, on=True)])
    assert world.ask("draft.list", STUDIO, "a_2") == "granted"
    assert world.ask("draft.list", STUDIO) == "not_a_member"


def test_an_owner_can_be_a_delegate_elsewhere() -> None:
    world = a_world()
    with world.editing("a_2", "u_o2") as editor:
        editor.open_account("u_o2", CONTRACT, [])
    delegate(world, "invoicing.read", facts=delegating("u_o2", on=False))
    assert world.ask("draft.list", "u_o2") == "granted"
    assert world.ask("draft.create", "u_o2") == "no_permission"
    assert world.ask("draft.create", "u_o2", "a_2") == "granted"
    assert world.enforcer.state("u_o2", ACCOUNT) is State.DELEGATE
