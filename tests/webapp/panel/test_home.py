"""The first page: who sees what of it."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authz import State
from tests.builders import Company, a_company, a_user, signed_in
from tests.webapp.panel.browsing import (
    EDIT,
    READ,
    Browser,
    an_invoice,
    page,
    send_form,
    set_account,
    words,
)
from webapp.i18n import today
from webapp.panel.home.views import greeting


@pytest.mark.parametrize(
    ("hour", "words_said"),
    [(8, "Buongiorno"), (14, "Buon pomeriggio"), (21, "Buonasera")],
)
def test_people_are_greeted_by_the_hour(app: Flask, hour: int, words_said: str) -> None:
    with app.test_request_context("/?lang=it"):
        assert greeting("Marta Bellandi", hour) == f"{words_said}, Marta"


def test_the_owner_sees_drafts_service_and_seats(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    a_user(app, company, *READ)
    a_user(app, company, *READ, state=State.INVITED)
    send_form(owner, f"/a/{company.id}/drafts/new", an_invoice())
    text = words(page(owner, f"/a/{company.id}/"))
    for shown in (
        ", Marta",
        "Hotel Corona S.p.A.",
        "Bozza 1, di Marta Bellandi",
        "tra 110 giorni",
        "1 di 5",
        "3 posti liberi",
        "Gestisci utenti",
        "Aggiungi",
        "Crea fattura",
        "Fatturazione Elettronica",
    ):
        assert shown in text, text


def test_a_reader_sees_no_button_and_does_not_manage_users(
    company: Company, browser: Browser
) -> None:
    html = page(browser(*READ), f"/a/{company.id}/")
    main = html[html.index("<main") :]
    for absent in ("Gestisci utenti", "Aggiungi", "Crea fattura", "Carica fatture"):
        assert absent not in main
    assert "0 di 5" in words(html) or "1 di 5" in words(html)


def test_whom_nothing_is_granted_gets_a_calm_page(app: Flask, company: Company) -> None:
    client = signed_in(app, a_user(app, company)[1])
    text = words(page(client, f"/a/{company.id}/"))
    assert "Non hai ancora nessun permesso" in text
    assert "Marta Bellandi" in text
    page(client, f"/a/{company.id}/drafts", 403)


def test_after_the_ninetieth_day_even_the_owner_reads_why(app: Flask) -> None:
    company = a_company(app, ends_on=today() - timedelta(days=91))
    text = words(page(signed_in(app, company.owner_name), f"/a/{company.id}/"))
    assert "scaduto" in text
    assert "assistenza" in text


def test_in_the_ninety_days_buttons_stay_and_say_why(app: Flask) -> None:
    company = a_company(app, ends_on=today() - timedelta(days=10))
    client = signed_in(app, company.owner_name)
    html = page(client, f"/a/{company.id}/")
    text = words(html)
    assert "Scaduto" in text
    assert 'aria-disabled="true"' in html
    assert "si può solo vedere e scaricare" in text
    page(client, f"/a/{company.id}/drafts/new", 403)
    assert 'aria-disabled="true"' in page(client, f"/a/{company.id}/customers")


def test_near_the_end_the_box_warns(app: Flask) -> None:
    company = a_company(app, ends_on=today() + timedelta(days=30))
    client = signed_in(app, company.owner_name)
    assert "Scade presto" in page(client, f"/a/{company.id}/")


def test_a_reception_account_offers_the_import_and_no_drafts(app: Flask) -> None:
    company = a_company(app, edition="SR")
    client = signed_in(app, a_user(app, company, *EDIT)[1])
    text = words(page(client, f"/a/{company.id}/"))
    assert "Solo Ricezione" in text
    assert "Importa fatture" in text
    assert "Bozze" not in text


def test_a_nearly_full_space_is_shown(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    for used, tone in ((0, ""), (800_000_000, "warn"), (1_000_000_000, "bad")):
        set_account(app, company, used_bytes=used)
        html = page(owner, f"/a/{company.id}/")
        assert (f"meter-fill-{tone}" in html) is bool(tone)
    set_account(app, company, space_bytes=0)
    assert "0 kB" in page(owner, f"/a/{company.id}/")


def test_somebody_elses_home_does_not_exist(app: Flask, owner: FlaskClient) -> None:
    other = a_company(app, name="Altra S.r.l.")
    page(owner, f"/a/{other.id}/", 404)


def test_every_page_speaks_english_too(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    base = f"/a/{company.id}"
    send_form(owner, f"{base}/drafts/new", an_invoice())
    page(owner, f"{base}/?lang=en")
    for path in ("", "drafts", "uploads", "received", "customers", "banks", "settings"):
        html = page(owner, f"{base}/{path}")
        assert '<html lang="en">' in html
        assert "Fatture" not in words(html)
