"""Writing invoices by hand: the form, its rows, its side door to the banks."""

from decimal import Decimal

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
    an_invoice,
    page,
    rows,
    sample,
    send_form,
    upload,
    words,
)
from webapp.panel.drafts.content import decode
from webapp.panel.fields import parse_number
from webapp.panel.tables import Bank, Draft, Product


@pytest.fixture
def drafts(company: Company) -> str:
    return f"/a/{company.id}/drafts"


def test_a_draft_is_kept_with_totals_computed_by_the_server(
    app: Flask, owner: FlaskClient, drafts: str
) -> None:
    answer = send_form(owner, f"{drafts}/new", an_invoice())
    assert answer.status_code == 302, words(answer.get_data(as_text=True))
    (draft,) = rows(app, Draft)
    assert (draft.number, draft.total_cents, draft.version) == (1, 305122, 1)
    text = words(page(owner, f"{drafts}/{draft.id}"))
    assert "3.051,22 €" in text
    assert "Bozza 1" in text
    assert "Creata da Marta Bellandi" in text
    assert "Vaso grande" in text


def test_adding_lines_keeps_what_was_typed_and_stores_nothing(
    app: Flask, owner: FlaskClient, drafts: str
) -> None:
    data = {**an_invoice(), "add": "1"}
    del data["save"]
    answer = send_form(owner, f"{drafts}/new", data)
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    assert 'value="1.250,50"' in html
    assert 'name="rows-9-description"' in html
    assert 'name="rows-10-description"' not in html
    assert not rows(app, Draft)


def test_an_empty_form_says_what_is_missing_beside_each_field(
    app: Flask, owner: FlaskClient, drafts: str
) -> None:
    answer = send_form(owner, f"{drafts}/new", {"save": "1"})
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert 'href="#name"' in html
    assert "Scrivi almeno una riga" in html
    assert "<title>" in html
    assert not rows(app, Draft)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Caffè \u2019900"),
        ("name", "a\0b"),
        ("name", "a\u200fb"),
        ("name", "x" * 81),
        ("name", "due\nrighe"),
        ("street", "prezzo in \u20ac"),
        ("cause", "\u202eesrever"),
        ("rows-0-description", "a\0b"),
        ("rows-0-description", ""),
        ("rows-0-price", ""),
        ("rows-0-price", "dodici"),
        ("rows-0-price", "1,123456789"),
        ("rows-0-price", "9" * 14),
        ("rows-0-quantity", "-1"),
        ("rows-0-price", "9999999999999"),
        ("rows-0-vat", "21"),
        ("vat", "IT03176540394"),
        ("vat", "%%"),
        ("tax_code", "ABC"),
        ("province", "RAV"),
        ("recipient_code", "12345"),
        ("pec", "non una mail"),
        ("date", "ieri"),
        ("due_date", "mai"),
        ("kind", "TD17"),
        ("method", "MP99"),
        ("bank", OTHER_IBAN),
        ("new_iban", "IT00"),
    ],
)
def test_what_an_invoice_can_not_carry_is_refused_beside_its_field(
    app: Flask, owner: FlaskClient, drafts: str, field: str, value: str
) -> None:
    answer = send_form(owner, f"{drafts}/new", an_invoice(**{field: value}))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.get_data(as_text=True)
    assert not rows(app, Draft)


def test_a_stored_customer_and_product_need_no_typing(
    app: Flask, company: Company, owner: FlaskClient, drafts: str
) -> None:
    customer = add_contact(app, company, "customer", street="Via Po 3")
    registry = f"/a/{company.id}/products"
    send_form(owner, f"{registry}/new", {"name": "Tazza", "price": "8,20", "vat": "10"})
    (product,) = rows(app, Product)
    chosen = {
        "customer": customer,
        "date": "2026-11-24",
        "kind": "TD01",
        "rows-0-product": product.id,
        "rows-0-vat": "22",
        "method": "",
        "term": "TP02",
        "bank": "",
    }
    answer = send_form(owner, f"{drafts}/new", chosen)
    assert answer.status_code == 302, words(answer.get_data(as_text=True))
    content = decode(rows(app, Draft)[0].content)
    assert content.customer.street == "Via Po 3"
    assert (content.rows[0].description, content.rows[0].price) == (
        "Tazza",
        Decimal("8.20"),
    )
    assert content.rows[0].vat == "10"
    listed = page(owner, f"{drafts}/new?customer={customer}")
    assert f'<option selected value="{customer}"' in listed


def test_a_product_never_overwrites_a_line_that_was_typed(
    app: Flask, company: Company, owner: FlaskClient, drafts: str
) -> None:
    facts = {"name": "Tazza", "price": "8,20", "vat": "10"}
    send_form(owner, f"/a/{company.id}/products/new", facts)
    (product,) = rows(app, Product)
    for identity in (product.id, "pr_unknown"):
        data = an_invoice(**{"rows-0-product": identity})
        assert send_form(owner, f"{drafts}/new", data).status_code == 302
    for draft in rows(app, Draft):
        assert decode(draft.content).rows[0].description == "Vaso grande"


