"""The demo company's papers: banks, contacts, drafts, and an invoice it received."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy.orm import Session

from webapp.i18n import today
from webapp.ids import new_id
from webapp.panel.banks.stored import add_banks
from webapp.panel.drafts.content import Content, Customer, Row
from webapp.panel.drafts.storing import create_typed
from webapp.panel.fatturapa import read
from webapp.panel.records import fold
from webapp.panel.tables import Contact, Product
from webapp.panel.uploads.incoming import Readable
from webapp.panel.uploads.storing import store_received

IBAN = "IT26J0627013100CC0270041755"
KNOWN_SUPPLIER_IBAN = "IT60B0854223700000000074318"
RECEIVED = Path(__file__).with_name("samples") / "received-argille.xml"

_CUSTOMERS = (
    ("Hotel Corona S.p.A.", "01114601006", "Via Emilia 12", "40121", "Bologna", "BO"),
    ("Edilizia Savini S.r.l.", "00743110157", "Via Po 4", "20124", "Milano", "MI"),
    ("Studio Neri Architetti", "02438750586", "Via Roma 9", "48018", "Faenza", "RA"),
)
_DRAFTS = (
    (0, "Piastrelle smaltate 20 x 20", "280", "10.00", 0),
    (1, "Mattoni refrattari", "120", "8.50", 1),
    (2, "Vaso da giardino, grande", "5", "70.00", 6),
)
_PRODUCTS = (("Piastrelle smaltate 20 x 20", 1_000), ("Mattoni refrattari", 850))


def write_papers(session: Session, account: str, owner: str, anna: str) -> None:
    """Everything a panel has after a while; in the current transaction."""
    add_banks(session, account, {IBAN: "Banca Romagnola"})
    session.add_all(_contact(account, *facts) for facts in _CUSTOMERS)
    session.add_all(
        Product(
            account_id=account,
            id=new_id("pr"),
            name=name,
            folded=fold(name),
            price_cents=cents,
            vat="22",
            version=1,
        )
        for name, cents in _PRODUCTS
    )
    session.add(_supplier(account))
    session.flush()
    for facts in _DRAFTS:
        create_typed(session, account, _content(*facts), anna)
    data = RECEIVED.read_bytes()
    received = Readable(
        name="IT03918207402_00318.xml", data=data, invoice=read(data, "")
    )
    store_received(session, account, [received], owner)


def _contact(account: str, *facts: str) -> Contact:
    name, vat, street, postcode, town, province = facts
    return Contact(
        account_id=account,
        id=new_id("co"),
        kind="customer",
        name=name,
        folded=fold(name),
        vat=f"IT{vat}",
        tax_code=vat,
        street=street,
        postcode=postcode,
        town=town,
        province=province,
        country="IT",
        recipient_code="0000000",
        version=1,
    )


def _supplier(account: str) -> Contact:
    """Known by another IBAN than the one its invoice names."""
    name = "Argille del Lamone S.n.c."
    return Contact(
        account_id=account,
        id=new_id("co"),
        kind="supplier",
        name=name,
        folded=fold(name),
        vat="IT03918207402",
        street="Via Fornace 12",
        postcode="48013",
        town="Brisighella",
        province="RA",
        country="IT",
        iban=KNOWN_SUPPLIER_IBAN,
        iban_since=today() - timedelta(days=650),
        version=1,
    )


def _content(
    customer: int, description: str, quantity: str, price: str, days_ago: int
) -> Content:
    name, vat, street, postcode, town, province = _CUSTOMERS[customer]
    day = today() - timedelta(days=days_ago)
    return Content(
        customer=Customer(
            name=name,
            vat=f"IT{vat}",
            tax_code=vat,
            street=street,
            postcode=postcode,
            town=town,
            province=province,
            recipient_code="0000000",
        ),
        kind="TD01",
        date=day,
        rows=(
            Row(
                description=description,
                quantity=Decimal(quantity),
                price=Decimal(price),
                vat="22",
            ),
        ),
        method="MP05",
        due_date=day + timedelta(days=30),
        iban=IBAN,
        bank_name="Banca Romagnola",
    )
