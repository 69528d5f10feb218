"""The rules of one document: numbers, sums, natures, withholdings, IBANs."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from webapp.panel.fatturapa.identity import is_iban
from webapp.panel.fatturapa.problems import WARNING, Problem, problem
from webapp.panel.fatturapa.totals import (
    CENT,
    ZERO,
    computed_total,
    line_total,
    tax_inside,
    tax_of,
    taxable_by_rate,
    to_cents,
)
from webapp.panel.fatturapa.values import Discount, Document, Fund, Line, VatSummary

_EURO: Final = Decimal(1)
_GENERIC_NATURES: Final = frozenset({"N2", "N3", "N6"})
_SUBCODES_SINCE: Final = dt.date(2021, 1, 1)


def document_problems(
    document: Document, *, path: str, today: dt.date, simplified: bool
) -> Iterator[Problem]:
    """Every fault of one document; `path` is that of its body."""
    general = f"{path}/DatiGenerali/DatiGeneraliDocumento"
    yield from _heading(document, general, today)
    yield from _missing_withholdings(document, general)
    yield from _funds(document, general)
    yield from _lines(document, path, simplified=simplified)
    if not simplified:
        yield from _summaries(document, f"{path}/DatiBeniServizi")
        yield from _total(document, general)
    yield from _payments(document, path)


def _heading(document: Document, path: str, today: dt.date) -> Iterator[Problem]:
    line = document.source_line
    if document.date > today:
        value = document.date.isoformat()
        yield problem("00403", line=line, element=f"{path}/Data", value=value)
    if not any("0" <= character <= "9" for character in document.number):
        value = document.number
        yield problem("00425", line=line, element=f"{path}/Numero", value=value)
    linked = [each.date for each in document.references if each.kind == "invoice"]
    latest = max((date for date in linked if date is not None), default=document.date)
    if document.is_credit and document.date < latest:
        yield problem(
            "00418",
            line=line,
            element=f"{path}/Data",
            value=document.date.isoformat(),
            expected=latest.isoformat(),
        )
    if _empty_discount(document.discounts):
        yield problem("00437", line=line, element=f"{path}/ScontoMaggiorazione")


def _missing_withholdings(document: Document, path: str) -> Iterator[Problem]:
    if document.withholdings:
        return
    element, line = f"{path}/DatiRitenuta", document.source_line
    if any(each.withholding for each in document.lines):
        yield problem("00411", line=line, element=element)
    if any(each.withholding for each in document.funds):
        yield problem("00415", line=line, element=element)


def _funds(document: Document, path: str) -> Iterator[Problem]:
    for place, fund in enumerate(document.funds, start=1):
        element = f"{path}/DatiCassaPrevidenziale[{place}]"
        if fund.vat_rate == 0 and fund.nature is None:
            yield problem("00413", line=fund.source_line, element=f"{element}/Natura")
        if fund.vat_rate != 0 and fund.nature is not None:
            yield problem("00414", line=fund.source_line, element=f"{element}/Natura")
        yield from _rate(fund.vat_rate, fund, f"{element}/AliquotaIVA")


def _lines(document: Document, path: str, *, simplified: bool) -> Iterator[Problem]:
    many = len(document.lines) > 1
    for place, line in enumerate(document.lines, start=1):
        if simplified:
            index = f"[{place}]" if many else ""
            element = f"{path}/DatiBeniServizi{index}"
            yield from _tax_inside(line, element)
        else:
            element = f"{path}/DatiBeniServizi/DettaglioLinee[{place}]"
            yield from _line_total(line, element)
        yield from _line_nature(line, element)
        yield from _generic(document, line, element)
        yield from _rate(line.vat_rate, line, element)
        if _empty_discount(line.discounts):
            yield problem("00438", line=line.source_line, element=element)


def _line_nature(line: Line, path: str) -> Iterator[Problem]:
    if line.vat_rate == 0 and line.nature is None:
        yield problem("00400", line=line.source_line, element=f"{path}/Natura")
    if line.vat_rate != 0 and line.nature is not None:
        yield problem("00401", line=line.source_line, element=f"{path}/Natura")


def _line_total(line: Line, path: str) -> Iterator[Problem]:
    expected = line_total(line.quantity, line.unit_price, line.discounts)
    if abs(expected - line.total) > CENT:
        yield problem(
            "00423",
            line=line.source_line,
            element=f"{path}/PrezzoTotale",
            value=line.total,
            expected=to_cents(expected),
        )


def _tax_inside(line: Line, path: str) -> Iterator[Problem]:
    expected = tax_inside(line.gross or ZERO, line.vat_rate)
    if line.tax is not None and abs(line.tax - expected) > CENT:
        yield problem(
            "DLG-TAX",
            line=line.source_line,
            element=f"{path}/DatiIVA/Imposta",
            value=line.tax,
            expected=expected,
        )


def _summaries(document: Document, path: str) -> Iterator[Problem]:
    yield from _missing_summaries(document, path)
    sums = taxable_by_rate(document.lines, document.funds)
    stated: dict[tuple[Decimal, str | None], Decimal] = {}
    last: dict[tuple[Decimal, str | None], tuple[str, VatSummary]] = {}
    for place, summary in enumerate(document.summaries, start=1):
        element = f"{path}/DatiRiepilogo[{place}]"
        yield from _summary(document, summary, element)
        # A rate may have several summaries (by due kind, by law): they add up.
        key = _key(summary)
        net = summary.taxable - (summary.rounding or ZERO)
        stated[key] = stated.get(key, ZERO) + net
        last[key] = (element, summary)
    for key, (element, summary) in last.items():
        expected = sums.get(key, ZERO)
        if abs(stated[key] - expected) > _EURO:
            yield problem(
                "00422",
                line=summary.source_line,
                element=f"{element}/ImponibileImporto",
                value=stated[key],
                expected=to_cents(expected),
            )


def _summary(document: Document, summary: VatSummary, path: str) -> Iterator[Problem]:
    line = summary.source_line
    if summary.rate == 0 and summary.nature is None:
        yield problem("00429", line=line, element=f"{path}/Natura")
    if summary.rate != 0 and summary.nature is not None:
        yield problem("00430", line=line, element=f"{path}/Natura")
    if (summary.nature or "").startswith("N6") and summary.due == "S":
        element = f"{path}/EsigibilitaIVA"
        yield problem("00420", line=line, element=element, value=summary.nature)
    yield from _generic(document, summary, path)
    yield from _rate(summary.rate, summary, path)
    expected = tax_of(summary.taxable, summary.rate)
    if abs(expected - summary.tax) > CENT:
        yield problem(
            "00421",
            line=line,
            element=f"{path}/Imposta",
            value=summary.tax,
            expected=expected,
        )


def _missing_summaries(document: Document, path: str) -> Iterator[Problem]:
    stated = {_key(each) for each in document.summaries}
    rates = {rate for rate, _ in stated}
    for rate, nature in taxable_by_rate(document.lines, document.funds):
        element, line = f"{path}/DatiRiepilogo", document.source_line
        if rate not in rates:
            yield problem("00419", line=line, element=element, value=rate)
        elif nature is not None and (rate, nature) not in stated:
            yield problem("00444", line=line, element=element, value=nature)


def _total(document: Document, path: str) -> Iterator[Problem]:
    expected = computed_total(document.summaries, document.discounts, document.rounding)
    stamp = (document.stamp.amount if document.stamp else None) or ZERO
    # Some add the stamp duty to the total, some leave it out: both are usual.
    off = min(abs(document.total - expected), abs(document.total - expected - stamp))
    if off > _EURO:
        yield problem(
            "DLG-TOTAL",
            line=document.source_line,
            element=f"{path}/ImportoTotaleDocumento",
            severity=WARNING,
            value=document.total,
            expected=expected,
        )


def _payments(document: Document, path: str) -> Iterator[Problem]:
    for payment in document.payments:
        if payment.iban and not is_iban(payment.iban):
            yield problem(
                "DLG-IBAN",
                line=payment.source_line,
                element=f"{path}/DatiPagamento//IBAN",
                value=payment.iban,
            )


def _generic(document: Document, at: Line | VatSummary, path: str) -> Iterator[Problem]:
    if at.nature in _GENERIC_NATURES and document.date >= _SUBCODES_SINCE:
        element = f"{path}/Natura"
        yield problem("00445", line=at.source_line, element=element, value=at.nature)


def _rate(rate: Decimal, at: Line | Fund | VatSummary, path: str) -> Iterator[Problem]:
    if rate < 0 or 0 < rate < 1 or rate > 100:
        yield problem("00424", line=at.source_line, element=path, value=rate)


def _empty_discount(discounts: Iterable[Discount]) -> bool:
    return any(each.percentage is None and each.amount is None for each in discounts)


def _key(summary: VatSummary) -> tuple[Decimal, str | None]:
    return summary.rate, summary.nature
