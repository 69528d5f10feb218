"""Everything an owner can do, in any order, over two companies that share delegates.

What must come of it is kept as plain facts (`tests.authz.oracle`), without rows.
"""

import random
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from authz import (
    AuthzError,
    DelegateOrUserError,
    DelegatesLeftOutError,
    Delegating,
    Edition,
    Editor,
    Enforcer,
    EveryTime,
    IllegalSetError,
    Sitting,
    State,
    publish,
)
from tests.authz.accounts.companies import Company, pick_of
from tests.authz.invariants import BANKS, broken
from tests.authz.oracle import ACTIONS, Account, Person, legal, may
from tests.authz.storage.stores import a_store
from tests.authz.strategies import DAYS, NAMES, accounts, mostly_legal_sets
from tests.authz.world import RELEASE, contract, day

#: A day later than any on which the database writes down a change.
NOW = datetime(2100, 3, 10, 12, tzinfo=UTC)
WATCHED = sorted(
    BANKS
    | {"draft.create", "draft.send", "invoice_file.upload_and_send"}
    | {"quote.create", "quote.generate_invoice", "received_invoice.list"}
    | {"sent_email.list", "subuser.create", "delegation.accept", "seat.reduce"}
    | {"self.change_password", "self.manage_2fa"}
)
DELEGATES = ("u_studio", "u_premium")
#: What an edition that only receives can be given (reference: the guide's editions).
RECEIVING = {"invoicing.read", "invoicing.create_edit", "invoicing.configure"}

wheres = st.sampled_from(["a_1", "a_2"])
picks = st.integers(0, 20)
states = st.sampled_from(["active", "active", "temporary", "invited", "suspended"])