def test_editing_moves_the_version_and_keeps_the_number(
    app: Flask, company: Company, owner: FlaskClient, drafts: str
) -> None:
    add_bank(app, company)
    send_form(owner, f"{drafts}/new", an_invoice(bank=IBAN, cause="uno\ndue"))
    (draft,) = rows(app, Draft)
    html = page(owner, f"{drafts}/{draft.id}/edit")
    assert 'value="1250,50"' in html
    changed = an_invoice(version="1", name="Comune di Faenza", bank=IBAN)
    answer = send_form(owner, f"{drafts}/{draft.id}/edit", changed)
    assert answer.status_code == 302, words(answer.get_data(as_text=True))
    (after,) = rows(app, Draft)
    assert (after.number, after.version, after.customer) == (1, 2, "Comune di Faenza")
    text = words(page(owner, f"{drafts}/{draft.id}"))
    assert "Modificata da Marta Bellandi" in text


def test_of_two_editors_the_second_changes_nothing(
    app: Flask, owner: FlaskClient, drafts: str
) -> None:
    send_form(owner, f"{drafts}/new", an_invoice())
    (draft,) = rows(app, Draft)
    edit = f"{drafts}/{draft.id}/edit"
    assert (
        send_form(owner, edit, an_invoice(version="1", name="Primo")).status_code == 302
    )
    late = send_form(owner, edit, an_invoice(version="1", name="Secondo"))
    assert late.status_code == 409
    assert rows(app, Draft)[0].customer == "Primo"
    assert (
        send_form(owner, f"{drafts}/{draft.id}/delete", {"version": "1"}).status_code
        == 409
    )
    stale = send_form(owner, f"{drafts}/{draft.id}/send?version=1", {}, edit)
    assert stale.status_code == 409
    assert len(rows(app, Draft)) == 1


def test_an_edit_with_errors_shows_the_form_again(
    app: Flask, owner: FlaskClient, drafts: str
) -> None:
    send_form(owner, f"{drafts}/new", an_invoice())
    (draft,) = rows(app, Draft)
    answer = send_form(
        owner, f"{drafts}/{draft.id}/edit", an_invoice(version="1", name="")
    )
    assert answer.status_code == 422


def test_a_draft_is_deleted_after_a_question(
    app: Flask, owner: FlaskClient, drafts: str
) -> None:
    send_form(owner, f"{drafts}/new", an_invoice())
    (draft,) = rows(app, Draft)
    assert "Elimina la bozza" in page(owner, f"{drafts}/{draft.id}/delete")
    assert len(rows(app, Draft)) == 1
    answer = send_form(owner, f"{drafts}/{draft.id}/delete", {"version": "1"})
    assert answer.status_code == 302
    assert not rows(app, Draft)
    page(owner, f"{drafts}/{draft.id}", 404)


def test_a_duplicate_is_a_filled_form_and_stores_nothing_until_saved(
    app: Flask, owner: FlaskClient, drafts: str
) -> None:
    send_form(owner, f"{drafts}/new", an_invoice(method=""))
    (draft,) = rows(app, Draft)
    html = page(owner, f"{drafts}/{draft.id}/duplicate")
    assert f'action="{drafts}/new"' in html
    assert "Hotel Corona" in html
    assert len(rows(app, Draft)) == 1


def test_an_uploaded_draft_is_duplicated_when_the_form_can_hold_it(
    app: Flask, company: Company, owner: FlaskClient, drafts: str
) -> None:
    for name in ("ordinary.xml", "simplified.xml"):
        upload(owner, f"/a/{company.id}/uploads", (name, sample(name)))
    kinds = {draft.kind: draft.id for draft in rows(app, Draft)}
    page(owner, f"{drafts}/{kinds['TD07']}/duplicate", 302)
    answer = owner.get(f"{drafts}/{kinds['TD01']}/duplicate")
    assert answer.status_code in (200, 302)


def test_an_uploaded_draft_is_never_edited(
    app: Flask, company: Company, owner: FlaskClient, drafts: str
) -> None:
    upload(owner, f"/a/{company.id}/uploads", ("a.xml", sample("ordinary.xml")))
    (draft,) = rows(app, Draft)
    page(owner, f"{drafts}/{draft.id}/edit", 404)
    assert "/edit" not in page(owner, f"{drafts}/{draft.id}")


def test_a_typed_draft_has_no_file(app: Flask, owner: FlaskClient, drafts: str) -> None:
    send_form(owner, f"{drafts}/new", an_invoice())
    page(owner, f"{drafts}/{rows(app, Draft)[0].id}/file", 404)


def test_a_new_bank_in_the_form_needs_its_permission(
    app: Flask, browser: Browser, drafts: str
) -> None:
    client = browser(*EDIT)
    assert 'name="new_iban"' not in page(client, f"{drafts}/new")
    forged = send_form(client, f"{drafts}/new", an_invoice(new_iban=IBAN))
    assert forged.status_code == 403
    assert not rows(app, Bank)
    assert not rows(app, Draft)


