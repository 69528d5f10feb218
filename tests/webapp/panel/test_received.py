"""Received invoices: importing, reading, the IBAN that is not the known one."""

import os
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Company, a_company, a_user, csrf_token, signed_in
from tests.webapp.panel.browsing import (
    EDIT,
    IBAN,
    OTHER_IBAN,
    READ,
    Browser,
    account_row,
    add_contact,
    page,
    rows,
    sample,
    send_form,
    set_account,
    upload,
    words,
)
from webapp.extensions import begin_write
from webapp.i18n import today
from webapp.panel.fatturapa import check, read
from webapp.panel.tables import Bank, Contact, Invoice, StoredFile

ARGILLE = ("argille.xml", sample("received-argille.xml"))
SUPPLIER = {"name": "Argille del Lamone S.n.c.", "vat": "IT03918207402"}


@pytest.fixture
def received(company: Company) -> str:
    return f"/a/{company.id}/received"


@pytest.mark.parametrize("edition", ["FE", "SR"])
def test_an_imported_invoice_is_read_and_downloaded_byte_for_byte(
    app: Flask, edition: str
) -> None:
    company = a_company(app, edition=edition)
    client, base = signed_in(app, company.owner_name), f"/a/{company.id}/received"
    assert "Nessuna fattura ricevuta" in page(client, base)
    assert upload(client, f"{base}/import", ARGILLE).status_code == 302
    (invoice,) = rows(app, Invoice)
    listed = page(client, base)
    assert "Argille del Lamone" in listed
    assert "Nuova" in listed
    text = words(page(client, f"{base}/{invoice.id}"))
    for shown in ("Fornitore", "P. IVA IT03918207402", "Totale", "Importata da Marta"):
        assert shown in text
    assert client.get(f"{base}/{invoice.id}/xml").data == ARGILLE[1]
    assert account_row(app, company).used_bytes == len(ARGILLE[1])
    assert not rows(app, Bank)


def test_the_same_invoice_is_imported_once(
    app: Flask, owner: FlaskClient, received: str
) -> None:
    assert upload(owner, f"{received}/import", ARGILLE).status_code == 302
    again = upload(owner, f"{received}/import", ("copia.xml", ARGILLE[1]))
    assert again.status_code == 422
    assert "c’è già" in words(again.get_data(as_text=True))
    assert len(rows(app, Invoice)) == len(rows(app, StoredFile)) == 1


def test_an_invoice_to_somebody_else_is_refused(
    app: Flask, owner: FlaskClient, received: str
) -> None:
    answer = upload(owner, f"{received}/import", ("a.xml", sample("ordinary.xml")))
    assert answer.status_code == 422
    assert "Trattoria del Borgo" in answer.get_data(as_text=True)
    assert not rows(app, Invoice)


def test_an_import_that_does_not_fit_is_refused(
    app: Flask, company: Company, owner: FlaskClient, received: str
) -> None:
    set_account(app, company, space_bytes=10)
    assert upload(owner, f"{received}/import", ARGILLE).status_code == 422
    assert not rows(app, StoredFile)


def test_an_invoice_is_marked_as_read_once(
    app: Flask, owner: FlaskClient, browser: Browser, received: str
) -> None:
    upload(owner, f"{received}/import", ARGILLE)
    (invoice,) = rows(app, Invoice)
    address, reader = f"{received}/{invoice.id}", browser(*READ)
    assert "Segna come letta" in page(reader, address)
    assert rows(app, Invoice)[0].read_at is None
    for _time in range(2):
        assert send_form(reader, f"{address}/read", {}, received).status_code == 302
    html = page(reader, address)
    assert "Segna come letta" not in html
    assert words(html).count("Letta da Anna Ricci") == 1
    assert "Letta" in page(reader, received)


def test_another_iban_than_the_one_on_record_warns(
    app: Flask, company: Company, owner: FlaskClient, received: str
) -> None:
    asked = read(ARGILLE[1], "").documents[0].payments[0].iban
    known = IBAN if asked != IBAN else OTHER_IBAN
    add_contact(app, company, "supplier", **SUPPLIER, iban=known)
    upload(owner, f"{received}/import", ARGILLE)
    (invoice,) = rows(app, Invoice)
    text = words(page(owner, f"{received}/{invoice.id}"))
    assert (
        "IBAN è diverso" in text or "Different IBAN" in text or "IBAN diverso" in text
    )
    assert "Modifica banche" in text
    assert "IBAN diverso" in page(owner, received)
    assert "ha un altro IBAN" in words(page(owner, f"/a/{company.id}/"))


def test_the_iban_on_record_warns_of_nothing(
    app: Flask, company: Company, owner: FlaskClient, received: str
) -> None:
    asked = read(ARGILLE[1], "").documents[0].payments[0].iban
    add_contact(app, company, "supplier", **SUPPLIER, iban=asked)
    upload(owner, f"{received}/import", ARGILLE)
    assert "IBAN diverso" not in page(owner, received)
    assert "ha un altro IBAN" not in page(owner, f"/a/{company.id}/")


