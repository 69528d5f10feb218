"""Customers, suppliers, products and banks."""

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
    Browser,
    add_bank,
    add_contact,
    page,
    rows,
    send_form,
    words,
)
from webapp.panel.tables import Bank, Contact, Product

CONTACT = {"name": "Argille del Lamone S.n.c.", "vat": "03918207402", "country": "it"}


@pytest.mark.parametrize("registry", ["customers", "suppliers"])
def test_a_contact_is_added_seen_searched_changed_and_deleted(
    app: Flask, company: Company, owner: FlaskClient, registry: str
) -> None:
    base = f"/a/{company.id}/{registry}"
    assert "Nessun" in page(owner, base)
    answer = send_form(owner, f"{base}/new", {**CONTACT, "street": "Via Fornace 12"})
    assert answer.status_code == 302, words(answer.get_data(as_text=True))
    (contact,) = rows(app, Contact)
    assert contact.vat == "IT03918207402"
    assert (contact.kind + "s", contact.country) == (registry, "IT")
    assert "Via Fornace 12" in page(owner, f"{base}/{contact.id}")
    assert contact.id in page(owner, f"{base}?q=lamone")
    assert contact.id not in page(owner, f"{base}?q=savini")
    edit = f"{base}/{contact.id}/edit"
    changed = {**CONTACT, "name": "Argille", "version": "1"}
    assert 'value="Argille del Lamone S.n.c."' in page(owner, edit)
    assert send_form(owner, edit, changed).status_code == 302
    assert send_form(owner, edit, changed).status_code == 409
    delete = f"{base}/{contact.id}/delete"
    assert send_form(owner, delete, {"version": "1"}).status_code == 409
    assert send_form(owner, delete, {"version": "2"}).status_code == 302
    assert not rows(app, Contact)