def test_a_new_bank_in_the_form_is_stored_with_the_draft(
    app: Flask, browser: Browser, drafts: str
) -> None:
    client = browser(*BANKS)
    data = an_invoice(new_iban="it26 j062 7013 100c c027 0041 755")
    assert send_form(client, f"{drafts}/new", data).status_code == 302
    (bank,) = rows(app, Bank)
    assert (bank.iban, bank.name) == (IBAN, "Banca 1755")
    assert decode(rows(app, Draft)[0].content).iban == IBAN
    named = an_invoice(new_iban=IBAN, new_bank_name="Cassa")
    assert send_form(client, f"{drafts}/new", named).status_code == 302
    assert len(rows(app, Bank)) == 1


def test_drafts_are_searched_and_paged(
    app: Flask, owner: FlaskClient, drafts: str
) -> None:
    for place in range(27):
        send_form(owner, f"{drafts}/new", an_invoice(name=f"Cliente {place:02}"))
    first = words(page(owner, drafts))
    assert "1-25 di 27" in first
    assert "26-27 di 27" in words(page(owner, f"{drafts}?page=2"))
    for odd in ("0", "-1", "x", "99999999", "\u0663"):
        assert "Cliente" in page(owner, f"{drafts}?page={odd}")
    assert "Cliente 07" in page(owner, f"{drafts}?q=CLIENTE+07")
    assert "Cliente 08" not in page(owner, f"{drafts}?q=cliente+07")
    assert "Nessun risultato" in page(owner, f"{drafts}?q=%25")
    assert "Nessun risultato" in page(owner, f"{drafts}?q=nulla%00")
    assert "q=cliente" in page(owner, f"{drafts}?q=cliente&page=2")


def test_a_reader_sees_drafts_and_no_button(
    app: Flask, owner: FlaskClient, browser: Browser, drafts: str
) -> None:
    send_form(owner, f"{drafts}/new", an_invoice())
    (draft,) = rows(app, Draft)
    reader = browser(*READ)
    html = page(reader, drafts) + page(reader, f"{drafts}/{draft.id}")
    for absent in ("/new", "/edit", "/delete", "/duplicate", "/send"):
        assert f'{draft.id}{absent}"' not in html
    for path in (
        "new",
        f"{draft.id}/edit",
        f"{draft.id}/delete",
        f"{draft.id}/duplicate",
    ):
        page(reader, f"{drafts}/{path}", 403)


def test_a_reception_account_has_no_drafts(app: Flask) -> None:
    company = a_company(app, edition="SR")
    client = signed_in(app, company.owner_name)
    html = page(client, f"/a/{company.id}/")
    assert "Bozze" not in html
    page(client, f"/a/{company.id}/drafts", 403)
    page(client, f"/a/{company.id}/drafts/new", 403)


def test_a_draft_of_another_company_does_not_exist(
    app: Flask, owner: FlaskClient, drafts: str
) -> None:
    send_form(owner, f"{drafts}/new", an_invoice())
    (draft,) = rows(app, Draft)
    other = a_company(app, name="Altra S.r.l.")
    stranger = signed_in(app, other.owner_name)
    for path in ("", "/edit", "/delete", "/duplicate", "/file"):
        page(stranger, f"/a/{other.id}/drafts/{draft.id}{path}", 404)
        page(stranger, f"{drafts}/{draft.id}{path}", 404)
    forged = send_form(
        stranger,
        f"/a/{other.id}/drafts/{draft.id}/send?version=1",
        {},
        f"/a/{other.id}/drafts/new",
    )
    assert forged.status_code == 404


def test_a_typed_iban_that_left_the_banks_is_kept_and_shown_as_such(
    app: Flask, company: Company, owner: FlaskClient, drafts: str
) -> None:
    bank = add_bank(app, company)
    send_form(owner, f"{drafts}/new", an_invoice(bank=IBAN))
    send_form(owner, f"/a/{company.id}/banks/{bank}/delete", {"version": "1"})
    (draft,) = rows(app, Draft)
    edit = f"{drafts}/{draft.id}/edit"
    answer = send_form(owner, edit, an_invoice(version="1", bank=IBAN))
    assert answer.status_code == 302
    assert decode(rows(app, Draft)[0].content).iban == IBAN
    assert "non è fra le tue banche" in page(owner, f"{drafts}/{draft.id}")


def test_both_ways_of_writing_numbers_are_understood(app: Flask) -> None:
    with app.test_request_context("/?lang=it"):
        italian = [parse_number(text) for text in NUMBERS]
    with app.test_request_context("/?lang=en"):
        english = [parse_number(text) for text in NUMBERS]
    assert italian == [
        Decimal(text) if text else None
        for text in (
            "1234.56",
            "1234.56",
            "1234",
            "1.234",
            "1234.5",
            "7",
            "-8.25",
            "",
            "",
        )
    ]
    assert english == [
        Decimal(text) if text else None
        for text in (
            "1234.56",
            "1234.56",
            "1.234",
            "1234",
            "1234.5",
            "7",
            "-8.25",
            "",
            "",
        )
    ]


NUMBERS = (
    "1.234,56",
    "1,234.56",
    "1.234",
    "1,234",
    "1234.5",
    " 7 € ",
    "-8,25",
    "1.2.3",
    "\u0663",
)