class OwnerActs(RuleBasedStateMachine):
    """Each rule is one act; after each, everybody is asked."""

    kind = "memory"

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        folder = Path(self._open.enter_context(TemporaryDirectory()))
        harness = self._open.enter_context(a_store(self.kind, folder))
        self.store, self.writing = harness.store, harness.writing
        self.enforcer = Enforcer(self.store, EveryTime(), now=lambda: NOW)
        self.companies: dict[str, Company] = {}
        self.second_factors = dict.fromkeys(DELEGATES, False)
        self.made = 0

    def teardown(self) -> None:
        self._open.close()

    # what people do

    @initialize(one=accounts, other=accounts)
    def accounts_open(self, one: Account, other: Account) -> None:
        with self.writing() as writer:
            publish(writer, RELEASE, "system")
        for where, account in (("a_1", one), ("a_2", other)):
            owner = f"u_owner{where}"
            seats = {f"s_{where}_{n}": None for n in range(2)}
            self.companies[where] = Company(owner, account, seats=seats)
            self.companies[where].people[owner] = Person("owner")
            self.act(
                where,
                lambda e, o=owner, a=account, s=seats: e.open_account(
                    o, contract(a, NOW), s
                ),
            )

    @rule(where=wheres)
    def seats_are_bought(self, where: str) -> None:
        seat = self.new("s")
        self.act(where, lambda editor: editor.add_seats([seat]))
        self.companies[where].seats[seat] = None

    @rule(where=wheres, state=states, held=mostly_legal_sets, paid=DAYS)
    def a_user_is_made(
        self, where: str, state: str, held: frozenset[str], paid: int
    ) -> None:
        self.seat(where, self.new("u"), Person(state, held, paid))

    @precondition(lambda self: any(c.removed for c in self.companies.values()))
    @rule(where=wheres, pick=picks)
    def a_user_is_restored(self, where: str, pick: int) -> None:
        removed = self.companies[where].removed
        if removed and self.companies[where].free():
            user = pick_of(removed, pick)
            self.seat(where, user, removed.pop(user))

    @precondition(lambda self: any(c.users() for c in self.companies.values()))
    @rule(where=wheres, pick=picks, state=states)
    def a_state_changes(self, where: str, pick: int, state: str) -> None:
        company = self.companies[where]
        if company.users():
            user = pick_of(company.users(), pick)
            person = replace(company.people[user], state=state)
            sitting = self.sitting(where, user, person, company.seat_of(user))
            self.act(where, lambda editor: editor.set_state(sitting, "user.changed"))
            company.people[user] = person

    @precondition(lambda self: any(c.users() for c in self.companies.values()))
    @rule(where=wheres, pick=picks, held=mostly_legal_sets)
    def permissions_change(self, where: str, pick: int, held: frozenset[str]) -> None:
        company = self.companies[where]
        if company.users():
            user = pick_of(company.users(), pick)
            error = None if legal(held) == held else IllegalSetError
            seat = company.seat_of(user)
            if self.act(
                where, lambda e: e.set_permissions(seat, held, user=user), error
            ):
                person = replace(company.people[user], permissions=held)
                company.people[user] = person

    @precondition(lambda self: any(c.users() for c in self.companies.values()))
    @rule(where=wheres, pick=picks)
    def a_user_is_removed(self, where: str, pick: int) -> None:
        company = self.companies[where]
        if company.users():
            user = pick_of(company.users(), pick)
            seat = company.seat_of(user)
            self.act(where, lambda editor: editor.remove_user(user, seat))
            company.seats[seat] = None
            company.removed[user] = company.people.pop(user)

    @rule(where=wheres, bought=accounts)
    def the_contract_changes(self, where: str, bought: Account) -> None:
        company = self.companies[where]
        switch = company.account.second_factor
        company.account = replace(bought, second_factor=switch)
        sittings = [
            self.sitting(where, user, company.people[user], company.seat_of(user))
            for user in company.users()
        ]
        self.act(where, lambda e: e.set_contract(contract(bought, NOW), sittings))

    @rule(where=wheres, user=st.sampled_from(DELEGATES), held=mostly_legal_sets)
    def a_delegation_is_accepted_or_changed(
        self, where: str, user: str, held: frozenset[str]
    ) -> None:
        company = self.companies[where]
        edition = company.account.edition
        allowed = (
            RECEIVING if edition == "SR" else set(NAMES) - {"invoicing.edit_banks"}
        )
        error = None if legal(held) == held <= allowed else IllegalSetError
        facts = self.delegating(where, user)
        if self.act(
            where,
            lambda e: e.set_delegation(facts, held, Edition(edition), "delegation.x"),
            error,
        ):
            company.people[user] = Person("delegate", held)

    @precondition(lambda self: any(c.delegates() for c in self.companies.values()))
    @rule(where=wheres, pick=picks)
    def a_delegation_is_revoked(self, where: str, pick: int) -> None:
        company = self.companies[where]
        if company.delegates():
            user = pick_of(company.delegates(), pick)
            self.act(where, lambda e: e.revoke_delegation(user, f"d_{user}"))
            del company.people[user]

    @rule(where=wheres, on=st.booleans())
    def the_company_turns_its_switch(self, where: str, on: bool) -> None:
        company = self.companies[where]
        company.account = replace(company.account, second_factor=on)
        self.act(where, lambda e: e.set_second_factor(self.delegatings(where)))

    @rule(user=st.sampled_from(DELEGATES), on=st.booleans())
    def a_delegate_turns_his_switch(self, user: str, on: bool) -> None:
        self.second_factors[user] = on
        with self.writing() as writer:
            for where in self.companies:
                editor = Editor(writer, RELEASE, where, user)
                editor.set_second_factor(self.delegatings(where))

    @rule(where=wheres, pick=picks)
    def a_member_is_asked_to_be_a_delegate(self, where: str, pick: int) -> None:
        company = self.companies[where]
        user = pick_of([company.owner, *company.users()], pick)
        facts = self.delegating(where, user)
        self.act(
            where,
            lambda e: e.set_delegation(facts, [], Edition.FE, "delegation.accepted"),
            DelegateOrUserError,
        )

    @precondition(lambda self: any(c.delegates() for c in self.companies.values()))
    @rule(where=wheres)
    def a_delegate_is_forgotten(self, where: str) -> None:
        some = self.delegatings(where)[1:]
        if self.companies[where].delegates():
            self.act(where, lambda e: e.set_second_factor(some), DelegatesLeftOutError)

    # what must be true after each

    @invariant()
    def everybody_may_do_what_the_facts_say(self) -> None:
        dice = random.Random(self.made)  # noqa: S311  (a sample)
        everybody = {"u_nobody", *DELEGATES}
        for company in self.companies.values():
            everybody |= company.people.keys() | company.removed.keys()
        for where, company in self.companies.items():
            asked = [*dice.sample(WATCHED, 5), *dice.sample(sorted(ACTIONS), 5)]
            for user in sorted(everybody):
                self.ask(where, company.account, user, asked)
            assert self.enforcer.dropped(where) == ()
        self.made += 1

    def ask(self, where: str, account: Account, user: str, asked: list[str]) -> None:
        person = self.companies[where].people.get(user)
        if person and person.state == "delegate":
            person = replace(person, second_factor=self.second_factors[user])
        names = [tuple(action.split(".")) for action in asked]
        answers = self.enforcer.decide_many(user, where, [*names, ("draft", "sned")])
        assert not answers.pop().allowed
        found = {a for a, decision in zip(asked, answers, strict=True) if decision}
        assert found == {a for a in asked if person and may(person, account, a)}
        assert broken(person, account, found) == set()
        assert self.enforcer.state(user, where) == (person.state if person else None)

    # how they do it

    def act(
        self,
        where: str,
        change: Callable[[Editor], int],
        error: type[AuthzError] | None = None,
    ) -> bool:
        """One act is one revision; one that is refused changes nothing."""
        before = self.store.load(where)
        owner = self.companies[where].owner
        with pytest.raises(error) if error else nullcontext(), self.writing() as writer:
            change(Editor(writer, RELEASE, where, owner))
        after = self.store.load(where)
        assert (after == before) if error else after.revision == before.revision + 1
        return error is None

    def seat(self, where: str, user: str, person: Person) -> None:
        """In a free seat, when there is one."""
        company = self.companies[where]
        for seat in company.free()[:1]:
            error = (
                None
                if legal(person.permissions) == person.permissions
                else IllegalSetError
            )
            sitting = self.sitting(where, user, person, seat)
            if self.act(
                where, lambda e, s=sitting: e.create_user(s, person.permissions), error
            ):
                company.seats[seat] = user
                company.people[user] = person

    def sitting(self, where: str, user: str, person: Person, seat: str) -> Sitting:
        bought = contract(self.companies[where].account, NOW)
        until = bought.view_until(day(person.seat_last_day, NOW.date()))
        return Sitting(
            user=user, state=State(person.state), seat=seat, seat_until=until
        )

    def delegating(self, where: str, user: str) -> Delegating:
        return Delegating(
            user=user,
            delegation=f"d_{user}",
            needs_second_factor=self.companies[where].account.second_factor,
            has_second_factor=self.second_factors.get(user, False),
        )

    def delegatings(self, where: str) -> list[Delegating]:
        return [self.delegating(where, u) for u in self.companies[where].delegates()]

    def new(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}_{self.made}"


class OwnerActsInSql(OwnerActs):
    """The same over a database."""

    kind = "sqlite"
