"""An operator tries a decision: a link asks, the enforcer answers, all is shown."""

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from authz import NotReadyError, State
from authz.engine import Row
from authz.policy import DatedRow, role_rows
from authz.storage import Change, SqlWriter
from authz.storage.tables import PolicyChange
from tests.builders import Company, a_company, a_user, signed_in
from tests.webapp.decisions.asking import ONE, a_key, ask
from tests.webapp.decisions.test_owner_pages import text
from tests.webapp.decisions.trying import TRY, copied, end_seat, tried
from tests.webapp.operator.world import NAME, an_operator
from webapp.extensions import begin_write, db, editor, enforcer
from webapp.seating import seat_of, sitting
from webapp.tables import User

READS = ("invoicing.read",)
#: Field, what is typed there, what is said.
BAD = (
    ("account", "nothing", "Non c’è questa azienda."),
    ("account", "%", "Non c’è questa azienda."),
    ("account", "", "Compila questo campo."),
    ("user", "nobody", "Non c’è questo utente."),
    ("user", "_", "Non c’è questo utente."),
    ("user", "<script>", "Non c’è questo utente."),
    ("user", " ", "Compila questo campo."),
    ("action", "", "Compila questo campo."),
    ("action", "nothing", "Nessuna risorsa e nessuna azione"),
    ("action", "drafts.send", "Non c’è una risorsa drafts."),
    ("action", "draft.sned", "draft non ha l’azione sned. Ha: list,"),
    ("at", "soon", "Non è un giorno con un’ora."),
    ("at", "0001-01-01T00:00", "Non è un giorno con un’ora."),
    ("at", "9999-12-31T23:59", "Non è un giorno con un’ora."),
    ("at", "2020-01-01T00:00", "Allora non erano in vigore regole"),
    *(
        (name, letter * 10_000, "È troppo lungo.")
        for name in ("account", "user", "action", "at")
        for letter in ("x", "\0")
    ),
    *(
        (name, "a\0b", "Ci sono caratteri che non si possono mostrare.")
        for name in ("account", "user", "action", "at")
    ),
)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    an_operator(app)
    return signed_in(app, NAME)


def errors(client: FlaskClient, **asked: str) -> dict[str, str]:
    """Field -> what is said beside it; the answer is a form and nothing else."""
    answer = client.get(TRY, query_string=asked)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "verdict" not in page
    found = re.findall(r'id="(\w+)-error">.*?</span>(.*?)</span>', page)
    assert all(f'href="#{name}"' in page for name, _text in found)
    return {name: unescape(words) for name, words in found}


def test_the_operators_pages_know_it_and_it_opens_empty(client: FlaskClient) -> None:
    page = client.get("/operator/").get_data(as_text=True)
    assert 'href="/operator/try"' in page
    page = client.get(TRY).get_data(as_text=True)
    assert 'href="/operator/try" aria-current="page"' in page
    assert len(re.findall(r"<option value=", page)) == len(the_catalogue(client))
    assert "-error" not in page
    assert "verdict" not in page


def the_catalogue(client: FlaskClient) -> list[str]:
    with client.application.app_context():
        return [action.key for action in enforcer().release().catalogue]


def test_nobody_else_has_the_page(app: Flask, company: Company) -> None:
    address = f"{TRY}?{urlencode({'account': company.id})}"
    assert app.test_client().get(address).headers["Location"] == "/sign-in"
    _id, name = a_user(app, company, *READS)
    for who in (company.owner_name, name):
        assert signed_in(app, who).get(address).status_code == 404


