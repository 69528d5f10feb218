"""The enforcer: decisions with reasons, at a revision, through every state."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from authz import NotReadyError, Reason, State
from authz.engine import ReferenceEvaluator, Row
from authz.policy import DatedRow, Edition, end_of_day
from authz.storage import Change
from tests.authz.accounts.worlds import (
    ACCOUNT,
    ANNA,
    CONTRACT,
    NOW,
    OWNER,
    RELEASE,
    SEAT,
    World,
    a_world,
    sitting,
)

EDITS = ("invoicing.read", "invoicing.create_edit")


def test_a_grant_allows_and_names_its_revision() -> None:
    world = a_world(*EDITS)
    decision = world.enforcer.decide(ANNA, ACCOUNT, "draft", "create")
    assert decision
    assert decision.reason is Reason.GRANTED
    assert decision.revision == world.store.changes(0).revision


def test_edit_does_not_include_sending() -> None:
    assert a_world(*EDITS).ask("draft.send") == "no_permission"


def test_the_owner_may_do_everything_that_runs() -> None:
    world = a_world()
    refused = {
        action.key: world.ask(action.key, OWNER)
        for action in RELEASE.catalogue.actions
        if world.ask(action.key, OWNER) != "granted"
    }
    assert set(refused.values()) == {"module_not_active"}
    assert all(
        RELEASE.catalogue.named(key).module
        in ("payments", "orders", "peppol", "woocommerce")
        or RELEASE.grant_for(RELEASE.catalogue.named(key)).service.partition(":")[0]
        in ("payments", "orders", "woocommerce")
        for key in refused
    )


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.INVITED, "invited"),
        (State.SUSPENDED, "suspended"),
        (State.TEMPORARY, "password_change_required"),
    ],
)
def test_a_user_who_is_not_active_is_refused_for_that(
    state: State, reason: str
) -> None:
    assert a_world(*EDITS, state=state).ask("draft.create") == reason


def test_a_temporary_password_may_be_changed_and_nothing_else() -> None:
    world = a_world(*EDITS, state=State.TEMPORARY)
    allowed = [
        a.key for a in RELEASE.catalogue.actions if world.ask(a.key) == "granted"
    ]
    assert allowed == ["self.change_password"]


def test_owner_actions_say_so_to_users() -> None:
    assert a_world(*EDITS).ask("subuser.create") == "owner_only"


def test_strangers_roles_and_blanks_are_nobody() -> None:
    world = a_world(*EDITS)
    for subject in ("u_stranger", "role.owner", "owner", SEAT, "", "state.active"):
        assert world.ask("draft.create", subject) == "not_a_member"


def test_another_account_is_another_world() -> None:
    world = a_world(*EDITS)
    assert world.ask("draft.create", ANNA, "a_2") == "not_a_member"


def test_unknown_names_are_refused_with_their_own_codes() -> None:
    world = a_world(*EDITS)
    assert world.ask("drafts.create") == "unknown_resource"
    assert world.ask("draft.creat") == "unknown_action"


def test_a_module_that_was_not_bought_and_an_edition_that_lacks_it_differ() -> None:
    world = a_world("invoicing.read", "payments.read")
    assert world.ask("journal.list") == "module_not_active"
    receiving = replace(CONTRACT, edition=Edition.SR, modules={})
    assert a_world("invoicing.read", contract=receiving).ask("draft.list") == (
        "edition_lacks_it"
    )


def test_a_module_that_ended_before_the_base_gives_nothing() -> None:
    contract = replace(CONTRACT, modules={"documents": date(2026, 11, 1)})
    world = a_world("invoicing.read", "documents.read", contract=contract)
    assert world.ask("quote.list") == "module_not_active"


def test_after_the_end_one_looks_and_after_ninety_days_nobody_does() -> None:
    world = a_world(*EDITS)
    world.clock.now = end_of_day(CONTRACT.ends_on) - timedelta(microseconds=1)
    assert world.ask("draft.create") == "granted"
    world.clock.now += timedelta(microseconds=1)
    assert world.ask("draft.create") == "service_expired"
    assert world.ask("draft.list") == "granted"
    assert world.ask("draft.create", OWNER) == "service_expired"
    assert world.ask("service.renew", OWNER) == "granted"
    world.clock.now = CONTRACT.closes_at
    assert world.ask("draft.list") == "service_expired"
    assert world.ask("service.renew", OWNER) == "service_expired"


def test_a_seat_that_ended_earlier_stops_its_user() -> None:
    world = a_world(*EDITS)
    ended = sitting(seat_until=NOW + timedelta(days=1))
    with world.editing() as editor:
        editor.set_state(ended, "seat.dated")
    assert world.ask("draft.create") == "granted"
    world.clock.now = NOW + timedelta(days=1)
    assert world.ask("draft.create") == "seat_ended"
    assert world.ask("self.change_password") == "granted"


def test_full_space_leaves_viewing_and_says_why() -> None:
    world = a_world(*EDITS)
    with world.editing() as editor:
        editor.set_contract(replace(CONTRACT, space_full=True), [sitting()])
    assert world.ask("draft.create") == "space_full"
    assert world.ask("draft.list") == "granted"
    with world.editing() as editor:
        editor.set_contract(CONTRACT, [sitting()])
    assert world.ask("draft.create") == "granted"


def test_a_delegate_has_no_banks_and_needs_a_live_delegation() -> None:
    world = a_world()
    rows = [Row("g", ("u_d", "state.delegate", ACCOUNT))]
    _poke(world, *rows)
    assert world.ask("draft.list", "u_d") == "delegation_not_active"
    _poke(
        world,
        Row("g", ("u_d", "d_1", ACCOUNT)),
        *(
            Row("g", ("d_1", name, ACCOUNT))
            for name in (*EDITS, "invoicing.edit_banks")
        ),
    )
    assert world.ask("draft.create", "u_d") == "granted"
    assert world.ask("bank.create", "u_d") == "no_permission"
    assert world.enforcer.dropped(ACCOUNT) == (
        Row("g", ("d_1", "invoicing.edit_banks", ACCOUNT)),
    )


def test_rows_poked_in_by_sql_count_only_as_far_as_they_are_legal() -> None:
    world = a_world()
    _poke(
        world,
        Row("g", (SEAT, "invoicing.edit_banks", ACCOUNT)),
        Row("g", (SEAT, "owner", ACCOUNT)),
        Row("g", (ANNA, "invoicing.read", ACCOUNT)),
        Row("g", ("u_x", "s_9", "a_2")),
        Row("g2", ("a_2", "invoicing:change")),
    )
    assert world.ask("bank.create") == "no_permission"
    assert world.ask("draft.list") == "no_permission"
    assert world.ask("subuser.list") == "owner_only"
    assert len(world.enforcer.dropped(ACCOUNT)) == 5


def test_many_questions_are_answered_at_one_revision_in_their_order() -> None:
    world = a_world(*EDITS)
    answers = world.enforcer.decide_many(
        ANNA, ACCOUNT, [("draft", "create"), ("draft", "send"), ("x", "y")]
    )
    assert [a.allowed for a in answers] == [True, False, False]
    assert len({a.revision for a in answers}) == 1


def test_an_allow_is_explained_by_its_grant_and_its_path() -> None:
    explained = a_world(*EDITS).enforcer.explain(ANNA, ACCOUNT, "draft", "create")
    assert explained.decision
    assert explained.row is not None
    assert explained.row.place.startswith("grants.csv:")
    assert [row.values[:2] for row in explained.path[0]] == [
        (ANNA, SEAT),
        (SEAT, "invoicing.create_edit"),
    ]
    assert explained.service_runs


def test_a_denial_is_explained_by_what_is_missing() -> None:
    explained = a_world(*EDITS).enforcer.explain(
        ANNA, ACCOUNT, "invoice_file", "upload_and_send"
    )
    assert not explained.decision
    assert explained.missing == ("invoicing.send_sdi",)
    assert explained.row is not None
    assert explained.row.values[0] == "invoicing.create_edit"


def test_nothing_is_explained_about_nobody() -> None:
    explained = a_world().enforcer.explain("u_x", ACCOUNT, "draft", "create")
    assert explained.decision.reason is Reason.NOT_A_MEMBER
    assert explained.row is None


def test_what_a_user_is_and_what_runs_can_be_asked() -> None:
    world = a_world()
    assert world.enforcer.state(ANNA, ACCOUNT) is State.ACTIVE
    assert world.enforcer.state("u_x", ACCOUNT) is None
    assert "documents:view" in world.enforcer.running(ACCOUNT)
    assert Row("g", (OWNER, "role.owner", ACCOUNT)) in world.enforcer.rows(ACCOUNT)
    assert world.enforcer.revision == world.store.changes(0).revision
    assert set(world.enforcer.users(ACCOUNT)) == {ANNA, OWNER}
    assert world.enforcer.valid_until(ACCOUNT) == end_of_day(CONTRACT.ends_on)


def test_without_a_release_nothing_is_answered() -> None:
    world = World()
    world.store._state = type(world.store._state)()
    with pytest.raises(NotReadyError, match="no release"):
        world.enforcer.start()
    with pytest.raises(NotReadyError):
        world.ask("draft.create")


def test_a_revision_of_the_future_is_not_served() -> None:
    world = a_world()
    world.enforcer.at_least(world.enforcer.revision)
    with pytest.raises(NotReadyError):
        world.enforcer.at_least(10_000)


def test_an_engine_that_breaks_never_allows() -> None:
    class Broken(ReferenceEvaluator):
        def decide(self, _request: object) -> bool:
            raise NotReadyError("casbin could not answer")

    world = a_world(*EDITS)
    from authz import Enforcer, EveryTime

    enforcer = Enforcer(world.store, EveryTime(), evaluator=Broken, now=world.clock)
    with pytest.raises(NotReadyError):
        enforcer.decide(ANNA, ACCOUNT, "draft", "create")


def test_a_blank_name_among_the_rows_stops_the_account_not_the_others() -> None:
    world = a_world(*EDITS)
    with world.store.writing() as writer:
        writer.apply(_change("a_9", Row("g", ("u_9", " s_1", "a_9"))))
    assert world.ask("draft.create") == "granted"


def _poke(world: World, *rows: Row) -> None:
    with world.store.writing() as writer:
        writer.apply(_change(ACCOUNT, *rows))


def _change(account: str, *rows: Row) -> Change:
    return Change(
        account=account,
        actor="system",
        kind="poked",
        node="x",
        add=[DatedRow(row) for row in rows],
    )


def test_rows_that_casbin_would_read_unsafely_stop_their_account() -> None:
    world = a_world(*EDITS)
    chain = [Row("g", (f"r_{n}", "invoicing.read", "a_9")) for n in range(2)]
    loop = Row("g", ("s_9", "r_0", "a_9"))
    with world.store.writing() as writer:
        writer.apply(_change("a_9", *chain, loop, Row("g2", ("a_9", " blank "))))
    with pytest.raises(NotReadyError, match="unsafe"):
        world.ask("draft.create", "u_9", "a_9")
    assert world.ask("draft.create") == "granted"
