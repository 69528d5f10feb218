"""Whatever people type is data: escaped on pages, stored as typed, never policy."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from authz.storage.tables import PolicyRow
from tests.builders import Company
from tests.webapp.panel.browsing import (
    IBAN,
    add_contact,
    an_invoice,
    page,
    rows,
    send_form,
)
from webapp.extensions import db
from webapp.panel.drafts.content import decode
from webapp.panel.tables import Bank, Contact, Draft, Product

CARRIED = [
    "p, invoicing.read, -, reception:view, draft, send",
    "u_aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "role.owner",
    "*",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert('1')>",
    "{{ 7*7 }} {% raw %} %(name)s %s",
    "'; DROP TABLE draft; --",
    "=cmd|'/C calc'!A0",
    "..\\..\\a/b",
    "Caffè «Pàolo» & figli, S.n.c.",
]
REFUSED = [
    "a\0b",
    "a\nb",
    "\u202eabc",
    "a\u200fb",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
]


@pytest.fixture
def base(company: Company) -> str:
    return f"/a/{company.id}"


@pytest.mark.parametrize("text", CARRIED)
def test_hostile_text_is_stored_as_typed_and_escaped(
    app: Flask, owner: FlaskClient, base: str, text: str
) -> None:
    policy = policy_of(app)
    pages = [
        stored(
            app, owner, f"{base}/customers", Contact, name=text, street=text, town=text
        ),
        stored(app, owner, f"{base}/suppliers", Contact, name=text),
        stored(app, owner, f"{base}/products", Product, name=text, price="1", vat="22"),
        stored(app, owner, f"{base}/banks", Bank, name=text, iban=IBAN),
        page(owner, f"{base}/customers"),
        page(owner, f"{base}/customers?q=%3Cscript%3E"),
    ]
    typed = {"name": text, "street": text, "town": text, "cause": text}
    answer = send_form(
        owner, f"{base}/drafts/new", an_invoice(**typed, **{"rows-0-description": text})
    )
    assert answer.status_code == 302
    (draft,) = rows(app, Draft)
    content = decode(draft.content)
    assert content.customer.name == content.rows[0].description == text.strip()
    paths = [
        f"drafts/{draft.id}{end}" for end in ("", "/edit", "/duplicate", "/delete")
    ]
    pages += [page(owner, f"{base}/{path}") for path in ("", "drafts", *paths)]
    for html in pages:
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    assert policy_of(app) == policy


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize(
    ("path", "field", "facts"),
    [
        ("customers", "name", {}),
        ("customers", "street", {"name": "a"}),
        ("customers", "town", {"name": "a"}),
        ("products", "name", {"price": "1", "vat": "22"}),
        ("banks", "name", {"iban": IBAN}),
    ],
)
def test_what_no_invoice_carries_is_refused_everywhere(
    app: Flask,
    owner: FlaskClient,
    base: str,
    path: str,
    field: str,
    facts: dict[str, object],
    text: str,
) -> None:
    answer = send_form(owner, f"{base}/{path}/new", {**facts, field: text})
    assert answer.status_code == 422
    assert not rows(app, Contact) + rows(app, Product) + rows(app, Bank)


def test_a_hostile_id_in_the_address_is_a_404(
    app: Flask, company: Company, owner: FlaskClient, base: str
) -> None:
    add_contact(app, company, "customer")
    for identity in ("*", "%00", "' OR 1=1", "%E2%80%AE", "x" * 300):
        page(owner, f"{base}/customers/{identity}", 404)
        page(owner, f"{base}/drafts/{identity}", 404)


def stored(
    app: Flask, client: FlaskClient, address: str, table: type, **facts: object
) -> str:
    before = {row.id for row in rows(app, table)}
    answer = send_form(client, f"{address}/new", facts)
    assert answer.status_code == 302
    (new,) = [row for row in rows(app, table) if row.id not in before]
    assert new.name == str(facts["name"]).strip()
    return page(client, f"{address}/{new.id}")


def policy_of(app: Flask) -> list[tuple[object, ...]]:
    columns = list(PolicyRow.__table__.columns)
    with app.app_context():
        return [tuple(row) for row in db.session.execute(select(*columns))]
