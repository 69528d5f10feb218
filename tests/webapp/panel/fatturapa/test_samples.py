"""Real and invented files, each with what must be read from it."""

import datetime as dt
import hashlib
import os
from decimal import Decimal
from pathlib import Path

import pytest

from webapp.panel.fatturapa import check, ibans, read

OWN = Path(__file__).parents[4] / "webapp" / "demo" / "samples"
TODAY = dt.date(2026, 11, 24)
GOBL_IBAN = "IT60X0542811101000000123456"
SHOP_IBAN = "IT26J0627013100CC0270041755"

# Format, kinds, lines per body, totals, IBANs, codes of the errors `check` finds.
PUBLISHED = {
    "01-": ("FPA12", ["TD01"], [2], ["265.00"], [], set()),
    "02-": ("FPR12", ["TD04"], [2], ["1388.40"], [], set()),
    "03-": ("FPR12", ["TD24"], [2], ["976.00"], [], set()),
    "04-": ("FPR12", ["TD01"], [2], ["2300.00"], [GOBL_IBAN], set()),
    "05-": ("FPR12", ["TD06"], [2], ["1026.74"], [GOBL_IBAN], set()),
    "06-": ("FPR12", ["TD06"], [2], ["1388.40"], [GOBL_IBAN], set()),
    "07-": ("FPR12", ["TD01"], [3], ["876.00"], [GOBL_IBAN], set()),
    # Its fund contribution of 50.00 is in no summary.
    "08-": ("FPR12", ["TD06"], [1], ["1789.08"], [GOBL_IBAN], {"00422"}),
    "09-": ("FPR12", ["TD01"], [2], ["169.14"], [], set()),
    "10-": ("FSM10", ["TD07"], [1], ["25.00"], [], set()),
    # Percentages and amounts on one discount, a fund at 23 % without its summary.
    "11-": (
        "FPR12",
        ["TD06", "TD06"],
        [2, 2],
        ["174.80", "174.80"],
        [],
        {"00419", "00422", "00423"},
    ),
    "12-": ("FPR12", ["TD01"], [5], ["123.45"], [], set()),
}

INVENTED = {
    "ordinary": ("FPR12", ["TD01"], [3], ["1442.28"], [SHOP_IBAN]),
    "credit-note": ("FPR12", ["TD04"], [1], ["108.34"], []),
    "public-administration": ("FPA12", ["TD01"], [1], ["1903.20"], [SHOP_IBAN]),
    "simplified": ("FSM10", ["TD07"], [2], ["61.00"], []),
    "two-bodies": (
        "FPR12",
        ["TD01", "TD01"],
        [1, 2],
        ["390.40", "311.30"],
        [SHOP_IBAN],
    ),
    "windows-1252": ("FPR12", ["TD24"], [1], ["307.44"], []),
    "received-argille": ("FPR12", ["TD01"], [3], ["1030.50"], [GOBL_IBAN]),
}


def summary_of(invoice):
    return (
        invoice.format,
        [each.kind for each in invoice.documents],
        [len(each.lines) for each in invoice.documents],
        [str(each.total) for each in invoice.documents],
        sorted(ibans(invoice)),
    )


def published(prefix):
    folder = os.environ.get("DELEGA_SAMPLES")
    if not folder:
        pytest.skip("set DELEGA_SAMPLES to the folder of published samples")
    (path,) = Path(folder).glob(f"{prefix}*.xml")
    return path


@pytest.mark.parametrize("prefix", PUBLISHED)
def test_a_published_sample_reads_as_expected(prefix):
    path = published(prefix)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    invoice = read(path.read_bytes(), path.name)
    assert summary_of(invoice) == PUBLISHED[prefix][:5]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


@pytest.mark.parametrize("prefix", PUBLISHED)
def test_a_published_sample_has_only_the_errors_that_are_really_in_it(prefix):
    path = published(prefix)
    found = check(read(path.read_bytes(), path.name), today=TODAY)
    assert {each.code for each in found if each.is_error} == PUBLISHED[prefix][5]


def test_a_published_sample_keeps_its_encoding():
    path = published("09-")
    invoice = read(path.read_bytes(), path.name)
    assert invoice.encoding == "windows-1252"
    # Its bytes are UTF-8 under a windows-1252 label: the label is what counts.
    assert invoice.seller.name == "MÂªF. Services"


def test_the_two_withholdings_of_one_document_are_both_read():
    (document,) = read(published("05-").read_bytes(), "05.xml").documents
    amounts = [each.amount for each in document.withholdings]
    assert amounts == [Decimal("324.00"), Decimal("50.00")]
    assert document.stamp.amount == Decimal("12.34")


def test_the_payment_children_out_of_order_are_a_warning():
    invoice = read(published("08-").read_bytes(), "08.xml")
    (warning,) = invoice.warnings
    assert (warning.code, warning.line) == ("DLG-ORDER", 113)
    assert warning.element.endswith("DettaglioPagamento[1]/IstitutoFinanziario")


@pytest.mark.parametrize("name", INVENTED)
def test_an_invented_sample_reads_as_expected_and_could_be_sent(name):
    invoice = read((OWN / f"{name}.xml").read_bytes(), name)
    assert summary_of(invoice) == INVENTED[name]
    assert check(invoice, today=TODAY, sending=True) == ()


def test_every_invented_sample_is_in_the_table():
    assert {path.stem for path in OWN.glob("*.xml")} == set(INVENTED)


def test_a_simplified_amount_is_split_into_net_and_tax():
    (document,) = read((OWN / "simplified.xml").read_bytes(), "s.xml").documents
    assert [each.total for each in document.lines] == [
        Decimal("30.00"),
        Decimal("20.00"),
    ]
    (summary,) = document.summaries
    assert (summary.taxable, summary.tax) == (Decimal("50.00"), Decimal("11.00"))


def test_the_windows_1252_sample_keeps_its_accents():
    invoice = read((OWN / "windows-1252.xml").read_bytes(), "w.xml")
    assert invoice.encoding == "windows-1252"
    assert invoice.buyer.name == "Enoteca Caffè Città Vecchia S.a.s."
