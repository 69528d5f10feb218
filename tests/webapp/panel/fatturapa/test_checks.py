"""Rules and sums: each fault by its own code, and the tolerances at their edge."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from webapp.panel.fatturapa import (
    Discount,
    Fund,
    Party,
    Reference,
    Stamp,
    VatSummary,
    Withholding,
    check,
    computed_total,
    ibans,
    is_iban,
    is_italian_vat,
    is_party,
    line_total,
    read,
    simplified_line,
    summarise,
    tax_inside,
    tax_of,
    to_cents,
    vat_identity,
)

OWN = Path(__file__).parents[4] / "webapp" / "demo" / "samples"
TODAY = dt.date(2026, 11, 24)
INVOICE = read((OWN / "ordinary.xml").read_bytes(), "ordinary.xml")
SIMPLIFIED = read((OWN / "simplified.xml").read_bytes(), "simplified.xml")
DOCUMENT = INVOICE.documents[0]
LINE = DOCUMENT.lines[2]
SUMMARY = DOCUMENT.summaries[0]
WITHHOLDING = Withholding(kind="RT01", amount=Decimal(1), rate=Decimal(20), reason="A")
ZERO_LINE = replace(LINE, vat_rate=Decimal(0), nature="N1")
ZERO_SUMMARY = VatSummary(
    rate=Decimal(0), nature="N1", taxable=Decimal(35), tax=Decimal(0)
)
FUND = Fund(kind="TC01", rate=Decimal(4), amount=Decimal("10.00"), vat_rate=Decimal(22))


def found(invoice=INVOICE, **changes):
    return check(replace(invoice, **changes), today=TODAY)


def of_document(base=DOCUMENT, invoice=INVOICE, **changes):
    problems = found(invoice, documents=(replace(base, **changes),))
    return [each.code for each in problems]


def with_line(**changes):
    return {"lines": (*DOCUMENT.lines[:2], replace(LINE, **changes))}


def with_summary(**changes):
    return {"summaries": (replace(SUMMARY, **changes),)}


def settled(*lines, **changes):
    """A document whose summaries and total follow from its lines and funds."""
    summaries = summarise(lines, changes.get("funds", ()))
    total = computed_total(summaries)
    return replace(DOCUMENT, lines=lines, summaries=summaries, total=total, **changes)


def codes(document):
    return [each.code for each in found(documents=(document,))]


def test_a_sound_invoice_has_no_problem():
    assert found() == ()


RULES = {
    "future": ({"date": dt.date(2026, 11, 25)}, ["00403"]),
    "today": ({"date": TODAY}, []),
    "number without digit": ({"number": "A/B"}, ["00425"]),
    "number of foreign digits": ({"number": "١٢"}, ["00425"]),
    "empty discount": ({"discounts": (Discount(kind="SC"),)}, ["00437"]),
    "line withholding": (with_line(withholding=True), ["00411"]),
    "line withholding, stated": (
        {**with_line(withholding=True), "withholdings": (WITHHOLDING,)},
        [],
    ),
    "line total, a cent off": (with_line(total=Decimal("35.01")), []),
    "line total, two cents off": (with_line(total=Decimal("35.02")), ["00423"]),
    "line discount empty": (with_line(discounts=(Discount(kind="MG"),)), ["00438"]),
    "tax, a cent off": (with_summary(tax=SUMMARY.tax + Decimal("0.01")), []),
    "tax, two cents off": (with_summary(tax=SUMMARY.tax + Decimal("0.02")), ["00421"]),
    "taxable, a euro off": (
        with_summary(taxable=SUMMARY.taxable + 1, tax=SUMMARY.tax + Decimal("0.22")),
        ["DLG-TOTAL"],
    ),
    "taxable, more than a euro off": (
        with_summary(
            taxable=SUMMARY.taxable + Decimal("1.01"), tax=SUMMARY.tax + Decimal("0.22")
        ),
        ["00422", "DLG-TOTAL"],
    ),
    "taxable, off by its rounding": (
        with_summary(
            taxable=SUMMARY.taxable + 2,
            tax=SUMMARY.tax + Decimal("0.44"),
            rounding=Decimal(2),
        ),
        ["DLG-TOTAL"],
    ),
    "total, a euro off": ({"total": DOCUMENT.total + 1}, []),
    "total, more than a euro off": (
        {"total": DOCUMENT.total + Decimal("1.01")},
        ["DLG-TOTAL"],
    ),
    "total with stamp": (
        {"total": DOCUMENT.total + 2, "stamp": Stamp(amount=Decimal(2))},
        [],
    ),
    "stamp without amount": ({"stamp": Stamp()}, []),
    "no summary of the rate": ({"summaries": ()}, ["00419", "DLG-TOTAL"]),
    "summary nature missing": (
        {
            "summaries": (
                SUMMARY,
                replace(ZERO_SUMMARY, nature=None, taxable=Decimal(0)),
            )
        },
        ["00429"],
    ),
    "summary nature too many": (with_summary(nature="N1"), ["00430", "00422"]),
    "reverse charge split": (
        {
            "summaries": (
                SUMMARY,
                replace(ZERO_SUMMARY, nature="N6.1", taxable=Decimal(0), due="S"),
            )
        },
        ["00420"],
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_each_rule_gives_its_own_code(name):
    changes, expected = RULES[name]
    assert of_document(**changes) == expected


def test_a_rate_of_zero_needs_a_nature_and_another_rate_refuses_it():
    missing = settled(replace(ZERO_LINE, nature=None))
    assert codes(missing) == ["00400", "00429"]
    assert codes(settled(replace(LINE, nature="N4"))) == ["00401", "00430"]


def test_each_nature_needs_its_own_summary():
    document = settled(ZERO_LINE, replace(ZERO_LINE, nature="N2.2"))
    only_one = replace(
        document, summaries=(replace(ZERO_SUMMARY, taxable=Decimal(70)),)
    )
    assert "00444" in codes(only_one)


def test_a_generic_nature_was_accepted_until_2020():
    document = settled(replace(ZERO_LINE, nature="N2"))
    assert codes(document) == ["00445", "00445"]
    assert codes(replace(document, date=dt.date(2020, 12, 31))) == []


@pytest.mark.parametrize("rate", ["0.22", "-4", "101"])
def test_a_rate_that_is_no_percentage_is_named(rate):
    assert codes(settled(replace(LINE, vat_rate=Decimal(rate)))) == ["00424", "00424"]


def test_a_fund_counts_in_the_taxable_sum():
    sound = settled(LINE, funds=(FUND,))
    assert codes(sound) == []
    assert codes(replace(sound, funds=(replace(FUND, amount=Decimal(14)),))) == [
        "00422"
    ]


def test_a_fund_follows_the_rules_of_nature_and_withholding():
    bare = replace(FUND, vat_rate=Decimal(0))
    assert codes(settled(LINE, funds=(bare,))) == ["00413", "00429"]
    wrong = replace(FUND, nature="N4")
    assert codes(settled(LINE, funds=(wrong,))) == ["00414", "00430"]
    withheld = replace(FUND, withholding=True)
    assert codes(settled(LINE, funds=(withheld,))) == ["00415"]


def test_a_rate_may_have_several_summaries():
    half = replace(SUMMARY, taxable=Decimal("591.10"), tax=Decimal("130.04"))
    rest = replace(
        SUMMARY, taxable=SUMMARY.taxable - Decimal("591.10"), tax=Decimal("130.04")
    )
    assert of_document(summaries=(half, rest)) == []


def test_a_credit_note_can_not_precede_its_invoice():
    later = Reference(kind="invoice", number="1", date=dt.date(2026, 11, 10))
    undated = Reference(kind="invoice", number="2")
    order = Reference(kind="order", number="3", date=dt.date(2026, 11, 20))
    refs = (later, undated, order)
    assert of_document(kind="TD04", references=refs) == ["00418"]
    assert of_document(kind="TD01", references=refs) == []
    assert of_document(kind="TD04", references=(undated, order)) == []


def test_a_problem_points_at_its_line_and_element():
    changed = replace(DOCUMENT, **with_line(total=Decimal("35.50")))
    (problem,) = found(documents=(changed,))
    element = "FatturaElettronicaBody[1]/DatiBeniServizi/DettaglioLinee[3]/PrezzoTotale"
    assert (problem.element, problem.line) == (element, LINE.source_line)
    assert problem.message_it == (
        "Il totale della riga è 35.50: da quantità, prezzo e sconti risulta 35.00."
    )


def test_the_recipient_code_has_a_length_for_each_format():
    sent = replace(INVOICE.transmission, recipient_code="ABC123")
    (warning,) = found(transmission=sent)
    assert (warning.code, warning.severity) == ("00427", "warning")
    (error,) = check(replace(INVOICE, transmission=sent), today=TODAY, sending=True)
    assert error.is_error
    assert found(transmission=sent, format="FPA12") == ()


def test_a_buyer_needs_a_vat_number_or_a_tax_code():
    buyer = replace(INVOICE.buyer, vat=None, tax_code=None)
    assert [each.code for each in found(buyer=buyer)] == ["00417"]
    assert found(buyer=replace(buyer, tax_code="NREDAA80A01D458X")) == ()


def test_a_wrong_check_digit_of_an_italian_vat_number_is_a_warning():
    wrong = replace(INVOICE.seller, vat="IT02561470391")
    (warning,) = found(seller=wrong)
    assert (warning.code, warning.is_error) == ("DLG-VAT", False)
    assert found(seller=replace(wrong, vat="DE02561470391")) == ()


def test_a_number_used_twice_in_a_file_is_an_error():
    twice = found(documents=(DOCUMENT, DOCUMENT))
    assert [each.code for each in twice] == ["00409"]
    other_year = replace(DOCUMENT, date=dt.date(2025, 11, 9))
    assert found(documents=(DOCUMENT, other_year)) == ()


def test_an_iban_that_fails_its_check_digits_is_an_error():
    (payment,) = DOCUMENT.payments
    wrong = replace(payment, iban="IT27J0627013100CC0270041755")
    assert of_document(payments=(wrong,)) == ["DLG-IBAN"]
    assert of_document(payments=(replace(payment, iban=None),)) == []


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ("IT60X0542811101000000123456", True),
        ("it60 x054 2811 1010 0000 0123 456", True),
        ("DE89370400440532013000", True),
        ("IT60X0542811101000000123457", False),
        ("IT60X054281110100000012345", False),
        ("IT60", False),
        ("", False),
    ],
)
def test_an_iban_is_told_by_length_and_check_digits(value, valid):
    assert is_iban(value) is valid


def test_ibans_are_normalised_and_gathered_from_every_document():
    (payment,) = DOCUMENT.payments
    spaced = replace(payment, iban=" it60 X0542811101000000123456")
    other = replace(DOCUMENT, payments=(spaced, replace(payment, iban=None)))
    assert ibans(replace(INVOICE, documents=(DOCUMENT, other))) == {
        "IT26J0627013100CC0270041755",
        "IT60X0542811101000000123456",
    }


@pytest.mark.parametrize(
    ("value", "valid"),
    [("02561470390", True), ("02561470391", False), ("2561470390", False)],
)
def test_an_italian_vat_number_has_a_check_digit(value, valid):
    assert is_italian_vat(value) is valid


def test_a_party_answers_to_its_vat_number_with_or_without_country():
    party = Party(name="B", vat="IT02561470390", tax_code="bllmrt80a41d458x")
    assert vat_identity(party) == {"IT02561470390", "02561470390", "BLLMRT80A41D458X"}
    assert is_party(party, "02561470390")
    assert is_party(party, "it 02561470390")
    assert is_party(party, None, "BLLMRT80A41D458X")
    assert not is_party(party, "03918207402", None)
    assert not is_party(Party(name="nobody"), "02561470390")


def test_the_digits_of_a_foreign_vat_number_are_not_an_italian_one():
    foreign = Party(name="F", vat="DE02561470390")
    assert not is_party(foreign, "02561470390", "IT02561470390")
    assert is_party(foreign, "DE02561470390")
    company = Party(name="C", tax_code="02561470390")
    assert is_party(company, "IT02561470390")


def test_discounts_apply_in_order_and_an_amount_wins_over_a_percentage():
    tenth = Discount(kind="SC", percentage=Decimal(10))
    plus = Discount(kind="MG", percentage=Decimal(50), amount=Decimal(1))
    assert line_total(Decimal(2), Decimal(100), (tenth, plus)) == Decimal(182)
    assert line_total(None, Decimal("0.123456789")) == Decimal("0.12345679")


def test_a_half_cent_rounds_away_from_zero():
    assert tax_of(Decimal("299.25"), Decimal(10)) == Decimal("29.93")
    assert to_cents(Decimal("-0.125")) == Decimal("-0.13")
    assert tax_inside(Decimal("12.20"), Decimal(22)) == Decimal("2.20")


def test_a_total_takes_discounts_and_rounding():
    discount = Discount(kind="SC", amount=Decimal(10))
    expected = SUMMARY.taxable + SUMMARY.tax - 10 + Decimal("0.02")
    assert computed_total((SUMMARY,), (discount,), Decimal("0.02")) == expected


def test_a_simplified_tax_that_differs_from_its_rate_is_an_error():
    (document,) = SIMPLIFIED.documents
    sound, off = (
        replace(document.lines[0], tax=tax)
        for tax in (Decimal("6.61"), Decimal("6.62"))
    )
    base = {"base": document, "invoice": SIMPLIFIED}
    assert of_document(**base, lines=(sound,)) == []
    assert of_document(**base, lines=(off,)) == ["DLG-TAX"]


def test_a_simplified_line_needs_a_nature_at_rate_zero():
    (document,) = SIMPLIFIED.documents
    bare = simplified_line(1, "Ciotola", Decimal(10), rate=Decimal(0))
    problems = found(SIMPLIFIED, documents=(replace(document, lines=(bare, bare)),))
    assert [each.element for each in problems] == [
        "FatturaElettronicaBody[1]/DatiBeniServizi[1]/Natura",
        "FatturaElettronicaBody[1]/DatiBeniServizi[2]/Natura",
    ]


def test_a_simplified_line_of_tax_alone_has_no_rate_to_compute():
    assert simplified_line(1, "x", Decimal(5), tax=Decimal(5)).vat_rate == 0
