"""Pages, forms, uploads and records, as the tests of the panel need them."""

import re
from collections.abc import Callable
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from authz.storage import Base
from tests.builders import Company, csrf_token
from webapp.extensions import begin_write, db
from webapp.ids import new_id
from webapp.panel.tables import Bank, Contact
from webapp.tables import Account

READ = ("invoicing.read",)
EDIT = (*READ, "invoicing.create_edit")
SEND = (*EDIT, "invoicing.send_sdi")
BANKS = (*EDIT, "invoicing.edit_banks")
SAMPLES = Path(__file__).parents[3] / "webapp" / "demo" / "samples"
IBAN = "IT26J0627013100CC0270041755"
OTHER_IBAN = "IT60X0542811101000000123456"

Browser = Callable[..., FlaskClient]
Record = TypeVar("Record", bound=Base)


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    """A page's HTML; its status is part of the test."""
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[:3000]
    return answer.get_data(as_text=True)


def send_form(
    client: FlaskClient, address: str, data: dict[str, object], form: str | None = None
) -> TestResponse:
    """Post with the token of the page of the form."""
    token = csrf_token(page(client, form or address))
    return client.post(
        address, data={**data, "csrf_token": token}, content_type="multipart/form-data"
    )


def upload(
    client: FlaskClient,
    address: str,
    *files: tuple[str, bytes],
    button: str = "save",
) -> TestResponse:
    """Choose files and press a button."""
    chosen = [(BytesIO(content), name) for name, content in files]
    return send_form(client, address, {"files": chosen, button: "1"})


def sample(name: str) -> bytes:
    """One of our own sample files."""
    return (SAMPLES / name).read_bytes()


def words(html: str) -> str:
    """The text of a page, as people read it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def rows(app: Flask, table: type[Record], **wanted: Any) -> list[Record]:
    """The records of a table, detached."""
    with app.app_context():
        found = list(db.session.scalars(select(table).filter_by(**wanted)))
        db.session.expunge_all()
        return found


def account_row(app: Flask, company: Company) -> Account:
    """The account, detached."""
    return rows(app, Account, id=company.id)[0]


def set_account(app: Flask, company: Company, **facts: Any) -> None:
    """Change the account, its contract apart."""
    with app.app_context():
        session = begin_write()
        account = session.get_one(Account, company.id)
        for name, value in facts.items():
            setattr(account, name, value)
        session.commit()


def add_bank(app: Flask, company: Company, iban: str = IBAN) -> str:
    """A stored bank."""
    with app.app_context():
        session = begin_write()
        bank = Bank(
            account_id=company.id, id=new_id("ba"), name="Cassa", iban=iban, swift=""
        )
        session.add(bank)
        identity = bank.id
        session.commit()
    return identity


def add_contact(app: Flask, company: Company, kind: str, **facts: Any) -> str:
    """A customer or a supplier."""
    known = {"name": "Hotel Corona S.p.A.", "vat": "IT03176540395"} | facts
    with app.app_context():
        session = begin_write()
        contact = Contact(
            account_id=company.id,
            id=new_id("co"),
            kind=kind,
            folded=known["name"].casefold(),
            **known,
        )
        session.add(contact)
        identity = contact.id
        session.commit()
    return identity


def an_invoice(**changes: object) -> dict[str, object]:
    """The invoice form, filled in so that it can be sent."""
    return {
        "name": "Hotel Corona S.p.A.",
        "vat": "IT03176540395",
        "tax_code": "",
        "street": "Via Roma 1",
        "postcode": "48018",
        "town": "Faenza",
        "province": "RA",
        "country": "IT",
        "recipient_code": "M5UXCR1",
        "pec": "",
        "kind": "TD01",
        "date": "2026-11-24",
        "cause": "",
        "rows-0-description": "Vaso grande",
        "rows-0-quantity": "2",
        "rows-0-price": "1.250,50",
        "rows-0-vat": "22",
        "method": "MP05",
        "term": "TP02",
        "due_date": "",
        "bank": "",
        "save": "1",
        **changes,
    }