def test_a_refusal_says_all_there_is(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    user, name = a_user(app, company, *READS)
    page = tried(client, company.id, name, "draft.send")
    shown = unescape(re.sub(r"<[^>]+>", " ", page))
    for words in (
        "Anna Ricci non può farlo: Invia a SdI",
        "no_permission",
        "Manca un permesso: può darlo il titolare.",
        "nessun permesso posseduto concede l’azione",
        "manca questo passaggio",
        "p, invoicing.send_sdi, -, invoicing:change, draft, send",
        "g(r.subject, p.permission, r.account)",
        f"r.subject is '{user}'",
        "Dare il permesso Fatturazione: Invio a SdI.",
    ):
        assert words in shown, words
    assert re.search(r"grants\.csv:\d+", shown)
    assert re.search(rf"g, s_\w+, invoicing\.send_sdi, {company.id}", shown)
    assert re.search(r"riga \d+", shown)
    with app.app_context():
        decision = enforcer().decide(user, company.id, "draft", "send")
        release = enforcer().release()
    assert f"<dd>{decision.revision}</dd>" in page
    assert release.hash in page


def test_an_allow_shows_the_rows_that_decided(
    client: FlaskClient, company: Company
) -> None:
    page = tried(client, company.id, company.owner_name, "bank.create")
    shown = unescape(re.sub(r"<[^>]+>", " ", page))
    for words in (
        "Marta Bellandi può farlo",
        "granted",
        "p, invoicing.edit_banks, seated, invoicing:change, bank, create",
        f"g, role.owner, seated, {company.id}",
        f"g2, {company.id}, invoicing:change",
        "roles/owner.csv:",
        "Un posto, o il titolare",
    ):
        assert words in shown, words
    assert "break-step" not in page
    assert page.count('<ol class="path">') == 2
    assert "Le modifiche più piccole" not in shown


@pytest.mark.parametrize("language", ["it", "en"])
def test_both_languages_have_it(
    client: FlaskClient, company: Company, language: str
) -> None:
    asked = {"account": company.id, "user": company.owner, "action": "draft.send"}
    page = text(client.get(TRY, query_string={**asked, "lang": language}))
    told = {"it": "una concessione lo permette", "en": "a grant allows it"}
    assert told[language] in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.SUSPENDED, "sospeso"),
        (State.INVITED, "invitato"),
        (State.TEMPORARY, "con password temporanea"),
    ],
)
def test_who_is_stopped_breaks_the_path_at_once(
    app: Flask, client: FlaskClient, company: Company, state: State, words: str
) -> None:
    _id, name = a_user(app, company, *READS, state=state)
    page = tried(client, company.id, name, "draft.view")
    first = re.search(r'<ol class="path">(.*?)</li>', page, re.DOTALL)
    assert first
    assert "break-step" in first[1]
    assert f"{name}, {words}" in first[1]
    assert "Nessuna riga che si possa dare" in page


