"""Uploading own invoices: to drafts, or straight to SdI."""

import os
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Company, a_company, signed_in
from tests.webapp.panel.browsing import (
    BANKS,
    EDIT,
    IBAN,
    OTHER_IBAN,
    READ,
    SEND,
    Browser,
    account_row,
    add_bank,
    page,
    rows,
    sample,
    send_form,
    set_account,
    upload,
    words,
)
from webapp.i18n import today
from webapp.panel.fatturapa import check, read
from webapp.panel.tables import Bank, Draft, Invoice, OutboxFile, StoredFile
from webapp.panel.uploads.incoming import clean_name

ORDINARY = ("vaso.xml", sample("ordinary.xml"))


@pytest.fixture
def uploads(company: Company) -> str:
    return f"/a/{company.id}/uploads"


def nothing_stored(app: Flask, company: Company) -> bool:
    tables = (Draft, Invoice, StoredFile, Bank, OutboxFile)
    return account_row(app, company).used_bytes == 0 and not any(
        rows(app, table) for table in tables
    )


@pytest.mark.parametrize(
    "name",
    [
        "ordinary.xml",
        "credit-note.xml",
        "public-administration.xml",
        "simplified.xml",
        "two-bodies.xml",
        "windows-1252.xml",
    ],
)
def test_an_uploaded_file_is_a_draft_and_comes_back_byte_for_byte(
    app: Flask, company: Company, owner: FlaskClient, uploads: str, name: str
) -> None:
    answer = upload(owner, uploads, (name, sample(name)))
    assert answer.status_code == 302, words(answer.get_data(as_text=True))
    (draft,) = rows(app, Draft)
    html = page(owner, f"/a/{company.id}/drafts/{draft.id}")
    assert draft.customer in words(html)
    back = owner.get(f"/a/{company.id}/drafts/{draft.id}/file")
    assert back.data == sample(name)
    assert back.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert back.headers["X-Content-Type-Options"] == "nosniff"
    assert account_row(app, company).used_bytes == len(sample(name))


def test_several_files_are_stored_together(
    app: Flask, owner: FlaskClient, uploads: str
) -> None:
    answer = upload(owner, uploads, ORDINARY, ("nota.xml", sample("credit-note.xml")))
    assert answer.status_code == 302
    assert {draft.kind for draft in rows(app, Draft)} == {"TD01", "TD04"}


def test_one_bad_file_and_nothing_of_the_request_is_stored(
    app: Flask, company: Company, owner: FlaskClient, uploads: str
) -> None:
    bad = sample("ordinary.xml").replace(b"<Quantita>", b"<Quantita>9")
    answer = upload(owner, uploads, ORDINARY, ("storta.xml", bad))
    assert answer.status_code == 422
    text = words(answer.get_data(as_text=True))
    assert re.search(r"storta\.xml, riga \d+, FatturaElettronicaBody\[1\]", text)
    assert nothing_stored(app, company)


@pytest.mark.parametrize("data", [b"", b"<a/>", b"\0" * 50, b"%PDF-1.7", b"PK\3\4"])
def test_what_is_no_invoice_is_refused_with_its_name(
    app: Flask, company: Company, owner: FlaskClient, uploads: str, data: bytes
) -> None:
    answer = upload(owner, uploads, ("qualcosa.xml", data))
    assert answer.status_code == 422
    assert "qualcosa.xml" in answer.get_data(as_text=True)
    assert nothing_stored(app, company)


def test_choosing_no_file_says_so(owner: FlaskClient, uploads: str) -> None:
    answer = send_form(owner, uploads, {"save": "1"})
    assert answer.status_code == 422
    assert "Scegli" in answer.get_data(as_text=True)


def test_an_invoice_of_another_seller_is_refused(
    app: Flask, company: Company, owner: FlaskClient, uploads: str
) -> None:
    answer = upload(owner, uploads, ("argille.xml", sample("received-argille.xml")))
    assert answer.status_code == 422
    assert "Argille del Lamone" in answer.get_data(as_text=True)
    assert nothing_stored(app, company)


def test_the_same_invoice_comes_in_once(
    app: Flask, owner: FlaskClient, uploads: str
) -> None:
    assert upload(owner, uploads, ORDINARY).status_code == 302
    assert upload(owner, uploads, ("altro.xml", ORDINARY[1])).status_code == 422
    assert len(rows(app, Draft)) == 1


def test_the_same_invoice_twice_in_one_request_is_refused(
    app: Flask, company: Company, owner: FlaskClient, uploads: str
) -> None:
    answer = upload(owner, uploads, ORDINARY, ("copia.xml", ORDINARY[1]))
    assert answer.status_code == 422
    assert nothing_stored(app, company)


def test_a_deleted_draft_gives_number_and_space_back(
    app: Flask, company: Company, owner: FlaskClient, uploads: str
) -> None:
    upload(owner, uploads, ORDINARY)
    (draft,) = rows(app, Draft)
    address = f"/a/{company.id}/drafts/{draft.id}/delete"
    assert send_form(owner, address, {"version": "1"}).status_code == 302
    assert account_row(app, company).used_bytes == 0
    assert not rows(app, StoredFile)
    assert upload(owner, uploads, ORDINARY).status_code == 302