def test_received_invoices_are_searched_by_name_and_number(
    owner: FlaskClient, received: str
) -> None:
    upload(owner, f"{received}/import", ARGILLE)
    number = read(ARGILLE[1], "").documents[0].number
    assert "Argille" in page(owner, f"{received}?q={number}")
    assert "Nessun risultato" in page(owner, f"{received}?q=mela")


def test_a_reader_can_not_import(browser: Browser, received: str) -> None:
    client = browser(*READ)
    assert "/import" not in page(client, received)
    page(client, f"{received}/import", 403)


def test_sent_and_received_are_two_archives(
    app: Flask, company: Company, owner: FlaskClient, received: str
) -> None:
    upload(owner, f"{received}/import", ARGILLE)
    (invoice,) = rows(app, Invoice)
    assert "Nessuna fattura inviata" in page(owner, f"/a/{company.id}/sent")
    page(owner, f"/a/{company.id}/sent/{invoice.id}", 404)
    page(owner, f"/a/{company.id}/sent/{invoice.id}/xml", 404)


def test_an_invoice_of_another_company_does_not_exist(
    app: Flask, owner: FlaskClient, browser: Browser, received: str
) -> None:
    upload(owner, f"{received}/import", ARGILLE)
    (invoice,) = rows(app, Invoice)
    other = a_company(app, name="Altra S.r.l.")
    stranger = signed_in(app, other.owner_name)
    for path in (f"/{invoice.id}", f"/{invoice.id}/xml"):
        page(stranger, f"/a/{other.id}/received{path}", 404)
        page(stranger, f"{received}{path}", 404)
    forged = f"/a/{other.id}/received/{invoice.id}/read"
    form = f"/a/{other.id}/received/import"
    assert send_form(stranger, forged, {}, form).status_code == 404
    assert rows(app, Invoice)[0].read_at is None


def test_an_editor_of_a_reception_account_imports(app: Flask) -> None:
    company = a_company(app, edition="SR")
    from tests.builders import a_user

    client = signed_in(app, a_user(app, company, *EDIT)[1])
    assert (
        upload(client, f"/a/{company.id}/received/import", ARGILLE).status_code == 302
    )


@pytest.mark.skipif("DELEGA_SAMPLES" not in os.environ, reason="no folder of samples")
def test_every_sample_of_the_field_is_taken_by_its_own_buyer(app: Flask) -> None:
    for path in sorted(Path(os.environ["DELEGA_SAMPLES"]).glob("*.xml")):
        data = path.read_bytes()
        file = read(data, path.name)
        if any(found.is_error for found in check(file, today=today())):
            continue
        buyer = file.buyer
        facts = {"vat": buyer.vat or "", "tax_code": buyer.tax_code or ""}
        company = a_company(app, name=buyer.name, edition="SR", **facts)
        client, base = signed_in(app, company.owner_name), f"/a/{company.id}/received"
        answer = upload(client, f"{base}/import", (path.name, data))
        assert answer.status_code == 302, path.name
        for invoice in rows(app, Invoice, account_id=company.id):
            assert invoice.number in page(client, f"{base}/{invoice.id}")
            assert client.get(f"{base}/{invoice.id}/xml").data == data


def test_what_ties_a_supplier_to_its_iban_needs_the_banks_permission(
    app: Flask,
) -> None:
    company = a_company(app)
    _identity, name = a_user(app, company, "invoicing.read", "invoicing.create_edit")
    with app.app_context():
        session = begin_write(company.id)
        for number, iban in enumerate(("", "IT60B0854223700000000074318")):
            session.add(
                Contact(
                    account_id=company.id,
                    id=f"co_{number}",
                    kind="supplier",
                    name="Argille",
                    folded="argille",
                    vat="IT03918207402",
                    iban=iban,
                    version=1,
                )
            )
        session.commit()
    client = signed_in(app, name)
    base = f"/a/{company.id}/suppliers/co_"
    for number, expected in (("0", 302), ("1", 403)):
        for action, data in (
            ("edit", {"name": "Argille", "vat": "IT00743110157", "country": "IT"}),
            ("delete", {}),
        ):
            page = client.get(f"{base}{number}/{action}").get_data(as_text=True)
            version = re.search(r'name="version"[^>]*value="(\d+)"', page)
            assert version
            answer = client.post(
                f"{base}{number}/{action}",
                data={**data, "version": version[1], "csrf_token": csrf_token(page)},
            )
            assert answer.status_code == expected, (number, action)
    html = client.get(f"/a/{company.id}/suppliers").get_data(as_text=True)
    assert html.count("Argille") >= 1


@pytest.mark.parametrize("code", ["IT03918207402", "03918207402"])
def test_a_supplier_is_known_with_and_without_its_country(code: str) -> None:
    from types import SimpleNamespace

    from webapp.panel.invoices.listed import differing

    invoice = SimpleNamespace(
        direction="received", counterparty_vat=code, ibans="IT60X0542811101000000123456"
    )
    known = {"03918207402": ("IT60B0854223700000000074318", None)}
    assert differing(invoice, known) is not None  # type: ignore[arg-type]
