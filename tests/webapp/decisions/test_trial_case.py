"""The policy case of a try: pasted into a file of cases, `delega policy check` passes."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from authz import State, default_folder, read_folder
from authz.engine import CompiledEvaluator, Row
from authz.policy import DatedRow, delegation_rows, link, policy_at, state_node
from authz.review import case_texts, run_cases
from authz.review.story import read_cases
from authz.review.story_facts import NOW as THE_DAY
from authz.storage import Change, SqlWriter
from tests.builders import Company, a_company, a_user, signed_in
from tests.webapp.decisions.trying import copied, end_seat, tried
from tests.webapp.operator.world import NAME, an_operator
from webapp.cli import delega
from webapp.extensions import begin_write, editor, enforcer
from webapp.i18n import today
from webapp.seating import seat_of
from webapp.tables import Account, User

HELD = ("invoicing.read", "invoicing.create_edit", "payments.read")
Make = Callable[[Flask], tuple[str, str]]


def write(app: Flask, company: str, **rows: list[DatedRow]) -> None:
    """Rows as the pages to come will write them."""
    with app.app_context():
        session = begin_write(company, policy=True)
        facts = {"account": company, "actor": "system", "kind": "x", "node": "x"}
        SqlWriter(session).apply(Change(**facts, **rows))  # type: ignore[arg-type]
        session.commit()


def of_state(state: State) -> Make:
    def make(app: Flask) -> tuple[str, str]:
        company = a_company(app)
        return company.id, a_user(app, company, *HELD, state=state)[0]

    return make


def owner_of(**facts: object) -> Make:
    def make(app: Flask) -> tuple[str, str]:
        company = a_company(app, **facts)  # type: ignore[arg-type]
        return company.id, company.owner

    return make


def an_ended_seat(app: Flask) -> tuple[str, str]:
    company = a_company(app)
    user = a_user(app, company, *HELD)[0]
    end_seat(app, company, user)
    return company.id, user


def a_full_space(app: Flask) -> tuple[str, str]:
    company = a_company(app)
    with app.app_context():
        session = begin_write(company.id, policy=True)
        account = session.get_one(Account, company.id)
        account.used_bytes = account.space_bytes
        editor(company.id, "system").set_contract(account.contract())
        session.commit()
    return company.id, company.owner


def somebody_elsewhere(app: Flask) -> tuple[str, str]:
    company, other = a_company(app), a_company(app)
    return company.id, a_user(app, other, *HELD)[0]


def an_owner_elsewhere(app: Flask) -> tuple[str, str]:
    return a_company(app).id, a_company(app).owner


def the_operator(app: Flask) -> tuple[str, str]:
    return a_company(app).id, NAME


def a_preset_and_a_role(app: Flask) -> tuple[str, str]:
    company = a_company(app)
    user = a_user(app, company)[0]
    give(app, company, user, "role.bookkeeper", "r_1")
    rows = [DatedRow(link("r_1", name, company.id)) for name in HELD[:2]]
    write(app, company.id, add=rows)
    return company.id, user


def a_preset(app: Flask) -> tuple[str, str]:
    company = a_company(app)
    user = a_user(app, company)[0]
    give(app, company, user, "role.bookkeeper")
    return company.id, user


def give(app: Flask, company: Company, user: str, *roles: str) -> None:
    with app.app_context():
        session = begin_write(company.id)
        seat = seat_of(session, session.get_one(User, user))
        assert seat
    rows = [DatedRow(link(seat.id, role, company.id)) for role in roles]
    write(app, company.id, add=rows)


def a_delegate(app: Flask, *, accepted: bool) -> tuple[str, str]:
    company, user = a_company(app), f"u_studio{accepted}"
    with app.app_context():
        session = begin_write(company.id)
        facts = {"user_name": user, "folded_name": user.lower()}
        facts |= {"email": "studio@example.it", "state": State.DELEGATE.value}
        session.add(User(id=user, created_at=datetime.now(UTC), **facts))
        session.commit()
    rows = [DatedRow(link(user, state_node(State.DELEGATE), company.id))]
    if accepted:
        rows.append(DatedRow(link(user, "d_1", company.id)))
    write(app, company.id, add=[*rows, *delegation_rows("d_1", company.id, HELD[:2])])
    return company.id, user


def ended(days: int) -> date:
    return today() - timedelta(days=days)


STATES: dict[str, Make] = {
    "active": of_state(State.ACTIVE),
    "suspended": of_state(State.SUSPENDED),
    "invited": of_state(State.INVITED),
    "temporary": of_state(State.TEMPORARY),
    "ended seat": an_ended_seat,
    "preset": a_preset,
    "preset and role": a_preset_and_a_role,
    "owner": owner_of(),
    "owner without modules": owner_of(modules=()),
    "owner who only receives": owner_of(edition="SR"),
    "owner after the end": owner_of(ends_on=ended(10)),
    "owner after day 90": owner_of(ends_on=ended(100)),
    "owner with a full space": a_full_space,
    "delegate": lambda app: a_delegate(app, accepted=True),
    "delegate not accepted": lambda app: a_delegate(app, accepted=False),
    "somebody elsewhere": somebody_elsewhere,
    "owner elsewhere": an_owner_elsewhere,
    "operator": the_operator,
}
ACTIONS = ("draft.view", "draft.send", "schedule.view", "subuser.create")


def pasted(folder: Path, *cases: str) -> None:
    """The policies in force, with these cases at the end of one of their files."""
    shutil.copytree(default_folder(), folder)
    with (folder / "cases" / "states.toml").open("a", encoding="utf-8") as text:
        text.write("\n" + "\n".join(cases))


def test_the_cases_of_tries_pass_the_check(app: Flask, tmp_path: Path) -> None:
    an_operator(app)
    client: FlaskClient = signed_in(app, NAME)
    cases: list[str] = []
    for state, make in STATES.items():
        company, user = make(app)
        for action in ACTIONS:
            case = copied(tried(client, company, user, action), "case")
            assert user not in case, state
            assert company not in case, state
            cases.append(case)
    pasted(tmp_path / "policies", *cases)
    check = ["policy", "check", str(tmp_path / "policies")]
    result = app.test_cli_runner().invoke(delega, check)
    assert result.exit_code == 0, result.output
    before = sum(
        f.read_text().count("[[case]]") for f in default_folder().rglob("*.toml")
    )
    assert f"{before + len(cases)} cases" in result.output


def test_the_world_of_a_case_is_as_the_rows_are(app: Flask) -> None:
    an_operator(app)
    client: FlaskClient = signed_in(app, NAME)
    release = read_folder(default_folder())
    for state, make in STATES.items():
        company, user = make(app)
        page = tried(client, company, user, "draft.create")
        (case,) = read_cases('title = "x"\n' + copied(page, "case"), "cases/x.toml")
        (ask,) = case.asks
        told = policy_at(release, ask.account, case.rows[ask.account], THE_DAY)
        with app.app_context():
            running = enforcer().running(company)
            rows = enforcer().rows(company)
        assert services(told.own) == running, state
        assert leads_to(told.rows, ask.subject) == leads_to(rows, user), state


def test_a_case_that_says_the_opposite_fails(
    app: Flask, company: Company, tmp_path: Path
) -> None:
    an_operator(app)
    page = tried(signed_in(app, NAME), company.id, company.owner, "draft.view")
    case = copied(page, "case").replace('allow = ["', 'deny = ["')
    pasted(tmp_path / "policies", case)
    release = read_folder(tmp_path / "policies")
    report = run_cases(release, case_texts(release), CompiledEvaluator)
    (fault,) = report.faults
    assert "the policy allows it" in fault.message


def test_a_state_without_words_has_no_case(app: Flask, company: Company) -> None:
    an_operator(app)
    client = signed_in(app, NAME)
    user, name = a_user(app, company, *HELD)
    rows = [DatedRow(Row("g2", (company.id, "invoicing:view")))]
    with app.app_context():
        session = begin_write(company.id, policy=True)
        removed = [
            dated
            for dated in SqlWriter(session).rows(company.id)
            if dated.row in {row.row for row in rows}
        ]
        session.rollback()
    write(app, company.id, remove=removed)
    page = tried(client, company.id, name, "draft.create")
    assert user in page
    assert "Non se ne può fare un caso delle regole" in page
    assert 'id="case"' not in page


def services(rows: tuple[Row, ...]) -> frozenset[str]:
    return frozenset(row.values[1] for row in rows if row.ptype == "g2")


def leads_to(rows: tuple[Row, ...], start: str) -> set[str]:
    """The permissions that a node leads to, and its states."""
    found, nodes = set[str](), [start]
    while nodes:
        node = nodes.pop()
        goals = [r.values[1] for r in rows if r.ptype == "g" and r.values[0] == node]
        found |= {goal for goal in goals if goal[:2] not in ("s_", "r_", "d_")}
        nodes += goals
    return {name for name in found if not name.startswith("role.")}
