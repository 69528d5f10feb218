"""FatturaPA files: read them, judge them, write them.

Pure functions over frozen values; neither Flask nor the database is known here.
`read` turns bytes into an `InvoiceFile` or raises `InvalidInvoiceError` with every
fault; `check` judges sums and codes; `validate` asks an official schema, where one is
configured; `write` makes a file again. A file is hostile until read: nothing is
fetched, nothing expanded, and its size and depth are bounded.
"""

from webapp.panel.fatturapa.checks import SENDING_CODES, check
from webapp.panel.fatturapa.codes import (
    DOCUMENT_KINDS,
    NATURES,
    PAYMENT_METHODS,
    PAYMENT_TERMS,
    REGIMES,
    VAT_DUE_KINDS,
    WITHHOLDING_KINDS,
    label,
)
from webapp.panel.fatturapa.draft_text import (
    file_name,
    next_progressive,
    text_problems,
)
from webapp.panel.fatturapa.identity import (
    ibans,
    is_iban,
    is_italian_vat,
    is_party,
    normalise,
    vat_identity,
)
from webapp.panel.fatturapa.problems import InvalidInvoiceError, Problem
from webapp.panel.fatturapa.reader import read
from webapp.panel.fatturapa.safe_xml import MAX_FILE_BYTES
from webapp.panel.fatturapa.simplified import simplified_line, simplified_summaries
from webapp.panel.fatturapa.totals import (
    computed_total,
    line_total,
    summarise,
    tax_inside,
    tax_of,
    to_cents,
)
from webapp.panel.fatturapa.values import (
    Address,
    Attachment,
    Discount,
    Document,
    Fund,
    InvoiceFile,
    ItemCode,
    Line,
    OtherData,
    Party,
    Payment,
    Reference,
    Registration,
    Stamp,
    Transmission,
    VatSummary,
    Withholding,
)
from webapp.panel.fatturapa.writer import write
from webapp.panel.fatturapa.xsd import UnusableSchemaError, validate

__all__ = [
    "DOCUMENT_KINDS",
    "MAX_FILE_BYTES",
    "NATURES",
    "PAYMENT_METHODS",
    "PAYMENT_TERMS",
    "REGIMES",
    "SENDING_CODES",
    "VAT_DUE_KINDS",
    "WITHHOLDING_KINDS",
    "Address",
    "Attachment",
    "Discount",
    "Document",
    "Fund",
    "InvalidInvoiceError",
    "InvoiceFile",
    "ItemCode",
    "Line",
    "OtherData",
    "Party",
    "Payment",
    "Problem",
    "Reference",
    "Registration",
    "Stamp",
    "Transmission",
    "UnusableSchemaError",
    "VatSummary",
    "Withholding",
    "check",
    "computed_total",
    "file_name",
    "ibans",
    "is_iban",
    "is_italian_vat",
    "is_party",
    "label",
    "line_total",
    "next_progressive",
    "normalise",
    "read",
    "simplified_line",
    "simplified_summaries",
    "summarise",
    "tax_inside",
    "tax_of",
    "text_problems",
    "to_cents",
    "validate",
    "vat_identity",
    "write",
]
