"""casbin over our rows against plain Python over the same facts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from authz.engine import ReferenceEvaluator
from authz.policy import policy_at, service_rows
from tests.authz.oracle import ACTIONS, Account, Person, may
from tests.authz.strategies import DAYS, accounts, permission_sets
from tests.authz.world import NOW, RELEASE, casbin_over, contract, person_rows
from tests.proofs.prove_all_legal_sets import prove

people = st.builds(
    Person,
    state=st.sampled_from(
        ["active", "active", "owner", "delegate", "invited", "temporary", "suspended"]
    ),
    permissions=permission_sets,
    seat_last_day=DAYS,
    accepted=st.booleans(),
    second_factor=st.booleans(),
)
many_actions = st.lists(st.sampled_from(sorted(ACTIONS)), min_size=12, max_size=24)


def ask(
    evaluator: ReferenceEvaluator, name: str, action: str, account: str = "a_1"
) -> bool:
    return evaluator.decide((f"u_{name}", account, *action.split(".")))


@settings(max_examples=150, deadline=None)
@given(
    account=accounts, team=st.lists(people, min_size=1, max_size=3), asked=many_actions
)
def test_casbin_answers_as_the_oracle_does(account, team, asked):
    named = {f"p{index}": person for index, person in enumerate(team)}
    evaluator = casbin_over(named, account)
    for name, person in named.items():
        answers = {action: ask(evaluator, name, action) for action in asked}
        assert answers == {action: may(person, account, action) for action in asked}


@settings(max_examples=40, deadline=None)
@given(here=accounts, there=accounts, mine=people, theirs=people, asked=many_actions)
def test_two_accounts_never_influence_each_other(here, there, mine, theirs, asked):
    rows = []
    for account_id, account, name, person in (
        ("a_1", here, "mine", mine),
        ("a_2", there, "theirs", theirs),
    ):
        dated = [
            *service_rows(account_id, contract(account)),
            *person_rows(name, person, account_id, account),
        ]
        rows += policy_at(RELEASE, account_id, dated, NOW).rows
    together = ReferenceEvaluator(RELEASE.model, tuple(dict.fromkeys(rows)))
    for action in asked:
        assert ask(together, "mine", action) == may(mine, here, action)
        assert not ask(together, "mine", action, "a_2")
        assert not ask(together, "theirs", action, "a_1")


@settings(max_examples=25, deadline=None)
@given(held=permission_sets)
def test_no_delegate_ever_touches_a_bank(held):
    evaluator = casbin_over(
        {"studio": Person("delegate", held | {"invoicing.read"})}, Account()
    )
    changes = [
        a
        for a in ACTIONS
        if a.startswith("bank.") and a not in ("bank.list", "bank.view")
    ]
    assert len(changes) == 5
    assert not any(ask(evaluator, "studio", action) for action in changes)
    assert ask(evaluator, "studio", "bank.view")


def test_sending_and_editing_never_include_each_other():
    sends = Person(permissions=frozenset({"invoicing.read", "invoicing.send_sdi"}))
    edits = Person(permissions=frozenset({"invoicing.read", "invoicing.create_edit"}))
    evaluator = casbin_over({"sends": sends, "edits": edits}, Account())
    assert ask(evaluator, "sends", "draft.send")
    assert not ask(evaluator, "sends", "draft.update")
    assert ask(evaluator, "edits", "draft.update")
    assert not ask(evaluator, "edits", "draft.send")


@settings(max_examples=60, deadline=None)
@given(
    subject=st.sampled_from(
        ["role.owner", "invoicing.read", "s_boss", "u_nobody", "", "*", "U_boss"]
    ),
    account=st.sampled_from(["a_1", "a_2", "", "*", "A_1"]),
    action=st.sampled_from(sorted(ACTIONS)),
)
def test_names_nobody_knows_are_refused(subject, account, action):
    everything = Account(
        modules=dict.fromkeys(["documents", "payments", "orders"], 100)
    )
    evaluator = casbin_over({"boss": Person("owner")}, everything)
    assert not evaluator.decide((subject, account, *action.split(".")))
    assert not evaluator.decide(("u_boss", "a_1", "draft", "sned"))
    assert not evaluator.decide(("u_boss", "a_1", "", ""))


@settings(max_examples=40, deadline=None)
@given(
    account=accounts,
    held=permission_sets,
    more=permission_sets,
    asked=many_actions,
)
def test_adding_a_permission_never_takes_access_away(account, held, more, asked):
    before = casbin_over({"anna": Person(permissions=held)}, account)
    after = casbin_over({"anna": Person(permissions=held | more)}, account)
    assert all(
        ask(after, "anna", action) for action in asked if ask(before, "anna", action)
    )


def test_a_sample_of_all_legal_sets_shows_no_difference():
    questions, differences = prove(share=0.0004, seed=7)
    assert questions > 1000
    assert differences == []
