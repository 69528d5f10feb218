"""What a typed draft holds, stored as JSON and turned into an invoice when needed."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from textwrap import wrap

import msgspec

from webapp.panel import vat
from webapp.panel.fatturapa import (
    Address,
    Document,
    InvoiceFile,
    Line,
    Party,
    Payment,
    Transmission,
    computed_total,
    line_total,
    summarise,
)
from webapp.tables import Account

ONE = Decimal(1)
#: What the form makes; other kinds come in as files.
KINDS = ("TD01", "TD02", "TD03", "TD04", "TD05", "TD06", "TD24", "TD25", "TD26")
_CAUSE_LENGTH = 200
_PUBLIC_BODY_CODE = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """Whom it is for, copied from the registry or typed."""

    name: str
    vat: str = ""
    tax_code: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    province: str = ""
    country: str = "IT"
    recipient_code: str = ""
    pec: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line; `vat` is a rate (`22`) or a nature (`N4`)."""

    description: str
    quantity: Decimal
    price: Decimal
    vat: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """A typed draft."""

    customer: Customer
    kind: str
    date: dt.date
    rows: tuple[Row, ...]
    cause: str = ""
    method: str = ""
    term: str = "TP02"
    due_date: dt.date | None = None
    iban: str = ""
    bank_name: str = ""


def encode(content: Content) -> str:
    """As stored."""
    return msgspec.json.encode(content).decode()


def decode(stored: str) -> Content:
    """As it was typed."""
    return msgspec.json.decode(stored, type=Content)


def invoice_of(content: Content, account: Account) -> InvoiceFile:
    """The invoice as it stands, without number and transmitter: both come on sending."""
    lines = tuple(_line(place, row) for place, row in enumerate(content.rows, 1))
    summaries = summarise(lines)
    total = computed_total(summaries)
    return InvoiceFile(
        format="FPA12" if _is_public_body(content.customer) else "FPR12",
        transmission=_transmission(content.customer),
        seller=_seller(account),
        buyer=_buyer(content.customer),
        documents=(
            Document(
                kind=content.kind,
                number="",
                date=content.date,
                lines=lines,
                summaries=summaries,
                total=total,
                causes=_causes(content.cause),
                payments=_payments(content, total),
            ),
        ),
    )


def content_of(invoice: InvoiceFile, position: int, today: dt.date) -> Content | None:
    """A draft like this invoice, None when the form can not hold what it says."""
    document = invoice.documents[position]
    if invoice.format == "FSM10" or not _is_plain(document):
        return None
    rows = tuple(
        Row(
            description=line.description,
            quantity=ONE if line.quantity is None else line.quantity,
            price=line.unit_price,
            vat=_vat(line),
        )
        for line in document.lines
    )
    payment = next(iter(document.payments), None)
    content = Content(
        customer=_customer(invoice),
        kind=document.kind,
        date=today,
        rows=rows,
        cause="\n".join(document.causes),
    )
    if payment is None:
        return content
    return replace(
        content,
        method=payment.method,
        term=payment.terms,
        iban=payment.iban or "",
        bank_name=payment.bank_name or "",
    )


def _is_plain(document: Document) -> bool:
    rich = (
        document.withholdings,
        document.funds,
        document.discounts,
        document.stamp,
        [line for line in document.lines if line.discounts],
    )
    return (
        not any(rich)
        and document.kind in KINDS
        and document.currency == "EUR"
        and all(_vat(line) in vat.offered() for line in document.lines)
    )


def _vat(line: Line) -> str:
    return line.nature or f"{line.vat_rate.normalize():f}"


def _line(number: int, row: Row) -> Line:
    return Line(
        number=number,
        description=row.description,
        quantity=row.quantity,
        unit_price=row.price,
        total=line_total(row.quantity, row.price),
        vat_rate=vat.rate_of(row.vat),
        nature=vat.nature_of(row.vat),
    )


def _is_public_body(customer: Customer) -> bool:
    return len(customer.recipient_code) == _PUBLIC_BODY_CODE


def _transmission(customer: Customer) -> Transmission:
    nobody = "0000000" if customer.country == "IT" else "XXXXXXX"
    code = customer.recipient_code or nobody
    by_mail = customer.pec if code == "0000000" else ""
    return Transmission(
        country="IT", code="", progressive="", recipient_code=code, pec=by_mail or None
    )


def _seller(account: Account) -> Party:
    return Party(
        name=account.name,
        vat=account.vat,
        tax_code=account.tax_code or None,
        regime=account.regime,
        address=Address(
            street=account.street,
            postcode=account.postcode,
            city=account.town,
            province=account.province or None,
        ),
    )


def _buyer(customer: Customer) -> Party:
    return Party(
        name=customer.name,
        vat=customer.vat or None,
        tax_code=customer.tax_code or None,
        address=Address(
            street=customer.street,
            postcode=customer.postcode,
            city=customer.town,
            province=customer.province or None,
            country=customer.country,
        ),
    )


def _causes(cause: str) -> tuple[str, ...]:
    """One element a line, and more where a line is longer than an element."""
    return tuple(
        part
        for line in cause.splitlines()
        for part in wrap(line.strip(), _CAUSE_LENGTH, break_on_hyphens=False)
    )


def _payments(content: Content, total: Decimal) -> tuple[Payment, ...]:
    if not content.method:
        return ()
    payment = Payment(
        terms=content.term,
        method=content.method,
        amount=total,
        due_date=content.due_date,
        bank_name=content.bank_name or None,
        iban=content.iban or None,
    )
    return (payment,)


def _customer(invoice: InvoiceFile) -> Customer:
    buyer, address = invoice.buyer, invoice.buyer.address
    code = invoice.transmission.recipient_code
    facts = {
        "name": buyer.name,
        "vat": buyer.vat or "",
        "tax_code": buyer.tax_code or "",
        "recipient_code": "" if code in ("0000000", "XXXXXXX") else code,
        "pec": invoice.transmission.pec or "",
    }
    if address is not None:
        street = " ".join(filter(None, (address.street, address.number)))
        facts |= {
            "street": street,
            "postcode": address.postcode,
            "town": address.city,
            "province": address.province or "",
            "country": address.country,
        }
    return Customer(**facts)
