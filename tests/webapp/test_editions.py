"""An account that only receives sees nothing of sending, banks and modules."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authz import default_folder, read_folder
from tests.builders import Company, a_company, a_user, signed_in
from webapp.editions import actions_of, presets_of, works_in

RELEASE = read_folder(default_folder())
#: Words of what only the other edition has.
FOREIGN = re.compile(
    r"Invio a SdI|Modifica banche|IBAN|[Bb]ozz|sezionali|Contabilità|Ordini elettr"
    r"|Fatturazione e invio|Incassi|DDT|Email inviate|regime fiscale|WooCommerce"
)


@pytest.fixture
def receiving(app: Flask) -> Company:
    return a_company(app, edition="SR")


@pytest.fixture
def owner(app: Flask, receiving: Company) -> FlaskClient:
    return signed_in(app, receiving.owner_name)


def words(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    body = answer.get_data(as_text=True).partition("<main")[2].partition("</main")[0]
    return unescape(re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize(
    "page",
    [
        "settings/users",
        "settings/users/new",
        "settings/users/{user}",
        "settings/users/{user}/permissions",
        "settings/users/{user}/why",
        "help/permissions",
        "help/users",
        "why",
        "customer",
        "customer/cart",
        "customer/renew",
        "",
    ],
)
def test_no_page_speaks_of_what_the_edition_lacks(
    app: Flask, receiving: Company, owner: FlaskClient, page: str
) -> None:
    user, _name = a_user(app, receiving, "invoicing.read", "invoicing.create_edit")
    text = words(owner, f"/a/{receiving.id}/{page.format(user=user)}")
    assert FOREIGN.findall(text) == []


def test_the_guide_says_where_its_pictures_come_from(
    app: Flask, company: Company, receiving: Company, owner: FlaskClient
) -> None:
    said = "Le figure vengono da un’azienda che invia anche fatture"
    assert said in words(owner, f"/a/{receiving.id}/help/users")
    other = signed_in(app, company.owner_name)
    assert said not in words(other, f"/a/{company.id}/help/users")


def test_the_ready_made_roles_are_those_that_differ_there(
    app: Flask, receiving: Company, owner: FlaskClient
) -> None:
    assert presets_of(RELEASE, "SR") == [
        "role.read_only",
        "role.invoicing",
        "role.settings",
    ]
    assert len(presets_of(RELEASE, "FE")) == 5
    text = words(owner, f"/a/{receiving.id}/settings/users/new")
    for name in ("Sola lettura", "Ricezione", "Impostazioni"):
        assert name in text


def test_a_user_reads_the_role_in_the_words_of_the_edition(
    app: Flask, receiving: Company, owner: FlaskClient
) -> None:
    user, name = a_user(app, receiving, "invoicing.read", "invoicing.create_edit")
    text = words(owner, f"/a/{receiving.id}/settings/users")
    assert "Importa le fatture ricevute e tiene l’agenda" in text
    page = signed_in(app, name).get(f"/a/{receiving.id}/").get_data(as_text=True)
    assert "Ricezione, " in page
    detail = words(owner, f"/a/{receiving.id}/settings/users/{user}")
    assert "ne segna la data di ricezione" in detail


def test_the_other_edition_keeps_the_words_of_the_release(
    app: Flask, company: Company
) -> None:
    client = signed_in(app, company.owner_name)
    text = words(client, f"/a/{company.id}/help/permissions")
    for name in ("invoicing.create_edit", "invoicing.send_sdi", "orders.read"):
        assert RELEASE.permissions[name].detail("it") in text


def test_every_action_of_an_edition_has_a_service_that_runs_there() -> None:
    receiving = {action.key for action in actions_of(RELEASE, "SR")}
    everything = {action.key for action in actions_of(RELEASE, "FE")}
    assert receiving < everything
    assert len(everything) == len(RELEASE.catalogue.actions)
    assert works_in("SR", "reception:change")
    assert not works_in("SR", "invoicing:view")