def test_a_seat_that_ended_breaks_it_at_the_seat(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    user, name = a_user(app, company, *READS)
    end_seat(app, company, user)
    page = tried(client, company.id, name, "draft.view")
    assert "seat_ended" in page
    broken = re.search(r'<li class="break-step">(.*?)</li>', page, re.DOTALL)
    assert broken
    assert "nessuno che conti" in broken[1]


def test_a_user_of_another_company_is_no_member(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    other = a_company(app, name="Officina Ferri")
    page = tried(client, company.id, other.owner_name, "draft.view")
    assert "not_a_member" in page
    assert "Nessuna: nell’azienda niente parla di questo utente." in page


def test_each_thing_is_named_in_any_way(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    user, name = a_user(app, company, *READS, full_name="Bruno Sarti")
    email = f"{name}@EXAMPLE.it"
    for who in (user, name.upper(), email, "bruno sarti", "Sarti"):
        assert user in tried(client, company.id, who, "draft.view"), who
    for place in ("bellandi", "IT02561470390", "02561470390"):
        assert company.id in tried(client, place, user, "draft.view"), place
    for action in ("draft.send", "Invia a SdI", "send to sdi"):
        assert "draft, send" in tried(client, company.id, user, action), action


def test_what_may_mean_several_is_chosen_by_a_link(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    twin = a_company(app)
    asked = {"account": "Bellandi", "user": "marta@example.it", "action": "invia"}
    page = client.get(TRY, query_string=asked).get_data(as_text=True)
    links = [unescape(url) for url in re.findall(r'<li><a href="([^"]+)"', page)]
    ours = [url for url in links if f"account={company.id}" in url]
    assert any(f"account={twin.id}" in url for url in links)
    assert "user=marta@example.it" in ours[0]
    assert "Ce ne sono altri: scrivi qualcosa in più." in page
    again = client.get(ours[0]).get_data(as_text=True)
    assert 'id="account-error"' not in again
    assert 'id="action-error"' in again
    assert re.search(r"action=draft\.send&amp;|action=draft\.send\"", again)


def test_what_does_not_fit_is_said_beside_its_field(
    client: FlaskClient, company: Company
) -> None:
    right = {"account": company.id, "user": company.owner, "action": "draft.view"}
    for name, typed, words in BAD:
        found = errors(client, **{**right, name: typed})
        assert found.keys() == {name}, (name, typed[:20], found)
        assert found[name].startswith(words), (name, typed[:20], found)


def test_everything_wrong_is_said_at_once(client: FlaskClient) -> None:
    found = errors(client, account="?", user="?", action="?", at="?")
    assert found.keys() == {"account", "user", "action", "at"}


def test_of_a_time_that_passed_the_rows_of_then_answer(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    user, name = a_user(app, company, *READS)
    with app.app_context():
        before = app.extensions["delega_store"].changes(0).revision
        session = begin_write(company.id, policy=True)
        row = session.get_one(User, user)
        row.state = State.SUSPENDED
        seat = sitting(session, row, seat_of(session, row))
        editor(company.id, "system").set_state(seat, "user.suspended")
        long_ago = datetime(2026, 3, 1, 9, tzinfo=UTC)
        made = PolicyChange.__table__.c
        then = update(PolicyChange).where(made.revision <= before)
        session.execute(then.values(at=long_ago))
        session.commit()
    assert "suspended" in tried(client, company.id, name, "draft.view")
    page = tried(client, company.id, name, "draft.view", "2026-03-01T10:00")
    assert f"<dd>{before}</dd>" in page
    assert "risponde per adesso" in page
    assert 'value="2026-03-01T10:00"' in page
    early = client.get(
        TRY,
        query_string={
            "account": company.id, "user": name, "action": "draft.view",
            "at": "2026-03-01T09:59:59",
        },
    )  # fmt: skip
    assert "Allora non erano in vigore" in text(early)


def test_of_a_time_to_come_the_dates_answer(
    client: FlaskClient, company: Company
) -> None:
    for years, reason in ((0, "granted"), (5, "service_expired")):
        at = datetime.now(UTC) + timedelta(days=365 * years + 1)
        page = tried(client, company.id, company.owner, "draft.send", at.isoformat())
        assert f"<dd>{reason}</dd>" in page


def test_when_nothing_can_be_answered_now_it_is_no_bad_input(
    app: Flask, client: FlaskClient, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_ready(*_question: str) -> None:
        raise NotReadyError("no")

    monkeypatch.setattr(app.extensions["delega_enforcer"], "trace", not_ready)
    asked = {"account": company.id, "user": company.owner, "action": "draft.view"}
    assert client.get(TRY, query_string=asked).status_code == 503


def test_nothing_is_written_by_a_try(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    with app.app_context():
        before = app.extensions["delega_store"].changes(0).revision
    tried(client, company.id, company.owner, "draft.send")
    assert app.extensions["delega_store"].changes(0).revision == before


@pytest.mark.parametrize("action", ["draft.view", "draft.send", "subuser.create"])
def test_the_curl_asks_the_same_and_holds_no_key(
    app: Flask, client: FlaskClient, company: Company, action: str
) -> None:
    user, name = a_user(app, company, *READS)
    page = tried(client, company.id, name, action)
    command = shlex.split(copied(page, "curl").replace("\\\n", " "))
    assert command[0] == "curl"
    assert command[1] == f"{app.config['DELEGA'].public_url}{ONE}"
    assert "Authorization: Bearer dlg_live_…" in command
    body = command[command.index("-d") + 1]
    answer = ask(app.test_client(), a_key(app), ONE, body.encode()).get_json()
    with app.app_context():
        resource, _, verb = action.partition(".")
        decision = enforcer().decide(user, company.id, resource, verb)
    assert answer["decision"] == decision.allowed
    code = answer.get("context", {}).get("code", "granted")
    assert f"<dd>{code}</dd>" in page
    assert json.loads(body)["resource"]["id"] == "*"


def test_a_role_of_the_companys_own_is_a_step(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    user, name = a_user(app, company)
    with app.app_context():
        session = begin_write(company.id, policy=True)
        seat = seat_of(session, session.get_one(User, user))
        assert seat
        link = DatedRow(Row("g", (seat.id, "r_1", company.id)))
        rows = [link, *role_rows("r_1", company.id, READS)]
        facts = {"account": company.id, "actor": company.owner, "node": "r_1"}
        SqlWriter(session).apply(Change(**facts, kind="role.made", add=rows))
        db.session.commit()
    assert "Un ruolo dell’azienda" in tried(client, company.id, name, "draft.view")
    assert "Un ruolo dell’azienda" in tried(client, company.id, name, "draft.send")
