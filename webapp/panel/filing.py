"""Rows for the documents of a file that was sent or received."""

from datetime import UTC, datetime

from webapp.ids import new_id
from webapp.panel.fatturapa import (
    Document,
    InvoiceFile,
    Party,
    normalise,
)
from webapp.panel.numbers import seller_code
from webapp.panel.records import fold
from webapp.panel.showing import cents
from webapp.panel.space import Depot
from webapp.panel.tables import Invoice, StoredFile


def record(
    depot: Depot, direction: str, invoice: InvoiceFile, file: StoredFile, state: str
) -> list[Invoice]:
    """One row for each document, in the current transaction."""
    other = invoice.buyer if direction == "sent" else invoice.seller
    rows = []
    for position, document in enumerate(invoice.documents):
        row = _row(document, other)
        row.account_id, row.file_id = file.account_id, file.id
        row.direction, row.position = direction, position
        row.state, row.created_by = state, depot.actor
        depot.session.add(row)
        rows.append(row)
    depot.session.flush()
    return rows


def shown_party(party: Party) -> str:
    """What lists call a party: a simplified invoice may name it by its number alone."""
    return party.name or party.vat or party.tax_code or "-"


def _row(document: Document, other: Party) -> Invoice:
    name = shown_party(other)
    ibans = {normalise(each.iban) for each in document.payments if each.iban}
    return Invoice(
        id=new_id("in"),
        kind=document.kind,
        number=document.number,
        issued_on=document.date,
        year=document.date.year,
        counterparty=name,
        counterparty_vat=seller_code(other),
        folded=fold(name, document.number, other.vat, other.tax_code),
        total_cents=cents(document.total),
        currency=document.currency,
        is_credit=document.is_credit,
        ibans=" ".join(sorted(ibans)),
        created_at=datetime.now(UTC),
    )
