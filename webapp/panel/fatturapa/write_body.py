"""The body of a file: one invoice, in the schema's order."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from webapp.panel.fatturapa.builder import Builder
from webapp.panel.fatturapa.ordinary import OTHER_DATA, REFERENCE_ELEMENTS
from webapp.panel.fatturapa.values import (
    Discount,
    Document,
    Fund,
    Line,
    Payment,
    Reference,
    VatSummary,
)


def ordinary_body(at: Builder, document: Document) -> None:
    """The body of FPR12 and FPA12."""
    general = at.child("DatiGenerali")
    _heading(general.child("DatiGeneraliDocumento"), document)
    _references(general, document.references)
    goods = at.child("DatiBeniServizi")
    for line in document.lines:
        _line(goods.child("DettaglioLinee"), line)
    for summary in document.summaries:
        _summary(goods.child("DatiRiepilogo"), summary)
    _payments(at, document.payments)
    _attachments(at, document)


def simplified_body(at: Builder, document: Document) -> None:
    """The body of FSM10: what it has no element for is left out."""
    general = at.child("DatiGenerali")
    heading = general.child("DatiGeneraliDocumento")
    _first_four(heading, document)
    heading.flag("BolloVirtuale", document.stamp is not None)
    for reference in document.references:
        corrected = general.child("DatiFatturaRettificata")
        corrected.text("NumeroFR", reference.number)
        corrected.date("DataFR", reference.date)
        corrected.text("ElementiRettificati", " ".join(document.causes))
    for line in document.lines:
        goods = at.child("DatiBeniServizi")
        goods.text("Descrizione", line.description)
        goods.amount("Importo", line.gross)
        vat = goods.child("DatiIVA")
        vat.amount("Imposta", line.tax)
        vat.amount("Aliquota", line.vat_rate)
        goods.text("Natura", line.nature)
        goods.text("RiferimentoNormativo", line.law)
    _attachments(at, document)


def _first_four(at: Builder, document: Document) -> None:
    at.text("TipoDocumento", document.kind)
    at.text("Divisa", document.currency)
    at.date("Data", document.date)
    at.text("Numero", document.number)


def _heading(at: Builder, document: Document) -> None:
    _first_four(at, document)
    for withholding in document.withholdings:
        block = at.child("DatiRitenuta")
        block.text("TipoRitenuta", withholding.kind)
        block.amount("ImportoRitenuta", withholding.amount)
        block.amount("AliquotaRitenuta", withholding.rate)
        block.text("CausalePagamento", withholding.reason)
    if document.stamp is not None:
        block = at.child("DatiBollo")
        block.flag("BolloVirtuale", True)
        block.amount("ImportoBollo", document.stamp.amount)
    for fund in document.funds:
        _fund(at.child("DatiCassaPrevidenziale"), fund)
    _discounts(at, document.discounts)
    if not document.total_computed:
        at.amount("ImportoTotaleDocumento", document.total)
    at.amount("Arrotondamento", document.rounding)
    for cause in document.causes:
        at.text("Causale", cause)


def _fund(at: Builder, fund: Fund) -> None:
    at.text("TipoCassa", fund.kind)
    at.amount("AlCassa", fund.rate)
    at.amount("ImportoContributoCassa", fund.amount)
    at.amount("ImponibileCassa", fund.taxable)
    at.amount("AliquotaIVA", fund.vat_rate)
    at.flag("Ritenuta", fund.withholding)
    at.text("Natura", fund.nature)
    at.text("RiferimentoAmministrazione", fund.reference)


def _discounts(at: Builder, discounts: Iterable[Discount]) -> None:
    for discount in discounts:
        block = at.child("ScontoMaggiorazione")
        block.text("Tipo", discount.kind)
        block.amount("Percentuale", discount.percentage)
        block.amount("Importo", discount.amount, fine=True)


def _references(at: Builder, references: Iterable[Reference]) -> None:
    order = [*REFERENCE_ELEMENTS, "delivery"]
    for each in sorted(references, key=lambda reference: order.index(reference.kind)):
        if each.kind == "delivery":
            _delivery(at.child("DatiDDT"), each)
        else:
            _reference(at.child(REFERENCE_ELEMENTS[each.kind]), each)


def _reference(at: Builder, reference: Reference) -> None:
    for number in reference.lines:
        at.integer("RiferimentoNumeroLinea", number)
    at.text("IdDocumento", reference.number)
    at.date("Data", reference.date)
    at.text("NumItem", reference.item)
    at.text("CodiceCommessaConvenzione", reference.project)
    at.text("CodiceCUP", reference.cup)
    at.text("CodiceCIG", reference.cig)


def _delivery(at: Builder, reference: Reference) -> None:
    at.text("NumeroDDT", reference.number)
    at.date("DataDDT", reference.date)
    for number in reference.lines:
        at.integer("RiferimentoNumeroLinea", number)


def _line(at: Builder, line: Line) -> None:
    at.integer("NumeroLinea", line.number)
    at.text("TipoCessionePrestazione", line.kind)
    for code in line.codes:
        block = at.child("CodiceArticolo")
        block.text("CodiceTipo", code.kind)
        block.text("CodiceValore", code.value)
    at.text("Descrizione", line.description)
    at.amount("Quantita", line.quantity, fine=True)
    at.text("UnitaMisura", line.unit)
    at.date("DataInizioPeriodo", line.period_start)
    at.date("DataFinePeriodo", line.period_end)
    at.amount("PrezzoUnitario", line.unit_price, fine=True)
    _discounts(at, line.discounts)
    at.amount("PrezzoTotale", line.total, fine=True)
    at.amount("AliquotaIVA", line.vat_rate)
    at.flag("Ritenuta", line.withholding)
    at.text("Natura", line.nature)
    at.text("RiferimentoAmministrazione", line.reference)
    for datum in line.other_data:
        block = at.child(OTHER_DATA)
        block.text("TipoDato", datum.kind)
        block.text("RiferimentoTesto", datum.text)
        block.amount("RiferimentoNumero", datum.number, fine=True)
        block.date("RiferimentoData", datum.date)


def _summary(at: Builder, summary: VatSummary) -> None:
    at.amount("AliquotaIVA", summary.rate)
    at.text("Natura", summary.nature)
    at.amount("SpeseAccessorie", summary.extra_costs)
    at.amount("Arrotondamento", summary.rounding, fine=True)
    at.amount("ImponibileImporto", summary.taxable)
    at.amount("Imposta", summary.tax)
    at.text("EsigibilitaIVA", summary.due)
    at.text("RiferimentoNormativo", summary.law)


def _payments(at: Builder, payments: Iterable[Payment]) -> None:
    for terms, same in groupby(payments, attrgetter("terms")):
        block = at.child("DatiPagamento")
        block.text("CondizioniPagamento", terms)
        for payment in same:
            _payment(block.child("DettaglioPagamento"), payment)


def _payment(at: Builder, payment: Payment) -> None:
    at.text("Beneficiario", payment.beneficiary)
    at.text("ModalitaPagamento", payment.method)
    at.date("DataRiferimentoTerminiPagamento", payment.reference_date)
    at.integer("GiorniTerminiPagamento", payment.days)
    at.date("DataScadenzaPagamento", payment.due_date)
    at.amount("ImportoPagamento", payment.amount)
    at.text("IstitutoFinanziario", payment.bank_name)
    at.text("IBAN", payment.iban)
    at.text("ABI", payment.abi)
    at.text("CAB", payment.cab)
    at.text("BIC", payment.bic)
    at.text("CodicePagamento", payment.payment_code)


def _attachments(at: Builder, document: Document) -> None:
    for attachment in document.attachments:
        block = at.child("Allegati")
        block.text("NomeAttachment", attachment.name)
        block.text("FormatoAttachment", attachment.format)
        block.text("DescrizioneAttachment", attachment.description)
        block.content("Attachment", attachment.content)
