"""Sending a draft: numbers, the file for the channel, and what may not leave."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import Company, a_company, signed_in
from tests.webapp.panel.browsing import (
    EDIT,
    IBAN,
    READ,
    Browser,
    add_bank,
    an_invoice,
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
from webapp.panel.outbox import write_outbox
from webapp.panel.tables import Draft, Invoice, OutboxFile, StoredFile

SENDS = (*READ, "invoicing.send_sdi")


def send(client: FlaskClient, company: Company, draft: Draft) -> TestResponse:
    address = f"/a/{company.id}/drafts/{draft.id}"
    return send_form(
        client, f"{address}/send?version={draft.version}", {}, f"/a/{company.id}/drafts"
    )


def write(client: FlaskClient, company: Company, **changes: object) -> None:
    answer = send_form(client, f"/a/{company.id}/drafts/new", an_invoice(**changes))
    assert answer.status_code == 302, words(answer.get_data(as_text=True))


def outbox(app: Flask, company: Company) -> list[Path]:
    folder = Path(app.config["DELEGA"].outbox_folder) / company.id
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_sent_draft_is_numbered_valid_and_read_back(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    add_bank(app, company)
    write(
        owner,
        company,
        bank=IBAN,
        cause="Ordine 77\nConsegna a mano",
        due_date="2026-12-24",
    )
    (draft,) = rows(app, Draft)
    answer = send(owner, company, draft)
    assert answer.status_code == 302, words(answer.get_data(as_text=True))
    (invoice,) = rows(app, Invoice)
    assert (invoice.number, invoice.sequence, invoice.state) == ("2026/1", 1, "ready")
    (path,) = outbox(app, company)
    file = read(path.read_bytes(), path.name)
    problems = check(file, today=today(), sending=True)
    assert not [problem for problem in problems if problem.is_error]
    assert file.transmission.code == "01879020517"
    assert file.documents[0].number == "2026/1"
    assert file.documents[0].causes == ("Ordine 77", "Consegna a mano")
    assert file.documents[0].payments[0].iban == IBAN
    text = words(page(owner, f"/a/{company.id}/sent/{invoice.id}"))
    for shown in (
        "Inviata da Marta Bellandi",
        "Creata da",
        "Pronta per l’invio",
        "3.051,22 €",
    ):
        assert shown in text
    download = owner.get(f"/a/{company.id}/sent/{invoice.id}/xml")
    assert download.data == path.read_bytes()
    assert not rows(app, Draft)


def test_numbers_follow_each_other_and_skip_those_taken_by_uploads(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    add_bank(app, company)
    own = read(sample("ordinary.xml"), "").documents[0]
    taken = sample("ordinary.xml").replace(
        f"<Numero>{own.number}<".encode(), b"<Numero>2026/2<"
    )
    taken = taken.replace(str(own.date).encode(), b"2026-11-03")
    answer = upload(owner, f"/a/{company.id}/uploads", ("due.xml", taken))
    assert answer.status_code == 302, words(answer.get_data(as_text=True))
    for _place in range(3):
        write(owner, company)
    for draft in rows(app, Draft, file_id=None):
        assert send(owner, company, draft).status_code == 302
    numbers = {invoice.number for invoice in rows(app, Invoice)}
    assert numbers == {"2026/1", "2026/3", "2026/4"}


def test_two_companies_never_share_a_file_name(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    other = a_company(app, name="Altra S.r.l.")
    stranger = signed_in(app, other.owner_name)
    for client, account in ((owner, company), (stranger, other)):
        write(client, account)
        (draft,) = rows(app, Draft, account_id=account.id)
        assert send(client, account, draft).status_code == 302
    names = [path.name for path in outbox(app, company) + outbox(app, other)]
    assert names == ["IT01879020517_00001.xml", "IT01879020517_00002.xml"]


def test_who_may_send_but_not_edit_sends_what_others_wrote(
    app: Flask, company: Company, owner: FlaskClient, browser: Browser
) -> None:
    write(owner, company)
    (draft,) = rows(app, Draft)
    client = browser(*SENDS)
    html = page(client, f"/a/{company.id}/drafts/{draft.id}")
    assert "Invia a SdI" in html
    assert "/edit" not in html
    assert send(client, company, draft).status_code == 302


def test_who_may_edit_but_not_send_has_no_button_and_is_refused(
    app: Flask, company: Company, browser: Browser
) -> None:
    client = browser(*EDIT)
    write(client, company)
    (draft,) = rows(app, Draft)
    assert "Invia a SdI" not in page(client, f"/a/{company.id}/drafts/{draft.id}")
    assert send(client, company, draft).status_code == 403
    assert not rows(app, Invoice)


def test_a_draft_with_an_iban_not_among_the_banks_stays(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    bank = add_bank(app, company)
    write(owner, company, bank=IBAN)
    (draft,) = rows(app, Draft)
    send_form(owner, f"/a/{company.id}/banks/{bank}/delete", {"version": "1"})
    assert "non è fra le tue banche" in page(
        owner, f"/a/{company.id}/drafts/{draft.id}/edit"
    )
    answer = send(owner, company, draft)
    assert answer.status_code == 422
    assert "Modifica banche" in words(answer.get_data(as_text=True))
    assert len(rows(app, Draft)) == 1
    assert not rows(app, Invoice)
    assert not rows(app, OutboxFile)


@pytest.mark.parametrize(
    "changes",
    [
        {"street": ""},
        {"vat": ""},
        {"rows-0-vat": "N4", "postcode": ""},
        {"date": "2031-01-01"},
    ],
)
def test_an_incomplete_draft_says_what_is_missing_and_stays(
    app: Flask, company: Company, owner: FlaskClient, changes: dict[str, object]
) -> None:
    write(owner, company, **changes)
    (draft,) = rows(app, Draft)
    answer = send(owner, company, draft)
    assert answer.status_code == 422
    assert "La fattura non è stata inviata" in answer.get_data(as_text=True)
    assert not outbox(app, company)


@pytest.mark.parametrize(
    "changes",
    [
        {"rows-0-vat": "N4"},
        {"kind": "TD04"},
        {"recipient_code": "UFAB12", "name": "Comune di Faenza"},
        {"recipient_code": "", "pec": "hotel@pec.example.it"},
        {
            "recipient_code": "",
            "country": "DE",
            "vat": "DE123456789",
            "province": "",
            "postcode": "00000",
        },
        {"vat": "", "tax_code": "RSSMRA70A01D458X"},
        {"rows-0-price": "0,12345678", "rows-0-quantity": "3,5"},
        {"rows-0-price": "-12,00"},
        {"method": ""},
        {"name": "\"Rossi\", 'figli' & <script>; u_a *"},
        {"cause": "c" * 450},
        {"cause": "una causale lunga " * 40},
        {"name": "\u00a0Rossi  e   figli\u00a0"},
    ],
)
def test_every_kind_of_draft_leaves_as_a_valid_file(
    app: Flask, company: Company, owner: FlaskClient, changes: dict[str, object]
) -> None:
    write(owner, company, **changes)
    (draft,) = rows(app, Draft)
    answer = send(owner, company, draft)
    assert answer.status_code == 302, words(answer.get_data(as_text=True))
    (path,) = outbox(app, company)
    assert read(path.read_bytes(), path.name)


def test_the_outbox_catches_up_and_never_overwrites(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    blocked = Path(app.config["DELEGA"].outbox_folder) / company.id
    blocked.parent.mkdir(parents=True)
    blocked.write_text("in the way")
    write(owner, company)
    (draft,) = rows(app, Draft)
    assert send(owner, company, draft).status_code == 302
    assert rows(app, OutboxFile)[0].written_at is None
    blocked.unlink()
    with app.app_context():
        (path,) = write_outbox()
        assert write_outbox(company.id) == []
    assert (
        path.read_bytes()
        == owner.get(f"/a/{company.id}/sent/{rows(app, Invoice)[0].id}/xml").data
    )
    assert [each.name for each in blocked.iterdir()] == [path.name]


def test_a_file_that_stands_in_the_outbox_is_left_as_it_is(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    folder = Path(app.config["DELEGA"].outbox_folder) / company.id
    folder.mkdir(parents=True)
    (folder / "IT01879020517_00001.xml").write_text("before")
    write(owner, company)
    assert send(owner, company, rows(app, Draft)[0]).status_code == 302
    assert [path.read_text() for path in outbox(app, company)] == ["before"]


def test_a_sent_file_that_does_not_fit_stays_a_draft(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    write(owner, company)
    set_account(app, company, space_bytes=100)
    answer = send(owner, company, rows(app, Draft)[0])
    assert answer.status_code == 422
    assert "Lo spazio non basta" in words(answer.get_data(as_text=True))
    assert not rows(app, StoredFile)


def test_with_a_schema_configured_a_file_outside_it_does_not_leave(
    app: Flask, company: Company, owner: FlaskClient, tmp_path: Path
) -> None:
    schema = tmp_path / "schema.xsd"
    schema.write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        '<xs:element name="nothing"/></xs:schema>'
    )
    write(owner, company)
    object.__setattr__(app.config["DELEGA"], "xsd_path", schema)
    assert send(owner, company, rows(app, Draft)[0]).status_code == 422
    answer = upload(
        owner, f"/a/{company.id}/uploads", ("a.xml", sample("ordinary.xml"))
    )
    assert answer.status_code == 422


def test_a_file_that_would_not_say_what_was_shown_does_not_leave(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    write(owner, company)
    (draft,) = rows(app, Draft)
    with app.app_context():
        session = begin_write()
        stored = session.get_one(Draft, (company.id, draft.id))
        stored.content = stored.content.replace('"Vaso grande"', '" Vaso grande"')
        session.commit()
    answer = send(owner, company, draft)
    assert answer.status_code == 422
    assert "andrebbe perso" in words(answer.get_data(as_text=True))


def test_of_many_that_send_the_same_draft_at_once_one_does(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    write(owner, company)
    (draft,) = rows(app, Draft)
    clients = [signed_in(app, company.owner_name) for _each in range(4)]
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(lambda client: send(client, company, draft), clients))
    assert sorted(answer.status_code for answer in answers) == [302, 404, 404, 404]
    assert len(rows(app, Invoice)) == len(outbox(app, company)) == 1
