"""A company's keys: its owner makes, restricts and ends them, and sees a secret once."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.builders import Company, a_company, a_user, post, signed_in
from tests.webapp.decisions.world import (
    a_company_key,
    a_platform_key,
    id_of,
    row_of,
)
from webapp.decisions import credentials, key_acts, key_pages
from webapp.decisions.callers import Caller, callers
from webapp.decisions.credentials import narrow, revoke_credential
from webapp.extensions import begin_write, db
from webapp.i18n import today
from webapp.tables import Credential, SignInSession

KEY = re.compile(r'value="(dlg_live_[^"]+)"')


@pytest.fixture
def owner(app: Flask, company: Company) -> FlaskClient:
    return signed_in(app, company.owner_name)


def keys(company: Company, path: str = "") -> str:
    return f"/a/{company.id}/settings/keys{path}"


def page_of(company: Company, key: str, act: str = "") -> str:
    return keys(company, f"/{id_of(key).removeprefix('k_')}{act}")


def text(answer: TestResponse) -> str:
    """What a reader sees: one line, no tags."""
    html = answer.get_data(as_text=True)
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", html)))


def works(app: Flask, key: str) -> bool:
    with app.app_context():
        return isinstance(callers().caller_of(f"Bearer {key}"), Caller)


def create(owner: FlaskClient, company: Company, **data: object) -> TestResponse:
    told = {"label": "Gestionale", "scopes": ["decide"], **data}
    return post(owner, keys(company, "/new"), told)


def test_the_empty_page_tells_what_a_key_is_for(
    owner: FlaskClient, company: Company
) -> None:
    page = text(owner.get(keys(company)))
    assert "Ancora nessuna chiave" in page
    assert f"curl http://127.0.0.1:8000/a/{company.id}/access/v1/evaluation" in page
    assert "Authorization: Bearer dlg_live_…" in page
    assert "Crea una chiave" in page
    english = text(owner.get(keys(company) + "?lang=en"))
    assert "No key yet" in english
    settings = owner.get(f"/a/{company.id}/settings").get_data(as_text=True)
    assert f'href="{keys(company)}"' in settings


def test_a_key_is_shown_once_and_works(
    app: Flask, owner: FlaskClient, company: Company
) -> None:
    answer = create(
        owner, company, scopes=["decide", "search"], note="prima\r\nseconda"
    )
    assert answer.status_code == 200
    assert "Copia la chiave adesso" in text(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    key = KEY.search(answer.get_data(as_text=True))[1]  # type: ignore[index]
    assert works(app, key)
    with app.app_context():
        caller = callers().caller_of(f"Bearer {key}")
    assert isinstance(caller, Caller)
    assert (caller.scopes, caller.accounts) == ({"decide", "search"}, {company.id})
    secret = key.split("_")[3]
    for address in (keys(company), page_of(company, key)):
        shown = owner.get(address)
        assert "Gestionale" in text(shown)
        assert "Chiede cosa può fare ogni utente" in text(shown)
        assert secret not in shown.get_data(as_text=True)
    assert "prima seconda" in text(owner.get(page_of(company, key)))
    assert "Chiave del servizio Gestionale creata" in text(
        owner.get(f"/a/{company.id}/history")
    )


def test_a_key_can_end_on_a_day(
    app: Flask, owner: FlaskClient, company: Company
) -> None:
    last = today() + timedelta(days=5)
    answer = create(owner, company, expires_on=last.isoformat())
    key = KEY.search(answer.get_data(as_text=True))[1]  # type: ignore[index]
    page = text(owner.get(page_of(company, key)))
    assert f"Scadenza {last:%d/%m/%Y}" in page
    assert "Scade presto" in page
    assert f"fino al {last:%d/%m/%Y}" in text(owner.get(keys(company)))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"label": "  "}, "Per quale servizio: Compila questo campo."),
        ({"label": "x" * 121}, "È troppo lungo."),
        ({"label": "a\u202eb"}, "Ci sono caratteri che non si possono mostrare."),
        ({"scopes": []}, "Scegline almeno una."),
        ({"expires_on": "1999-01-01"}, "Scegli oggi o un giorno dopo"),
        ({"expires_on": "2999-01-01"}, "Scegli un giorno entro cinque anni."),
        ({"expires_on": "ieri"}, "Questa non è una data."),
        ({"note": "x" * 501}, "Al massimo 500 caratteri."),
        ({"note": "a\u202eb"}, "Ci sono caratteri che non si possono mostrare."),
    ],
)
def test_what_does_not_fit_makes_no_key(
    app: Flask,
    owner: FlaskClient,
    company: Company,
    data: dict[str, object],
    problem: str,
) -> None:
    answer = create(owner, company, **data)
    assert answer.status_code == 422
    assert "Nessuna chiave creata" in text(answer)
    assert problem in text(answer)
    assert "dlg_live_" not in answer.get_data(as_text=True)
    assert "Ancora nessuna chiave" in text(owner.get(keys(company)))


def test_a_scope_that_is_none_makes_no_key(
    owner: FlaskClient, company: Company
) -> None:
    assert create(owner, company, scopes=["decide", "everything"]).status_code == 422


def test_with_too_many_keys_the_form_says_what_to_do(
    app: Flask,
    owner: FlaskClient,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(credentials, "MOST_KEYS", 1)
    monkeypatch.setattr(key_acts, "MOST_KEYS", 1)
    a_company_key(app, company)
    answer = create(owner, company)
    assert answer.status_code == 422
    assert "Sono già attive 1 chiavi: revocane una" in text(answer)


@pytest.mark.parametrize(("hours", "old_works"), [("24", True), ("0", False)])
def test_a_new_secret_is_shown_once_and_the_old_one_goes_on_as_chosen(
    app: Flask, owner: FlaskClient, company: Company, hours: str, old_works: bool
) -> None:
    old = a_company_key(app, company)
    address = page_of(company, old, "/secret")
    assert "Per 24 ore" in text(owner.get(address))
    answer = post(owner, address, {"keep": hours})
    new = KEY.search(answer.get_data(as_text=True))[1]  # type: ignore[index]
    assert new != old
    assert works(app, new)
    assert works(app, old) is old_works
    words = "Il segreto di prima vale fino a"
    assert (words in text(answer)) is old_works
    assert (words in text(owner.get(page_of(company, old)))) is old_works
    told = text(owner.get(f"/a/{company.id}/history"))
    assert "Segreto nuovo per la chiave del servizio Gestionale" in told


def test_a_length_that_is_none_of_those_offered_changes_nothing(
    app: Flask, owner: FlaskClient, company: Company
) -> None:
    key = a_company_key(app, company)
    answer = post(owner, page_of(company, key, "/secret"), {"keep": "99999"})
    assert answer.status_code == 422
    assert works(app, key)
    assert row_of(app, key).previous_hash is None


def test_a_key_is_restricted_and_never_widened(
    app: Flask, owner: FlaskClient, company: Company
) -> None:
    key = a_company_key(app, company, scopes=["decide", "search", "explain"])
    address = page_of(company, key, "/restrict")
    assert "Scarica i permessi di tutti" not in text(owner.get(address))
    assert post(owner, address, {"scopes": []}).status_code == 422
    wider = post(owner, address, {"scopes": ["decide", "policy:read"]})
    assert wider.status_code == 422
    assert row_of(app, key).scopes == "decide search explain"
    answer = post(owner, address, {"scopes": ["decide"]})
    assert answer.headers["Location"] == page_of(company, key)
    page = owner.get(page_of(company, key))
    assert "Chiave ristretta" in text(page)
    assert address not in page.get_data(as_text=True)  # nothing more to take away
    assert row_of(app, key).scopes == "decide"


def test_a_restriction_of_what_changed_meanwhile_says_so(
    app: Flask,
    owner: FlaskClient,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = a_company_key(app, company, scopes=["decide", "search"])

    def narrow_late(*facts: object) -> None:
        narrow(facts[0], id_of(key), ["decide"], None, "system")  # type: ignore[arg-type]
        narrow(*facts)  # type: ignore[arg-type]

    monkeypatch.setattr(key_acts, "narrow", narrow_late)
    address = page_of(company, key, "/restrict")
    answer = post(owner, address, {"scopes": ["search"]})
    assert answer.status_code == 422
    assert "La chiave è cambiata nel frattempo" in text(answer)


def test_a_revoked_key_works_nowhere_and_stays_in_the_list(
    app: Flask, owner: FlaskClient, company: Company
) -> None:
    key = a_company_key(app, company)
    assert works(app, key)
    address = page_of(company, key, "/revoke")
    assert "Non si può annullare" in text(owner.get(address))
    answer = post(owner, address, {})
    assert answer.headers["Location"] == keys(company)
    page = text(owner.get(keys(company)))
    assert "Chiave revocata: Gestionale" in page
    assert "Revocata" in page
    assert not works(app, key)
    assert owner.get(address).headers["Location"] == page_of(company, key)
    assert "Revoca la chiave" not in text(owner.get(page_of(company, key)))
    for act in ("/secret", "/restrict"):
        assert owner.get(page_of(company, key, act)).status_code == 404


@pytest.mark.parametrize("act", ["rotate", "revoke_credential"])
def test_what_was_revoked_while_the_form_was_sent_stays_so(
    app: Flask,
    owner: FlaskClient,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
) -> None:
    key = a_company_key(app, company)
    done = getattr(key_acts, act)

    def late(session: object, *facts: object) -> object:
        revoke_credential(session, id_of(key))  # type: ignore[arg-type]
        session.commit()  # type: ignore[attr-defined]
        return done(session, *facts)

    monkeypatch.setattr(key_acts, act, late)
    path = "/secret" if act == "rotate" else "/revoke"
    answer = post(owner, page_of(company, key, path), {"keep": "24"})
    assert answer.status_code == (404 if act == "rotate" else 302)
    assert not works(app, key)


def test_expired_keys_say_so_and_stand_last(
    app: Flask, owner: FlaskClient, company: Company
) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    a_company_key(app, company, label="Vecchia", expires_at=past)
    a_company_key(app, company, label="Buona")
    with app.app_context():  # the older one is made to look newer
        session = begin_write()
        soon = datetime.now(UTC) + timedelta(minutes=1)
        statement = update(Credential).where(Credential.label == "Vecchia")
        session.execute(statement.values(created_at=soon))
        session.commit()
    page = text(owner.get(keys(company)))
    assert page.index("Buona") < page.index("Vecchia")
    assert "Scaduta" in page


def test_a_long_list_has_pages(
    app: Flask,
    owner: FlaskClient,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(key_pages, "PAGE", 2)
    for number in range(5):
        a_company_key(app, company, label=f"Servizio {number}")
    first = text(owner.get(keys(company)))
    assert "1-2 di 5" in first
    assert "Servizio 4" in first
    assert "Servizio 0" not in first
    last = text(owner.get(keys(company) + "?page=99"))
    assert "5-5 di 5" in last
    assert "Servizio 0" in last


def test_keys_of_whoever_runs_delega_are_shown_and_not_managed(
    app: Flask, owner: FlaskClient, company: Company
) -> None:
    key = a_platform_key(app, company.id)
    past = datetime.now(UTC) - timedelta(minutes=1)
    gone = a_platform_key(app, company.id, expires_at=past)
    page = owner.get(keys(company))
    assert "Chiavi di chi gestisce il servizio" in text(page)
    assert text(page).count("billing") == 1
    for one in (key, gone):
        for act in ("", "/secret", "/restrict", "/revoke"):
            assert owner.get(page_of(company, one, act)).status_code == 404


def test_another_companys_keys_do_not_exist(
    app: Flask, owner: FlaskClient, company: Company
) -> None:
    other = a_company(app)
    key = a_company_key(app, other, label="Altrui")
    for act in ("", "/secret", "/restrict", "/revoke"):
        assert owner.get(page_of(company, key, act)).status_code == 404
    assert "Altrui" not in text(owner.get(keys(company)))
    assert works(app, key)


def test_who_holds_everything_but_is_not_the_owner_sees_none(
    app: Flask, company: Company
) -> None:
    _id, name = a_user(app, company, "invoicing.read", "invoicing.configure")
    client = signed_in(app, name)
    assert client.get(keys(company)).status_code == 403
    assert "Chiavi dei servizi" not in text(client.get(f"/a/{company.id}/settings"))


def test_the_password_is_asked_for_again(
    app: Flask, owner: FlaskClient, company: Company
) -> None:
    key = a_company_key(app, company)
    with app.app_context():
        session = begin_write()
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        session.execute(update(SignInSession).values(confirmed_at=long_ago))
        session.commit()
        db.session.remove()
    addresses = [keys(company), keys(company, "/new")]
    addresses += [page_of(company, key, a) for a in ("", "/secret", "/restrict")]
    for address in (*addresses, page_of(company, key, "/revoke")):
        answer = owner.get(address)
        assert answer.status_code == 302, address
        assert "/confirm" in answer.headers["Location"]


def test_after_the_end_keys_are_ended_and_not_made(app: Flask) -> None:
    company = a_company(app, ends_on=today() - timedelta(days=30))
    key = a_company_key(app, company)
    owner = signed_in(app, company.owner_name)
    page = owner.get(keys(company)).get_data(as_text=True)
    assert keys(company, "/new") not in page
    assert 'aria-disabled="true"' in page
    assert owner.get(keys(company, "/new")).status_code == 403
    post(owner, page_of(company, key, "/revoke"), {})
    assert not works(app, key)
