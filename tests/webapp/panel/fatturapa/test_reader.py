"""What reading tolerates, and what it reports, fault by fault."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from webapp.panel.fatturapa import InvalidInvoiceError, read
from webapp.panel.fatturapa.cursor import MAX_PROBLEMS

OWN = Path(__file__).parents[4] / "webapp" / "demo" / "samples"


def sample(name="ordinary"):
    return (OWN / f"{name}.xml").read_text("utf-8")


def changed(*changes, name="ordinary"):
    text = sample(name)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


def faults(data):
    with pytest.raises(InvalidInvoiceError) as caught:
        read(data, "file.xml")
    return [each for each in caught.value.problems if each.is_error]


def line_of(text, name="ordinary"):
    return sample(name)[: sample(name).index(text)].count("\n") + 1


def test_a_missing_element_is_reported_under_its_parent():
    (found,) = faults(changed(("<Comune>Ravenna</Comune>", "")))
    assert found.code == "DLG-MISSING"
    expected = "FatturaElettronicaHeader/CessionarioCommittente/Sede/Comune"
    assert found.element == expected
    text = sample()
    buyer = text.index("<CessionarioCommittente>")
    assert found.line == text[: text.index("<Sede>", buyer)].count("\n") + 1
    assert found.message("it") == "Manca l'elemento obbligatorio Comune."
    assert found.message("en") == "The mandatory element Comune is missing."


MANDATORY = [
    "IdTrasmittente",
    "ProgressivoInvio",
    "CodiceDestinatario",
    "IdFiscaleIVA",
    "Anagrafica",
    "RegimeFiscale",
    "Indirizzo",
    "CAP",
    "Nazione",
    "CedentePrestatore",
    "CessionarioCommittente",
    "FatturaElettronicaBody",
    "DatiGenerali",
    "TipoDocumento",
    "Divisa",
    "Data",
    "Numero",
    "DatiBeniServizi",
    "DatiRiepilogo",
    "NumeroLinea",
    "Descrizione",
    "PrezzoUnitario",
    "PrezzoTotale",
    "AliquotaIVA",
    "ImponibileImporto",
    "Imposta",
    "ModalitaPagamento",
    "ImportoPagamento",
    "DettaglioPagamento",
]


@pytest.mark.parametrize("name", MANDATORY)
def test_each_mandatory_element_is_missed_once(name):
    text = sample()
    start = text.index(f"<{name}>")
    end = text.index(f"</{name}>", start) + len(name) + 3
    (found,) = faults((text[:start] + text[end:]).encode())
    assert found.code == "DLG-MISSING"
    assert found.element.split("/")[-1] in {name, f"{name}[1]"}


@pytest.mark.parametrize("name", ["TipoDocumento", "Divisa", "NumeroLinea", "Imposta"])
def test_a_blank_element_is_a_missing_one(name):
    text = sample()
    start = text.index(f"<{name}>") + len(name) + 2
    end = text.index(f"</{name}>", start)
    (found,) = faults((text[:start] + " \n" + text[end:]).encode())
    assert found.code == "DLG-MISSING"


def test_a_missing_block_is_one_fault_and_not_one_for_each_of_its_children():
    text = sample()
    start = text.index("<Sede>")
    end = text.index("</Sede>") + len("</Sede>")
    (found,) = faults((text[:start] + text[end:]).encode())
    assert found.element == "FatturaElettronicaHeader/CedentePrestatore/Sede"


def test_every_fault_is_reported_at_once_in_the_order_of_the_file():
    data = changed(
        ("<Data>2026-11-09</Data>", "<Data>9/11/2026</Data>"),
        ("<Numero>2026/112</Numero>", ""),
        ("<NumeroLinea>1</NumeroLinea>", "<NumeroLinea>uno</NumeroLinea>"),
        ("<PrezzoTotale>888.00</PrezzoTotale>", "<PrezzoTotale>molto</PrezzoTotale>"),
        ("<CondizioniPagamento>TP02</CondizioniPagamento>", ""),
    )
    found = faults(data)
    assert [each.code for each in found] == [
        "DLG-MISSING",
        "DLG-DATE",
        "DLG-NUMBER",
        "DLG-NUMBER",
        "DLG-MISSING",
    ]
    assert [each.line for each in found] == sorted(each.line for each in found)


@pytest.mark.parametrize(
    "value", ["NaN", "1e400", "1.234,56", "Infinity", "12,00", "+1.00", "١.00", "0x10"]
)
def test_an_amount_that_is_no_plain_number_is_an_error(value):
    data = changed(("<PrezzoTotale>888.00<", f"<PrezzoTotale>{value}<"))
    (found,) = faults(data)
    assert (found.code, found.line) == ("DLG-NUMBER", line_of("<PrezzoTotale>888.00"))
    assert found.element == (
        "FatturaElettronicaBody[1]/DatiBeniServizi/DettaglioLinee[1]/PrezzoTotale"
    )
    assert value in found.message_it


@pytest.mark.parametrize(
    "value", ["2026-02-30", "20261109", "2026-W46-1", "2026-11-09T10:00", "oggi"]
)
def test_a_date_outside_the_calendar_is_an_error(value):
    (found,) = faults(changed(("<Data>2026-11-09<", f"<Data>{value}<")))
    assert (found.code, found.line) == ("DLG-DATE", line_of("<Data>2026-11-09"))


def test_a_date_with_a_time_zone_is_its_day():
    data = changed(("<Data>2026-11-09<", "<Data>2026-11-09+01:00<"))
    assert read(data, "f.xml").documents[0].date == dt.date(2026, 11, 9)


def test_negative_quantities_and_padded_amounts_are_read():
    data = changed(
        ("<Quantita>60.00<", "<Quantita>-60.00<"),
        ("<PrezzoTotale>888.00<", "<PrezzoTotale> -888.00 <"),
    )
    line = read(data, "f.xml").documents[0].lines[0]
    assert (line.quantity, line.total) == (Decimal(-60), Decimal(-888))


@pytest.mark.parametrize("value", ["60", "60.1", "60.123456789"])
def test_decimals_that_only_the_schema_minds_are_a_warning(value):
    invoice = read(changed(("<Quantita>60.00<", f"<Quantita>{value}<")), "f.xml")
    assert [each.code for each in invoice.warnings] == ["DLG-DECIMALS"]
    assert invoice.documents[0].lines[0].quantity == Decimal(value)


def test_an_unknown_code_is_a_warning():
    data = changed(("TD01", "TD77"), ("MP05", "MP99"))
    found = read(data, "f.xml").warnings
    assert [each.code for each in found] == ["DLG-CODE", "DLG-CODE"]


def test_an_element_out_of_order_is_a_warning():
    bank = "<IstitutoFinanziario>Banca Romagna Est</IstitutoFinanziario>"
    data = changed((bank, ""), ("</IBAN>", f"</IBAN>{bank}"))
    invoice = read(data, "f.xml")
    (warning,) = invoice.warnings
    assert warning.code == "DLG-ORDER"
    assert "IstitutoFinanziario" in warning.message_it
    assert "IBAN" in warning.message_it
    assert invoice == read(changed(), "f.xml")


def test_an_unknown_element_is_a_warning_and_ignored():
    data = changed(("<Divisa>", "<Sorpresa>1</Sorpresa><Divisa>"))
    invoice = read(data, "f.xml")
    (warning,) = invoice.warnings
    assert warning.code == "DLG-UNKNOWN"
    assert warning.element.endswith("DatiGeneraliDocumento/Sorpresa")
    assert invoice == read(changed(), "f.xml")


def test_an_element_of_a_foreign_namespace_is_never_taken_for_ours():
    data = changed(
        ("<IBAN>", '<IBAN xmlns="urn:x">IT60X0542811101000000123456</IBAN><IBAN>')
    )
    invoice = read(data, "f.xml")
    assert invoice.documents[0].payments[0].iban == "IT26J0627013100CC0270041755"
    assert [each.code for each in invoice.warnings] == ["DLG-UNKNOWN"]


def test_a_repeated_element_is_an_error_since_programs_would_differ_on_it():
    data = changed(("<IBAN>", "<IBAN>IT60X0542811101000000123456</IBAN><IBAN>"))
    (found,) = faults(data)
    assert found.code == "DLG-REPEATED"
    assert found.element.endswith("/IBAN[2]")


def test_a_value_with_elements_inside_is_an_error():
    (found,) = faults(changed(("<IBAN>IT26J", "<IBAN>IT26J<b/>")))
    assert found.code == "DLG-LEAF"


def test_a_comment_inside_a_value_does_not_cut_it():
    data = changed(("<IBAN>IT26J06", "<IBAN>IT26J<!-- x -->06"))
    invoice = read(data, "f.xml")
    assert invoice.documents[0].payments[0].iban == "IT26J0627013100CC0270041755"


def test_children_in_the_namespace_of_the_root_are_read():
    data = changed(("<p:FatturaElettronica xmlns:p", "<FatturaElettronica xmlns"))
    data = data.replace(b"</p:Fatt", b"</Fatt")
    assert read(data, "f.xml") == read(changed(), "f.xml")


def test_a_format_that_differs_from_the_version_is_an_error():
    (found,) = faults(changed(('versione="FPR12"', 'versione="FPA12"')))
    assert found.code == "00428"


def test_a_format_of_the_other_schema_is_an_error():
    data = changed((">FPR12<", ">FSM10<"))
    (found,) = faults(data)
    assert found.code == "DLG-FORMAT"
    assert "FPR12 / FPA12" in found.message_en


def test_a_missing_format_is_one_fault():
    data = changed(("<FormatoTrasmissione>FPR12</FormatoTrasmissione>", ""))
    assert [each.code for each in faults(data)] == ["DLG-MISSING"]


def test_a_person_is_named_by_first_and_last_name():
    data = changed(
        (
            "<Denominazione>Trattoria del Borgo S.r.l.</Denominazione>",
            "<Nome>Ada</Nome><Cognome>Neri</Cognome>",
        )
    )
    buyer = read(data, "f.xml").buyer
    assert (buyer.name, buyer.last_name) == ("Ada Neri", "Neri")


def test_a_total_that_is_absent_is_computed_from_the_summaries():
    declared = "<ImportoTotaleDocumento>1442.28</ImportoTotaleDocumento>"
    (document,) = read(changed((declared, "")), "f.xml").documents
    assert (document.total, document.total_computed) == (Decimal("1442.28"), True)


def test_attachments_are_decoded_and_bad_base64_is_an_error():
    block = (
        "<Allegati><NomeAttachment>a.txt</NomeAttachment><Attachment>{}</Attachment>"
    )
    end = "</FatturaElettronicaBody>"
    good = block.format("Y2\nlhbw==") + "</Allegati>" + end
    bad = block.format("ciao!") + "</Allegati>" + end
    (attachment,) = read(changed((end, good)), "f.xml").documents[0].attachments
    assert (attachment.content, attachment.size) == (b"ciao", 4)
    assert [each.code for each in faults(changed((end, bad)))] == ["DLG-BASE64"]


def test_line_references_must_be_whole_numbers():
    data = (OWN / "windows-1252.xml").read_bytes()
    data = data.replace(b"<RiferimentoNumeroLinea>1<", b"<RiferimentoNumeroLinea>a<")
    (found,) = faults(data)
    assert (found.code, found.element) == (
        "DLG-NUMBER",
        "FatturaElettronicaBody[1]/DatiGenerali/DatiDDT[1]/RiferimentoNumeroLinea[1]",
    )


def test_warnings_never_crowd_out_an_error():
    noise = "<x/>" * (MAX_PROBLEMS + 10)
    data = changed(("<Divisa>", noise + "<Divisa>"), ("<Numero>2026/112</Numero>", ""))
    with pytest.raises(InvalidInvoiceError) as caught:
        read(data, "f.xml")
    codes = [each.code for each in caught.value.problems]
    assert codes.count("DLG-UNKNOWN") == MAX_PROBLEMS
    assert codes.count("DLG-MISSING") == 1


def test_the_error_names_the_file_and_its_codes():
    with pytest.raises(InvalidInvoiceError, match=r"`a\.xml`.*DLG-EMPTY"):
        read(b"", "a.xml")


def test_a_simplified_credit_note_names_the_invoice_it_corrects():
    end = "</DatiGeneraliDocumento>"
    block = (
        "<DatiFatturaRettificata><NumeroFR>B/57</NumeroFR><DataFR>2026-11-02</DataFR>"
        "<ElementiRettificati>prezzo</ElementiRettificati></DatiFatturaRettificata>"
    )
    data = changed(("TD07", "TD08"), (end, end + block), name="simplified")
    (document,) = read(data, "s.xml").documents
    assert document.is_credit
    assert document.references[0].number == "B/57"
    assert document.causes == ("prezzo",)


def test_a_simplified_rate_that_is_absent_follows_from_the_tax():
    data = changed(("<Aliquota>22.00</Aliquota>", ""), name="simplified")
    assert read(data, "s.xml").documents[0].lines[0].vat_rate == Decimal("22.00")


def test_a_simplified_buyer_may_have_name_and_seat():
    end = "</IdentificativiFiscali>"
    block = (
        "<AltriDatiIdentificativi><Denominazione>Bar</Denominazione><Sede>"
        "<Indirizzo>Via A</Indirizzo><CAP>48018</CAP><Comune>Faenza</Comune>"
        "<Nazione>IT</Nazione></Sede></AltriDatiIdentificativi>"
    )
    buyer = read(changed((end, end + block), name="simplified"), "s.xml").buyer
    assert (buyer.name, buyer.address.city) == ("Bar", "Faenza")