def test_an_unknown_iban_needs_modifica_banche(
    app: Flask, company: Company, browser: Browser, uploads: str
) -> None:
    answer = upload(browser(*EDIT), uploads, ORDINARY)
    assert answer.status_code == 403
    text = words(answer.get_data(as_text=True))
    assert "IT26 J062 7013 100C C027 0041 755" in text
    assert "Modifica banche" in text
    assert nothing_stored(app, company)


def test_an_unknown_iban_becomes_a_bank_named_as_in_the_file(
    app: Flask, browser: Browser, uploads: str
) -> None:
    assert upload(browser(*BANKS), uploads, ORDINARY).status_code == 302
    (bank,) = rows(app, Bank)
    payment = read(ORDINARY[1], "").documents[0].payments[0]
    assert (bank.iban, bank.name) == (IBAN, payment.bank_name)


def test_a_known_iban_needs_nothing_more(
    app: Flask, company: Company, browser: Browser, uploads: str
) -> None:
    add_bank(app, company)
    assert upload(browser(*EDIT), uploads, ORDINARY).status_code == 302
    assert len(rows(app, Bank)) == 1


def test_a_wrong_iban_is_never_stored_as_a_bank(
    app: Flask, company: Company, owner: FlaskClient, uploads: str
) -> None:
    bad = ORDINARY[1].replace(b"IT26J", b"IT27J")
    assert upload(owner, uploads, ("vaso.xml", bad)).status_code == 422
    assert nothing_stored(app, company)


def test_upload_and_send_is_refused_without_invio_a_sdi(
    app: Flask, company: Company, browser: Browser, uploads: str
) -> None:
    client = browser(*BANKS)
    assert "Carica e invia" not in page(client, uploads)
    assert upload(client, uploads, ORDINARY, button="send").status_code == 403
    assert nothing_stored(app, company)


def test_upload_and_send_numbers_the_file_and_hands_it_to_the_channel(
    app: Flask, company: Company, browser: Browser, uploads: str
) -> None:
    add_bank(app, company)
    client = browser(*SEND)
    assert "Carica e invia" in page(client, uploads)
    answer = upload(client, uploads, ORDINARY, button="send")
    assert answer.status_code == 302, words(answer.get_data(as_text=True))
    (invoice,) = rows(app, Invoice)
    assert not rows(app, Draft)
    folder = Path(app.config["DELEGA"].outbox_folder) / company.id
    (path,) = folder.iterdir()
    assert path.name == "IT01879020517_00001.xml"
    sent, before = read(path.read_bytes(), path.name), read(ORDINARY[1], "")
    assert sent.transmission.progressive == "00001"
    assert sent.documents == before.documents
    assert sent.seller == before.seller
    assert invoice.number == before.documents[0].number
    assert account_row(app, company).used_bytes == path.stat().st_size


def test_a_file_with_two_invoices_is_sent_as_one_file(
    app: Flask, company: Company, owner: FlaskClient, uploads: str
) -> None:
    answer = upload(
        owner, uploads, ("due.xml", sample("two-bodies.xml")), button="send"
    )
    assert answer.status_code == 302, words(answer.get_data(as_text=True))
    first, second = sorted(rows(app, Invoice), key=lambda each: each.position)
    assert first.file_id == second.file_id
    assert first.number != second.number
    for each in (first, second):
        assert each.number in page(owner, f"/a/{company.id}/sent/{each.id}")
    assert len(rows(app, OutboxFile)) == 1


def test_a_file_that_can_not_be_sent_is_not_stored_either(
    app: Flask, company: Company, owner: FlaskClient, uploads: str
) -> None:
    bad = ORDINARY[1].replace(b"M5UXCR1", b"M5UXCR")
    answer = upload(owner, uploads, ("vaso.xml", bad), button="send")
    assert answer.status_code == 422
    assert nothing_stored(app, company)


def test_what_does_not_fit_in_the_space_is_refused_with_the_figures(
    app: Flask, owner: FlaskClient, company: Company, uploads: str
) -> None:
    set_account(app, company, space_bytes=len(ORDINARY[1]) - 1)
    answer = upload(owner, uploads, ORDINARY)
    assert answer.status_code == 422
    assert "Lo spazio non basta" in words(answer.get_data(as_text=True))
    assert nothing_stored(app, company)


def test_a_reader_has_no_upload_page(browser: Browser, uploads: str) -> None:
    page(browser(*READ), uploads, 403)


