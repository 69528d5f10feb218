"""Whether an invoice adds up, and whether the exchange system would take it.

Tolerances are the exchange's: one cent on a line total (00423) and on a summary's
tax (00421), one euro on a summary's taxable sum (00422).
"""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from webapp.panel.fatturapa.body_checks import document_problems
from webapp.panel.fatturapa.identity import is_italian_vat
from webapp.panel.fatturapa.problems import WARNING, Problem, problem
from webapp.panel.fatturapa.values import InvoiceFile, Party

_RECIPIENT_LENGTHS: Final = {"FPA12": 6}
_ORDINARY_LENGTH: Final = 7
# Wrong for the exchange, yet nothing is missing and every sum holds: such a file
# may be stored, and may not be sent.
SENDING_CODES: Final = frozenset({"00427"})


def check(
    invoice: InvoiceFile, *, today: dt.date, sending: bool = False
) -> tuple[Problem, ...]:
    """Every fault of the values, after the warnings of reading.

    `today` is the day of receipt. With `sending` the faults in `SENDING_CODES`,
    warnings otherwise, are errors.
    """
    found = [
        *invoice.warnings,
        *_recipient(invoice),
        *_parties(invoice),
        *_repeated(invoice),
    ]
    for place, document in enumerate(invoice.documents, start=1):
        path = f"FatturaElettronicaBody[{place}]"
        simplified = invoice.format == "FSM10"
        found += document_problems(
            document, path=path, today=today, simplified=simplified
        )
    return tuple(
        each.as_error() if sending and each.code in SENDING_CODES else each
        for each in found
    )


def _recipient(invoice: InvoiceFile) -> Iterator[Problem]:
    value = invoice.transmission.recipient_code
    length = _RECIPIENT_LENGTHS.get(invoice.format, _ORDINARY_LENGTH)
    if len(value) != length:
        yield problem(
            "00427",
            element="FatturaElettronicaHeader/DatiTrasmissione/CodiceDestinatario",
            severity=WARNING,
            value=value,
            name=invoice.format,
            expected=length,
        )


def _parties(invoice: InvoiceFile) -> Iterator[Problem]:
    header = "FatturaElettronicaHeader"
    yield from _vat_digits(invoice.seller, f"{header}/CedentePrestatore")
    yield from _vat_digits(invoice.buyer, f"{header}/CessionarioCommittente")
    if not invoice.buyer.vat and not invoice.buyer.tax_code:
        element = f"{header}/CessionarioCommittente"
        yield problem("00417", line=invoice.buyer.source_line, element=element)


def _vat_digits(party: Party, path: str) -> Iterator[Problem]:
    vat = party.vat or ""
    if vat.startswith("IT") and not is_italian_vat(vat.removeprefix("IT")):
        yield problem(
            "DLG-VAT",
            line=party.source_line,
            element=f"{path}//IdFiscaleIVA",
            severity=WARNING,
            value=vat,
        )


def _repeated(invoice: InvoiceFile) -> Iterator[Problem]:
    seen: set[tuple[str, str, int]] = set()
    for place, document in enumerate(invoice.documents, start=1):
        key = (document.kind, document.number, document.date.year)
        if key in seen:
            yield problem(
                "00409",
                line=document.source_line,
                element=f"FatturaElettronicaBody[{place}]",
                value=document.number,
            )
        seen.add(key)