def test_a_customer_is_not_found_among_the_suppliers(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    contact = add_contact(app, company, "customer")
    page(owner, f"/a/{company.id}/suppliers/{contact}", 404)
    page(owner, f"/a/{company.id}/customers/{contact}")


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "a\0"), ("vat", "IT03918207403"), ("email", "x")],
)
def test_a_contact_with_a_wrong_field_is_refused(
    app: Flask, company: Company, owner: FlaskClient, field: str, value: str
) -> None:
    base = f"/a/{company.id}/customers"
    answer = send_form(owner, f"{base}/new", {**CONTACT, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)
    assert not rows(app, Contact)


def test_the_iban_of_a_supplier_is_guarded_like_a_bank(
    app: Flask, company: Company, browser: Browser
) -> None:
    base = f"/a/{company.id}/suppliers"
    editor, banker = browser(*EDIT), browser(*BANKS)
    assert 'name="iban"' not in page(editor, f"{base}/new")
    forged = send_form(editor, f"{base}/new", {**CONTACT, "iban": IBAN})
    assert forged.status_code == 403
    assert not rows(app, Contact)
    assert (
        send_form(banker, f"{base}/new", {**CONTACT, "iban": IBAN}).status_code == 302
    )
    (supplier,) = rows(app, Contact)
    assert supplier.iban_since
    edit = f"{base}/{supplier.id}/edit"
    assert 'name="iban"' not in page(editor, edit)
    forged = send_form(editor, edit, {**CONTACT, "iban": OTHER_IBAN, "version": "1"})
    assert forged.status_code == 403
    assert send_form(editor, edit, {**CONTACT, "version": "1"}).status_code == 302
    assert rows(app, Contact)[0].iban == IBAN
    moved = {**CONTACT, "iban": OTHER_IBAN, "version": "2"}
    assert send_form(banker, edit, moved).status_code == 302
    assert rows(app, Contact)[0].iban == OTHER_IBAN
    assert "IT60 X054" in page(banker, f"{base}/{supplier.id}")
    same = {**CONTACT, "iban": OTHER_IBAN, "version": "3"}
    assert send_form(banker, edit, same).status_code == 302


def test_a_product_is_added_seen_changed_and_deleted(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    base = f"/a/{company.id}/products"
    facts = {"name": "Tazza, «blu»", "price": "1.008,20", "vat": "10"}
    assert send_form(owner, f"{base}/new", {**facts, "price": "x"}).status_code == 422
    assert send_form(owner, f"{base}/new", {**facts, "vat": "21"}).status_code == 422
    assert send_form(owner, f"{base}/new", facts).status_code == 302
    (product,) = rows(app, Product)
    assert product.price_cents == 100820
    assert "1.008,20 €" in words(page(owner, f"{base}/{product.id}"))
    assert product.id in page(owner, f"{base}?q=TAZZA")
    edit = f"{base}/{product.id}/edit"
    assert 'value="1008,20"' in page(owner, edit)
    assert (
        send_form(owner, edit, {**facts, "name": "", "version": "1"}).status_code == 422
    )
    assert send_form(owner, edit, {**facts, "version": "1"}).status_code == 302
    assert send_form(owner, edit, {**facts, "version": "1"}).status_code == 409
    delete = f"{base}/{product.id}/delete"
    assert "Elimina il prodotto" in page(owner, delete)
    assert send_form(owner, delete, {"version": "2"}).status_code == 302
    assert "Nessun prodotto" in page(owner, base)


def test_english_numbers_are_read_as_english(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    base = f"/a/{company.id}/products"
    page(owner, f"{base}?lang=en")
    facts = {"name": "Cup", "price": "1,008.20", "vat": "10"}
    assert send_form(owner, f"{base}/new", facts).status_code == 302
    (product,) = rows(app, Product)
    assert product.price_cents == 100820
    assert 'value="1008.20"' in page(owner, f"{base}/{product.id}/edit")


def test_a_bank_is_added_seen_changed_and_deleted(
    app: Flask, company: Company, browser: Browser
) -> None:
    client, base = browser(*BANKS), f"/a/{company.id}/banks"
    assert "Nessuna banca" in page(client, base)
    facts = {"name": "Cassa", "iban": IBAN, "swift": "bcitit mm"}
    assert send_form(client, f"{base}/new", {**facts, "iban": "IT1"}).status_code == 422
    assert send_form(client, f"{base}/new", {**facts, "swift": "1"}).status_code == 422
    assert send_form(client, f"{base}/new", facts).status_code == 302
    assert send_form(client, f"{base}/new", facts).status_code == 422
    (bank,) = rows(app, Bank)
    assert bank.swift == "BCITITMM"
    assert "IT26 J062" in page(client, f"{base}/{bank.id}")
    edit = f"{base}/{bank.id}/edit"
    assert send_form(client, edit, {"name": "", "version": "1"}).status_code == 422
    assert send_form(client, edit, {"name": "Nuova", "version": "1"}).status_code == 302
    assert send_form(client, edit, {"name": "Nuova", "version": "1"}).status_code == 409


def test_an_iban_is_changed_to_a_free_one_alone(
    app: Flask, company: Company, browser: Browser
) -> None:
    client, base = browser(*BANKS), f"/a/{company.id}/banks"
    bank, second = add_bank(app, company), add_bank(app, company, OTHER_IBAN)
    iban = f"{base}/{bank}/iban"
    taken = send_form(client, iban, {"iban": OTHER_IBAN, "version": "1"})
    assert taken.status_code == 422
    assert "già fra le tue banche" in words(taken.get_data(as_text=True))
    assert send_form(client, iban, {"iban": IBAN, "version": "1"}).status_code == 302
    assert send_form(client, iban, {"iban": IBAN, "version": "1"}).status_code == 409
    free = "DE89370400440532013000"
    assert send_form(client, iban, {"iban": free, "version": "2"}).status_code == 302
    for identity, version in ((bank, "3"), (second, "1")):
        delete = f"{base}/{identity}/delete"
        assert "Elimina la banca" in page(client, delete)
        assert send_form(client, delete, {"version": version}).status_code == 302
    assert not rows(app, Bank)


def test_without_modifica_banche_the_banks_are_to_look_at(
    app: Flask, company: Company, browser: Browser
) -> None:
    bank, base = add_bank(app, company), f"/a/{company.id}/banks"
    client = browser(*EDIT)
    html = page(client, base) + page(client, f"{base}/{bank}")
    for path in ("new", f"{bank}/edit", f"{bank}/iban", f"{bank}/delete"):
        assert f"{base}/{path}" not in html
        page(client, f"{base}/{path}", 403)


@pytest.mark.parametrize("registry", ["customers", "suppliers", "products"])
def test_a_reader_looks_at_registries_and_changes_nothing(
    company: Company, browser: Browser, registry: str
) -> None:
    client, base = browser(*READ), f"/a/{company.id}/{registry}"
    assert f"{base}/new" not in page(client, base)
    page(client, f"{base}/new", 403)


def test_records_of_another_company_do_not_exist(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    bank, customer = add_bank(app, company), add_contact(app, company, "customer")
    other = a_company(app, name="Altra S.r.l.")
    stranger = signed_in(app, other.owner_name)
    for path in (f"banks/{bank}", f"banks/{bank}/iban", f"customers/{customer}/edit"):
        page(stranger, f"/a/{other.id}/{path}", 404)
        page(stranger, f"/a/{company.id}/{path}", 404)


def test_settings_are_to_look_at(company: Company, browser: Browser) -> None:
    text = words(page(browser(*READ), f"/a/{company.id}/settings"))
    assert "RF01 Ordinario" in text
    assert "Via Granarolo 88" in text
