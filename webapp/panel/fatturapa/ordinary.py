"""The body of the ordinary format (FPR12, FPA12): from elements to values."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from webapp.panel.fatturapa.codes import (
    DOCUMENT_KINDS,
    NATURES,
    PAYMENT_METHODS,
    PAYMENT_TERMS,
    VAT_DUE_KINDS,
    WITHHOLDING_KINDS,
)
from webapp.panel.fatturapa.cursor import Cursor
from webapp.panel.fatturapa.totals import computed_total
from webapp.panel.fatturapa.values import (
    Attachment,
    Discount,
    Document,
    Fund,
    ItemCode,
    Line,
    OtherData,
    Payment,
    Reference,
    Stamp,
    VatSummary,
    Withholding,
)

REFERENCE_ELEMENTS: Mapping[str, str] = MappingProxyType(
    {
        "order": "DatiOrdineAcquisto",
        "contract": "DatiContratto",
        "agreement": "DatiConvenzione",
        "receipt": "DatiRicezione",
        "invoice": "DatiFattureCollegate",
    }
)

OTHER_DATA = "AltriDatiGestionali"


def document(body: Cursor) -> Document:
    """One invoice of the file."""
    general = body.need_child("DatiGenerali")
    at = general.need_child("DatiGeneraliDocumento")
    goods = body.need_child("DatiBeniServizi")
    summaries = tuple(_summary(each) for each in goods.need_children("DatiRiepilogo"))
    total, discounts = at.amount("ImportoTotaleDocumento"), _discounts(at)
    rounding = at.amount("Arrotondamento")
    return Document(
        kind=at.need_code("TipoDocumento", DOCUMENT_KINDS),
        number=at.need_text("Numero"),
        date=at.need_date("Data"),
        currency=at.need_text("Divisa"),
        lines=tuple(_line(each) for each in goods.need_children("DettaglioLinee")),
        summaries=summaries,
        total=_total(total, summaries, discounts, rounding),
        total_computed=total is None,
        rounding=rounding,
        causes=at.texts("Causale"),
        withholdings=tuple(_withholding(each) for each in at.children("DatiRitenuta")),
        funds=tuple(_fund(each) for each in at.children("DatiCassaPrevidenziale")),
        stamp=_stamp(at),
        discounts=discounts,
        references=_references(general),
        payments=_payments(body),
        attachments=attachments(body),
        source_line=at.line,
    )


def attachments(body: Cursor) -> tuple[Attachment, ...]:
    """The files inside the invoice, decoded."""
    return tuple(
        Attachment(
            name=at.need_text("NomeAttachment"),
            content=at.content("Attachment"),
            format=at.text("FormatoAttachment"),
            description=at.text("DescrizioneAttachment"),
        )
        for at in body.children("Allegati")
    )


def _total(
    declared: Decimal | None,
    summaries: tuple[VatSummary, ...],
    discounts: tuple[Discount, ...],
    rounding: Decimal | None,
) -> Decimal:
    if declared is not None:
        return declared
    return computed_total(summaries, discounts, rounding)


def _line(at: Cursor) -> Line:
    return Line(
        number=at.need_integer("NumeroLinea"),
        description=at.need_text("Descrizione"),
        quantity=at.amount("Quantita", fine=True),
        unit=at.text("UnitaMisura"),
        unit_price=at.need_amount("PrezzoUnitario", fine=True),
        total=at.need_amount("PrezzoTotale", fine=True),
        vat_rate=at.need_amount("AliquotaIVA"),
        nature=at.code("Natura", NATURES),
        kind=at.text("TipoCessionePrestazione"),
        codes=tuple(_item_code(each) for each in at.children("CodiceArticolo")),
        period_start=at.date("DataInizioPeriodo"),
        period_end=at.date("DataFinePeriodo"),
        discounts=_discounts(at),
        withholding=at.text("Ritenuta") == "SI",
        reference=at.text("RiferimentoAmministrazione"),
        other_data=tuple(_other_data(each) for each in at.children(OTHER_DATA)),
        source_line=at.line,
    )


def _item_code(at: Cursor) -> ItemCode:
    # The schema wants a value; real files leave it out, and nobody reads it.
    return ItemCode(kind=at.need_text("CodiceTipo"), value=at.text("CodiceValore"))


def _other_data(at: Cursor) -> OtherData:
    return OtherData(
        kind=at.need_text("TipoDato"),
        text=at.text("RiferimentoTesto"),
        number=at.amount("RiferimentoNumero", fine=True),
        date=at.date("RiferimentoData"),
    )


def _discounts(at: Cursor) -> tuple[Discount, ...]:
    return tuple(
        Discount(
            kind=each.need_text("Tipo"),
            percentage=each.amount("Percentuale"),
            amount=each.amount("Importo", fine=True),
        )
        for each in at.children("ScontoMaggiorazione")
    )


def _summary(at: Cursor) -> VatSummary:
    return VatSummary(
        rate=at.need_amount("AliquotaIVA"),
        nature=at.code("Natura", NATURES),
        taxable=at.need_amount("ImponibileImporto"),
        tax=at.need_amount("Imposta"),
        rounding=at.amount("Arrotondamento", fine=True),
        extra_costs=at.amount("SpeseAccessorie"),
        due=at.code("EsigibilitaIVA", VAT_DUE_KINDS),
        law=at.text("RiferimentoNormativo"),
        source_line=at.line,
    )


def _withholding(at: Cursor) -> Withholding:
    return Withholding(
        kind=at.need_code("TipoRitenuta", WITHHOLDING_KINDS),
        amount=at.need_amount("ImportoRitenuta"),
        rate=at.need_amount("AliquotaRitenuta"),
        reason=at.need_text("CausalePagamento"),
    )


def _fund(at: Cursor) -> Fund:
    return Fund(
        kind=at.need_text("TipoCassa"),
        rate=at.need_amount("AlCassa"),
        amount=at.need_amount("ImportoContributoCassa"),
        taxable=at.amount("ImponibileCassa"),
        vat_rate=at.need_amount("AliquotaIVA"),
        withholding=at.text("Ritenuta") == "SI",
        nature=at.code("Natura", NATURES),
        reference=at.text("RiferimentoAmministrazione"),
        source_line=at.line,
    )


def _stamp(at: Cursor) -> Stamp | None:
    stamp = at.child("DatiBollo")
    if stamp is None:
        return None
    stamp.need_text("BolloVirtuale")
    return Stamp(amount=stamp.amount("ImportoBollo"))


def _references(general: Cursor) -> tuple[Reference, ...]:
    documents = [
        _reference(kind, at)
        for kind, name in REFERENCE_ELEMENTS.items()
        for at in general.children(name)
    ]
    deliveries = [
        Reference(
            kind="delivery",
            number=at.need_text("NumeroDDT"),
            date=at.need_date("DataDDT"),
            lines=at.integers("RiferimentoNumeroLinea"),
        )
        for at in general.children("DatiDDT")
    ]
    return (*documents, *deliveries)


def _reference(kind: str, at: Cursor) -> Reference:
    return Reference(
        kind=kind,
        number=at.need_text("IdDocumento"),
        date=at.date("Data"),
        lines=at.integers("RiferimentoNumeroLinea"),
        item=at.text("NumItem"),
        project=at.text("CodiceCommessaConvenzione"),
        cup=at.text("CodiceCUP"),
        cig=at.text("CodiceCIG"),
    )


def _payments(body: Cursor) -> tuple[Payment, ...]:
    payments: list[Payment] = []
    for block in body.children("DatiPagamento"):
        terms = block.need_code("CondizioniPagamento", PAYMENT_TERMS)
        details = block.need_children("DettaglioPagamento")
        payments.extend(_payment(terms, at) for at in details)
    return tuple(payments)


def _payment(terms: str, at: Cursor) -> Payment:
    return Payment(
        terms=terms,
        method=at.need_code("ModalitaPagamento", PAYMENT_METHODS),
        amount=at.need_amount("ImportoPagamento"),
        beneficiary=at.text("Beneficiario"),
        reference_date=at.date("DataRiferimentoTerminiPagamento"),
        days=at.integer("GiorniTerminiPagamento"),
        due_date=at.date("DataScadenzaPagamento"),
        bank_name=at.text("IstitutoFinanziario"),
        iban=at.text("IBAN"),
        abi=at.text("ABI"),
        cab=at.text("CAB"),
        bic=at.text("BIC"),
        payment_code=at.text("CodicePagamento"),
        source_line=at.line,
    )