def test_a_reception_account_has_no_upload_page(app: Flask) -> None:
    company = a_company(app, edition="SR")
    page(signed_in(app, company.owner_name), f"/a/{company.id}/uploads", 403)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("..\\..\\fattura.xml", "fattura.xml"),
        ("/etc/passwd", "passwd"),
        ("a\r\nX-Evil: 1.xml", "aX-Evil: 1.xml"),
        ("\u202elmx.a", "lmx.a"),
        ("\0", "fattura.xml"),
        (None, "fattura.xml"),
        ("x" * 500 + ".xml", "x" * 116 + ".xml"),
    ],
)
def test_a_file_name_is_cleaned_before_it_goes_anywhere(
    name: str | None, clean: str
) -> None:
    assert clean_name(name) == clean


def test_a_hostile_file_name_is_shown_and_downloaded_as_text(
    app: Flask, company: Company, owner: FlaskClient, uploads: str
) -> None:
    upload(owner, uploads, ("<script>*'à;,.xml", ORDINARY[1]))
    (draft,) = rows(app, Draft)
    back = owner.get(f"/a/{company.id}/drafts/{draft.id}/file")
    assert back.headers["Content-Disposition"].startswith("attachment; filename")
    answer = upload(owner, uploads, ("<script>*'à;,.xml", ORDINARY[1]))
    assert "<script>*" not in answer.get_data(as_text=True)


@pytest.mark.skipif("DELEGA_SAMPLES" not in os.environ, reason="no folder of samples")
def test_every_sample_of_the_field_is_taken_by_its_own_seller(app: Flask) -> None:
    for path in sorted(Path(os.environ["DELEGA_SAMPLES"]).glob("*.xml")):
        data = path.read_bytes()
        seller = read(data, path.name).seller
        facts = {"vat": seller.vat or "", "tax_code": seller.tax_code or ""}
        company = a_company(app, name=seller.name, **facts)
        client = signed_in(app, company.owner_name)
        answer = upload(client, f"/a/{company.id}/uploads", (path.name, data))
        text = words(answer.get_data(as_text=True))
        if any(found.is_error for found in check(read(data, ""), today=today())):
            assert answer.status_code == 422, f"{path.name}: {text}"
            continue
        assert answer.status_code == 302, f"{path.name}: {text}"
        (draft,) = rows(app, Draft, account_id=company.id)
        address = f"/a/{company.id}/drafts/{draft.id}"
        assert client.get(f"{address}/file").data == data
        sent = send_form(client, f"{address}/send?version=1", {}, address)
        text = words(sent.get_data(as_text=True))
        assert sent.status_code in (302, 422), text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<Numero>", f"<Numero>{'9' * 150}"),
        ("<IdCodice>03176540395<", f"<IdCodice>{'9' * 200}<"),
    ],
)
def test_a_value_without_room_in_the_tables_is_refused(
    app: Flask,
    company: Company,
    owner: FlaskClient,
    uploads: str,
    before: str,
    after: str,
) -> None:
    data = ORDINARY[1].replace(before.encode(), after.encode())
    assert upload(owner, uploads, ("lungo.xml", data)).status_code == 422
    assert nothing_stored(app, company)


def test_an_enormous_total_is_refused(
    app: Flask, company: Company, owner: FlaskClient, uploads: str
) -> None:
    data = sample("simplified.xml")
    amount = re.findall(rb"<Importo>([^<]+)<", data)[0]
    data = data.replace(b"<Importo>" + amount, b"<Importo>" + b"9" * 40 + b".00")
    assert upload(owner, uploads, ("enorme.xml", data)).status_code == 422
    assert nothing_stored(app, company)


def test_every_unknown_iban_of_every_file_is_named(
    browser: Browser, uploads: str
) -> None:
    other = sample("credit-note.xml").replace(IBAN.encode(), OTHER_IBAN.encode())
    answer = upload(browser(*EDIT), uploads, ORDINARY, ("due.xml", other))
    assert answer.status_code == 403
    assert "vaso.xml" in answer.get_data(as_text=True)


def test_warnings_do_not_stop_a_file_and_are_shown(
    app: Flask, company: Company, owner: FlaskClient, uploads: str
) -> None:
    odd = ORDINARY[1].replace(b"<Causale>", b"<Strano>1</Strano><Causale>", 1)
    if odd == ORDINARY[1]:
        odd = odd.replace(b"M5UXCR1", b"M5UXCR")
    answer = upload(owner, uploads, ("vaso.xml", odd))
    assert answer.status_code == 302
    assert "avvis" in page(owner, f"/a/{company.id}/drafts")
    (draft,) = rows(app, Draft)
    html = page(owner, f"/a/{company.id}/drafts/{draft.id}")
    assert "Da guardare prima di inviare" in html


def test_a_customer_known_by_number_alone_has_a_name_to_click(
    app: Flask, company: Company
) -> None:
    owner = signed_in(app, company.owner_name)
    uploads = f"/a/{company.id}/uploads"
    upload(owner, uploads, ("simplified.xml", sample("simplified.xml")))
    html = owner.get(f"/a/{company.id}/drafts").get_data(as_text=True)
    assert re.search(r'<a href="[^"]*/drafts/[^"]+">\s*\S', html.partition("<tbody")[2])
