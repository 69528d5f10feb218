"""Keys of whoever runs Delega: for all companies or for some; and any key's end."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.builders import Company, a_company, post, signed_in
from tests.webapp.decisions.test_owner_pages import KEY, text, works
from tests.webapp.decisions.world import (
    a_company_key,
    a_platform_key,
    id_of,
    row_of,
)
from tests.webapp.operator.world import NAME, an_operator
from webapp.decisions import key_acts
from webapp.decisions.callers import Caller, callers
from webapp.extensions import begin_write, db
from webapp.operator.people import remove_operator
from webapp.tables import Credential

KEYS = "/operator/keys"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    an_operator(app)
    return signed_in(app, NAME)


def page_of(key: str, act: str = "") -> str:
    return f"{KEYS}/{id_of(key).removeprefix('k_')}{act}"


def create(client: FlaskClient, **data: object) -> TestResponse:
    told = {"label": "Portale", "scopes": ["decide"], "about": "named", **data}
    return post(client, f"{KEYS}/new", told)


def made(app: Flask, answer: TestResponse) -> Caller:
    key = KEY.search(answer.get_data(as_text=True))
    assert key, text(answer)
    with app.app_context():
        caller = callers().caller_of(f"Bearer {key[1]}")
    assert isinstance(caller, Caller)
    return caller


def test_the_pages_know_each_other(client: FlaskClient) -> None:
    for address in ("/operator/", KEYS):
        page = text(client.get(address))
        assert "Pagamenti" in page
        assert "Chiavi dei servizi" in page
    current = client.get(KEYS).get_data(as_text=True)
    assert re.search(r'href="/operator/keys" aria-current="page"', current)
    assert '"context": {"account": "a_…"}' in text(client.get(KEYS))


def test_a_key_for_all_companies(app: Flask, client: FlaskClient) -> None:
    answer = create(client, about="every")
    assert made(app, answer).accounts is None
    assert "Tutte le aziende" in text(client.get(KEYS))


def test_a_key_for_companies_named_by_id_or_vat_number(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    other = a_company(app, name="Officina Ferri", vat="IT07643520567")
    named = f"{company.id}\n07643520567\n{company.id}"
    caller = made(app, create(client, companies=named))
    assert caller.accounts == {company.id, other.id}
    assert "Officina Ferri" in text(client.get(KEYS))


def test_many_companies_are_counted(app: Flask, client: FlaskClient) -> None:
    companies = [a_company(app, name=f"Azienda {n}") for n in range(5)]
    create(client, companies=" ".join(one.id for one in companies))
    page = text(client.get(KEYS))
    assert "Azienda 0, Azienda 1, e altre 3" in page


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "Indica almeno un’azienda."),
        ({"companies": "a_nothing"}, "Non c’è un’azienda a_nothing."),
        ({"companies": "a_1", "about": "every"}, "Lascia vuoto"),
        ({"label": ""}, "Compila questo campo."),
    ],
)
def test_what_does_not_fit_makes_no_key(
    client: FlaskClient, data: dict[str, object], problem: str
) -> None:
    answer = create(client, **data)
    assert answer.status_code == 422
    assert problem in text(answer)
    assert "Ancora nessuna chiave" in text(client.get(KEYS))


def test_companies_are_taken_away_one_by_one(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    other = a_company(app, name="Officina Ferri")
    key = a_platform_key(app, company.id, other.id)
    address = page_of(key, "/restrict")
    data = {"scopes": ["decide"], "companies": [other.id]}
    assert post(client, address, data).status_code == 302
    page = text(client.get(page_of(key)))
    assert "Officina Ferri" in page
    assert "Ceramiche Bellandi" not in page
    assert f"/a/{other.id}/access/v1/evaluation" in page
    with app.app_context():
        caller = callers().caller_of(f"Bearer {key}")
    assert isinstance(caller, Caller)
    assert caller.accounts == {other.id}


def test_a_new_secret_and_an_end(app: Flask, client: FlaskClient) -> None:
    key = a_platform_key(app)
    answer = post(client, page_of(key, "/secret"), {"keep": "0"})
    assert made(app, answer).id == id_of(key)
    assert not works(app, key)
    post(client, page_of(key, "/revoke"), {})
    assert "Revocata" in text(client.get(page_of(key)))


def test_a_companys_key_that_leaked_is_found_by_its_id_and_only_ended(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    key = a_company_key(app, company)
    for wanted in (id_of(key), id_of(key).removeprefix("k_")):
        answer = client.get(KEYS, query_string={"id": wanted})
        assert answer.headers["Location"] == page_of(key)
    page = client.get(page_of(key)).get_data(as_text=True)
    assert page_of(key, "/revoke") in page
    assert page_of(key, "/secret") not in page
    assert client.get(page_of(key, "/secret")).status_code == 404
    assert client.get(page_of(key, "/restrict")).status_code == 404
    post(client, page_of(key, "/revoke"), {})
    assert not works(app, key)
    assert row_of(app, key).revoked_at
    owner = signed_in(app, company.owner_name)
    told = text(owner.get(f"/a/{company.id}/history"))
    assert "Chiave del servizio Gestionale revocata" in told
    assert "Paola Neri" in told


def test_an_id_of_no_key_says_so(client: FlaskClient) -> None:
    client.get(KEYS, query_string={"id": "k_nobody"})
    assert "Non c’è una chiave con questo identificativo." in text(client.get(KEYS))
    assert client.get(f"{KEYS}/nobody").status_code == 404


def test_who_was_removed_meanwhile_makes_none(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove_first(*_facts: object) -> tuple[str, ...]:
        session = begin_write()
        remove_operator(session, NAME)
        session.commit()
        return ()

    monkeypatch.setattr(key_acts, "_accounts", remove_first)
    assert create(client, about="every").status_code == 404
    with app.app_context():
        count = select(func.count()).select_from(Credential)
        assert db.session.scalar(count) == 0
