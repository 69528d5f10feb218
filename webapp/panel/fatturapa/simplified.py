"""The body of the simplified format (FSM10): amounts with VAT become lines without."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from webapp.panel.fatturapa.codes import DOCUMENT_KINDS, NATURES
from webapp.panel.fatturapa.cursor import Cursor
from webapp.panel.fatturapa.ordinary import attachments
from webapp.panel.fatturapa.totals import (
    ZERO,
    computed_total,
    tax_inside,
    taxable_by_rate,
    to_cents,
)
from webapp.panel.fatturapa.values import (
    Document,
    Line,
    Reference,
    Stamp,
    VatSummary,
)

_HUNDRED = Decimal(100)


def document(body: Cursor) -> Document:
    """One simplified invoice; its total is always computed, no element declares it."""
    general = body.need_child("DatiGenerali")
    at = general.need_child("DatiGeneraliDocumento")
    goods = body.need_children("DatiBeniServizi")
    lines = tuple(_line(place, each) for place, each in enumerate(goods, start=1))
    summaries = simplified_summaries(lines)
    causes, references = _corrected(general)
    return Document(
        kind=at.need_code("TipoDocumento", DOCUMENT_KINDS),
        number=at.need_text("Numero"),
        date=at.need_date("Data"),
        currency=at.need_text("Divisa"),
        lines=lines,
        summaries=summaries,
        total=computed_total(summaries),
        total_computed=True,
        causes=causes,
        stamp=Stamp() if at.text("BolloVirtuale") == "SI" else None,
        references=references,
        attachments=attachments(body),
        source_line=at.line,
    )


def simplified_line(
    number: int,
    description: str,
    gross: Decimal,
    *,
    rate: Decimal | None = None,
    tax: Decimal | None = None,
) -> Line:
    """A line from its amount with VAT; give the rate, the tax, or both.

    The declared tax wins over the rate, and stays in `Line.tax`. Without a rate it
    is the one the tax implies.
    """
    inside = tax_inside(gross, rate or ZERO) if tax is None else tax
    net = gross - inside
    if rate is None:
        rate = to_cents(inside * _HUNDRED / net) if net else ZERO
    return Line(
        number=number,
        description=description,
        unit_price=net,
        total=net,
        vat_rate=rate,
        gross=gross,
        tax=tax,
    )


def simplified_summaries(lines: Sequence[Line]) -> tuple[VatSummary, ...]:
    """The sums of each rate and nature, from amounts that include the tax."""
    taxes: dict[tuple[Decimal, str | None], Decimal] = {}
    laws: dict[tuple[Decimal, str | None], str | None] = {}
    for line in lines:
        key = (line.vat_rate, line.nature)
        taxes[key] = taxes.get(key, ZERO) + (line.gross or ZERO) - line.total
        laws.setdefault(key, line.law)
    return tuple(
        VatSummary(
            rate=rate,
            nature=nature,
            taxable=taxable,
            tax=taxes[rate, nature],
            law=laws[rate, nature],
        )
        for (rate, nature), taxable in taxable_by_rate(lines).items()
    )


def _line(number: int, at: Cursor) -> Line:
    vat = at.need_child("DatiIVA")
    line = simplified_line(
        number,
        at.need_text("Descrizione"),
        at.need_amount("Importo"),
        rate=vat.amount("Aliquota"),
        tax=vat.amount("Imposta"),
    )
    return replace(
        line,
        nature=at.code("Natura", NATURES),
        law=at.text("RiferimentoNormativo"),
        source_line=at.line,
    )


def _corrected(general: Cursor) -> tuple[tuple[str, ...], tuple[Reference, ...]]:
    """What a simplified credit or debit note changes, and of which invoice."""
    at = general.child("DatiFatturaRettificata")
    if at is None:
        return (), ()
    number, date = at.need_text("NumeroFR"), at.need_date("DataFR")
    changed = at.need_text("ElementiRettificati")
    return (changed,), (Reference(kind="invoice", number=number, date=date),)
