"""Looking for an action to ask about: by module, by words, in the account's edition."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Company, a_company, a_user, signed_in
from webapp.review.finding import LONGEST

OPTION = re.compile(r'<option value="(\w+\.\w+)"( selected)?>([^<]*)')


@pytest.fixture
def owner(app: Flask, company: Company) -> FlaskClient:
    return signed_in(app, company.owner_name)


def page(client: FlaskClient, company: Company, query: str = "") -> str:
    answer = client.get(f"/a/{company.id}/why{query}")
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def modules(html: str) -> list[str]:
    return re.findall(r'<optgroup label="([^"]+)"', html)


def keys(html: str) -> list[str]:
    return [key for key, _chosen, _label in OPTION.findall(html)]


def test_all_of_an_edition_stand_under_their_modules_by_name(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    html = page(owner, company)
    assert modules(html)[:4] == [
        "Azienda e utenti",
        "Fatturazione",
        "Documenti",
        "Incassi e pagamenti",
    ]
    everything = app.extensions["delega_enforcer"].release().catalogue.actions
    assert sorted(keys(html)) == sorted(action.key for action in everything)
    for group in re.findall("<optgroup.*?</optgroup>", html, re.DOTALL):
        labels = [label.casefold() for _key, _chosen, label in OPTION.findall(group)]
        assert labels == sorted(labels)
    assert [key for key, chosen, _label in OPTION.findall(html) if chosen] == [
        "draft.send"
    ]


def test_words_in_either_language_narrow_the_list(
    company: Company, owner: FlaskClient
) -> None:
    for words in ("fatturazione+sdi+invio", "send+draft", "INVIA%20sdi%20fatture"):
        html = page(owner, company, f"?search=1&q={words}")
        assert "draft.send" in keys(html), words
        assert len(keys(html)) < 20, words
    html = page(owner, company, "?search=1&q=iban")
    assert f"Trovate: {len(keys(html))}. Scegline una qui sotto." in html
    assert "bank.update_iban" in keys(html)


def test_a_search_asks_nothing_yet_and_keeps_who_and_what_was_typed(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    user, _name = a_user(app, company, "invoicing.read")
    query = f"?user={user}&q=iban&search=1&action=draft.send"
    html = page(owner, company, query)
    assert f'<option value="{user}" selected>' in html
    assert 'name="q" value="iban"' in html
    asked = owner.get(f"/a/{company.id}/why?user={user}&q=iban&action=bank.update_iban")
    assert asked.headers["Location"].endswith(f"{user}/why?action=bank.update_iban")


def test_what_is_called_nothing_shows_everything_and_says_so(
    company: Company, owner: FlaskClient
) -> None:
    html = page(owner, company, "?search=1&q=xyzzy+%3Cb%3E")
    assert "Niente si chiama “xyzzy <b>”: ecco tutto." in html
    assert len(keys(html)) > 200
    long = page(owner, company, f"?search=1&q={'x' * 10_000}")
    assert "x" * (LONGEST + 1) not in long


def test_an_account_that_only_receives_is_offered_nothing_else(app: Flask) -> None:
    company = a_company(app, edition="SR")
    owner = signed_in(app, company.owner_name)
    html = page(owner, company)
    assert modules(html) == ["Azienda e utenti", "Fatturazione"]
    assert not {"draft.send", "bank.create", "quote.create"} & set(keys(html))
    assert "received_invoice.import" in keys(html)
    assert [key for key, chosen, _label in OPTION.findall(html) if chosen] == [
        "received_invoice.import"
    ]
    user, _name = a_user(app, company, "invoicing.read")
    answer = owner.get(f"/a/{company.id}/settings/users/{user}/why")
    assert "Importa fatture ricevute" in answer.get_data(as_text=True)
    assert "draft.send" not in answer.get_data(as_text=True)


def test_the_answer_offers_another_question_and_the_way_to_the_search(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    user, _name = a_user(app, company, "invoicing.read")
    answer = owner.get(f"/a/{company.id}/settings/users/{user}/why?action=bank.create")
    html = answer.get_data(as_text=True)
    assert len(modules(html)) > 4
    assert f'href="/a/{company.id}/why?user={user}"' in html
