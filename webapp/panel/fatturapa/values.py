"""What an invoice file says, as frozen values: every money amount is a `Decimal`."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from webapp.panel.fatturapa.problems import Problem

FORMATS = ("FPR12", "FPA12", "FSM10")
CREDIT_KINDS = frozenset({"TD04", "TD08"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission:
    """Who transmits the file, and to which address of the exchange.

    `country` and `code` are the transmitter's; `recipient_code` has 6 characters
    for FPA12 and 7 for the other formats.
    """

    country: str
    code: str
    progressive: str
    recipient_code: str
    pec: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A seat: `province` only in Italy, `country` as ISO 3166 alpha-2."""

    street: str
    number: str | None = None
    postcode: str
    city: str
    province: str | None = None
    country: str = "IT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """An entry in the Italian register of companies (`IscrizioneREA`)."""

    office: str
    number: str
    capital: Decimal | None = None
    sole_shareholder: str | None = None
    liquidation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A seller or a buyer.

    `vat` carries its country (`IT01234567890`). A natural person has `first_name`
    and `last_name`, and `name` is then both joined by a space. `regime` (`RF01`),
    `registration` and the contacts belong to the seller: of a buyer they are not
    written. A buyer of a simplified invoice may lack name (`""`) and address.
    """

    name: str
    vat: str | None = None
    tax_code: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    address: Address | None = None
    regime: str | None = None
    registration: Registration | None = None
    phone: str | None = None
    fax: str | None = None
    email: str | None = None
    source_line: int | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """A discount (`SC`) or a surcharge (`MG`); an amount wins over a percentage.

    On a line the amount is per unit, on a document it is for the whole.
    """

    kind: str
    percentage: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCode:
    """A code of the article in somebody's catalogue (`EAN`, `CPV`)."""

    kind: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherData:
    """A management datum of a line, such as `INTENTO` or `INVCONT`."""

    kind: str
    text: str | None = None
    number: Decimal | None = None
    date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of goods or services; `total` and `unit_price` are without VAT.

    Without `quantity` the line counts once. `gross`, `tax` and `law` come from a
    simplified invoice alone: its amount with VAT, its declared tax, its law.
    """

    number: int
    description: str
    quantity: Decimal | None = None
    unit: str | None = None
    unit_price: Decimal
    total: Decimal
    vat_rate: Decimal
    nature: str | None = None
    kind: str | None = None
    codes: tuple[ItemCode, ...] = ()
    period_start: dt.date | None = None
    period_end: dt.date | None = None
    discounts: tuple[Discount, ...] = ()
    withholding: bool = False
    reference: str | None = None
    other_data: tuple[OtherData, ...] = ()
    gross: Decimal | None = None
    tax: Decimal | None = None
    law: str | None = None
    source_line: int | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VatSummary:
    """The sums of one VAT rate or nature; `taxable` includes `rounding`.

    `due` tells when the tax falls due: I now, D deferred, S paid by the buyer.
    """

    rate: Decimal
    nature: str | None = None
    taxable: Decimal
    tax: Decimal
    rounding: Decimal | None = None
    extra_costs: Decimal | None = None
    due: str | None = None
    law: str | None = None
    source_line: int | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withholding:
    """Tax or contribution that the buyer keeps back (`RT01`)."""

    kind: str
    amount: Decimal
    rate: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """A professional fund's contribution (`TC01`), added to the taxable sum."""

    kind: str
    rate: Decimal
    amount: Decimal
    taxable: Decimal | None = None
    vat_rate: Decimal
    withholding: bool = False
    nature: str | None = None
    reference: str | None = None
    source_line: int | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Stamp duty paid virtually; the amount may be left out."""

    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One instalment; `terms` (`TP01`) are those of the block it stands in."""

    terms: str
    method: str
    amount: Decimal
    beneficiary: str | None = None
    reference_date: dt.date | None = None
    days: int | None = None
    due_date: dt.date | None = None
    bank_name: str | None = None
    iban: str | None = None
    abi: str | None = None
    cab: str | None = None
    bic: str | None = None
    payment_code: str | None = None
    source_line: int | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A document this one points at.

    `kind` is one of `order`, `contract`, `agreement`, `receipt`, `invoice`,
    `delivery` (a transport document); `lines` are the line numbers it concerns.
    """

    kind: str
    number: str
    date: dt.date | None = None
    lines: tuple[int, ...] = ()
    item: str | None = None
    project: str | None = None
    cup: str | None = None
    cig: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file carried inside the invoice."""

    name: str
    content: bytes = field(repr=False)
    format: str | None = None
    description: str | None = None

    @property
    def size(self) -> int:
        """Bytes of the content once decoded."""
        return len(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One invoice of the file.

    `total` is the declared one; where the file declares none it is computed from
    the VAT summaries and `total_computed` says so.
    """

    kind: str
    number: str
    date: dt.date
    currency: str = "EUR"
    lines: tuple[Line, ...]
    summaries: tuple[VatSummary, ...]
    total: Decimal
    total_computed: bool = False
    rounding: Decimal | None = None
    causes: tuple[str, ...] = ()
    withholdings: tuple[Withholding, ...] = ()
    funds: tuple[Fund, ...] = ()
    stamp: Stamp | None = None
    discounts: tuple[Discount, ...] = ()
    references: tuple[Reference, ...] = ()
    payments: tuple[Payment, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    source_line: int | None = field(default=None, compare=False, repr=False)

    @property
    def is_credit(self) -> bool:
        """Whether it gives money back: amounts stay positive in the file."""
        return self.kind in CREDIT_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFile:
    """A file with one or more invoices from one seller to one buyer.

    `format` is FPR12 (private), FPA12 (public administration) or FSM10
    (simplified). `warnings` holds what only the schema minds.
    """

    format: str
    transmission: Transmission
    seller: Party
    buyer: Party
    documents: tuple[Document, ...]
    encoding: str = "utf-8"
    warnings: tuple[Problem, ...] = field(default=(), compare=False, repr=False)
