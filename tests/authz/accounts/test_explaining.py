"""Traces: what decided, what nearly did, and what would be enough."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from authz import NotReadyError, State, Trace
from authz.engine import Row
from authz.policy import Contract, DatedRow, Edition, role_rows
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
#: One action of every set of needs that the release has.
SAMPLE = sorted(
    {(g.needs, g.service): f"{g.resource}.{g.action}" for g in RELEASE.grants}.values()
)


def traced(world: World, action: str, subject: str = ANNA) -> Trace:
    resource, _, name = action.partition(".")
    return world.enforcer.trace(subject, ACCOUNT, resource, name)


def change(world: World, **rows: Iterable[Row]) -> None:
    dated = {name: [DatedRow(row) for row in some] for name, some in rows.items()}
    with world.store.writing() as writer:
        writer.apply(
            Change(account=ACCOUNT, actor=OWNER, kind="x", node=SEAT, **dated)  # type: ignore[arg-type]
        )


def test_an_allow_names_the_row_that_decided_and_its_links() -> None:
    trace = traced(a_world(*EDITS), "draft.create")
    assert trace.explained.decision
    assert trace.state is State.ACTIVE
    (decided,) = trace.deciding
    assert decided.row.place == trace.explained.row.place  # type: ignore[union-attr]
    places = [row.place for walk in decided.paths for row in walk]
    assert all(place.startswith("row ") for place in places)
    assert (trace.near, trace.changes) == ((), ())


def test_the_decision_is_the_enforcers_own() -> None:
    world = a_world(*EDITS)
    for key in SAMPLE:
        action = RELEASE.catalogue.named(key)
        decision = world.enforcer.decide(ANNA, ACCOUNT, action.resource, action.name)
        trace = traced(world, action.key)
        assert trace.explained.decision == decision
        assert bool(trace.deciding) == decision.allowed
        assert bool(trace.near) == (not decision.allowed)


def test_a_denial_begins_with_the_row_that_grants_it_and_what_failed_there() -> None:
    trace = traced(a_world("invoicing.read"), "draft.send")
    grants, *others = trace.near
    assert grants.row.values[0] == "invoicing.send_sdi"
    assert [part.words for part in grants.failed] == [
        "g(r.subject, p.permission, r.account)"
    ]
    assert {near.row.values[3] for near in others} == {"draft"}
    assert grants.row not in {near.row for near in others}


def test_the_granting_row_stands_first_however_much_it_lacks() -> None:
    trace = traced(a_world("invoicing.read"), "payment.settle_installment")
    assert trace.near[0].row.values[-2:] == ("payment", "settle_installment")
    assert len(trace.near[0].failed) == 2


def test_the_smallest_change_is_given_to_the_seat_with_what_must_come_first() -> None:
    send, read = (
        Row("g", (SEAT, name, ACCOUNT))
        for name in ("invoicing.send_sdi", "invoicing.read")
    )
    assert traced(a_world("invoicing.read"), "draft.send").changes == ((send,),)
    assert traced(a_world(), "draft.send").changes == ((read, send),)


@pytest.mark.parametrize("held", [(), ("invoicing.read",), EDITS], ids=len)
def test_whatever_is_said_to_be_enough_is_enough(held: tuple[str, ...]) -> None:
    world = a_world(*held)
    for action in SAMPLE:
        for rows in traced(world, action).changes:
            change(world, add=rows)
            assert world.ask(action) == "granted", action
            assert world.enforcer.dropped(ACCOUNT) == ()
            change(world, remove=rows)


def test_what_a_role_of_the_companys_own_gives_is_added_to_the_role_too() -> None:
    world = a_world()
    of_role = [dated.row for dated in role_rows("r_1", ACCOUNT, EDITS)]
    change(world, add=[*of_role, Row("g", (SEAT, "r_1", ACCOUNT))])
    nodes = {rows[-1].values[0] for rows in traced(world, "draft.send").changes}
    assert nodes == {SEAT, "r_1"}


def test_a_service_that_does_not_run_is_a_change_too() -> None:
    world = a_world("invoicing.read", "payments.read")
    assert traced(world, "journal.list").changes == (
        (Row("g2", (ACCOUNT, "payments:view")),),
    )


@pytest.mark.parametrize("state", [State.INVITED, State.SUSPENDED, State.TEMPORARY])
def test_nothing_is_enough_for_who_is_stopped_before_his_permissions(
    state: State,
) -> None:
    trace = traced(a_world(*EDITS, state=state), "draft.create")
    assert trace.state is state
    assert trace.near[0].row.values[-2:] == ("draft", "create")
    assert trace.changes == ()


def test_nothing_makes_an_owner_of_a_user() -> None:
    assert traced(a_world(*EDITS), "subuser.create").changes == ()


def test_a_stranger_is_near_and_can_be_given_nothing() -> None:
    trace = traced(a_world(*EDITS), "draft.create", "u_x")
    assert trace.explained.decision.reason.value == "not_a_member"
    assert trace.state is None
    assert trace.near[0].row.values[-2:] == ("draft", "create")
    assert trace.changes == ()


def test_an_action_that_the_release_lacks_has_no_granting_row() -> None:
    trace = traced(a_world(*EDITS), "draft.sned")
    assert trace.explained.decision.reason.value == "unknown_action"
    assert trace.changes == ()
    assert {near.row.values[3] for near in trace.near} == {"draft"}


def test_of_another_time_the_dates_count() -> None:
    world = a_world(*EDITS)
    request = ANNA, ACCOUNT, "draft", "create"
    later = datetime.combine(CONTRACT.ends_on, datetime.min.time(), UTC)
    for days, reason in ((0, "granted"), (2, "service_expired"), (120, "seat_ended")):
        with world.editing() as editor:
            until = CONTRACT.closes_at
            editor.set_state(sitting(seat_until=until), "x")
        at = later + timedelta(days=days)
        trace = world.enforcer.trace_at(world.store, at, request)
        assert trace.explained.decision.reason.value == reason
        assert trace.explained.decision.revision == world.store.changes(0).revision
    assert world.ask("draft.create") == "granted"
    assert world.clock.now == NOW


def test_of_a_time_without_a_release_there_is_no_answer() -> None:
    world = a_world(*EDITS)
    world.store._state = type(world.store._state)()
    with pytest.raises(NotReadyError, match="no release"):
        world.enforcer.trace_at(world.store, NOW, (ANNA, ACCOUNT, "draft", "view"))


def test_an_account_that_only_receives_is_traced_alike() -> None:
    contract = Contract(
        edition=Edition.SR,
        activated_at=CONTRACT.activated_at,
        ends_on=date(2027, 3, 14),
    )
    trace = traced(a_world("invoicing.read", contract=contract), "draft.list")
    assert trace.explained.decision.reason.value == "edition_lacks_it"
    assert trace.changes == ((Row("g2", (ACCOUNT, "invoicing:view")),),)
