"""Writing a file: what was read is what was written, in the schema's order."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.panel.fatturapa import (
    Address,
    Attachment,
    Discount,
    Document,
    Fund,
    InvalidInvoiceError,
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
    computed_total,
    next_progressive,
    read,
    simplified_line,
    simplified_summaries,
    write,
)
from webapp.panel.fatturapa.ordinary import REFERENCE_ELEMENTS

OWN = Path(__file__).parents[4] / "webapp" / "demo" / "samples"

ASCII = "".join(map(chr, range(0x20, 0x7F)))
LATIN = ASCII + "".join(map(chr, range(0xA0, 0x100)))


def texts(limit, characters=LATIN):
    ends = characters.replace(" ", "").replace("\xa0", "")
    return st.builds(
        lambda first, middle, last: first + middle + last,
        st.sampled_from(ends),
        st.text(characters, max_size=min(limit, 30) - 2),
        st.sampled_from(ends),
    )


def maybe(strategy):
    return st.none() | strategy


def amounts(places=2, low=-99999):
    return st.decimals(low, 99999, places=places, allow_nan=False)


FINE = st.integers(2, 8).flatmap(amounts)
RATES = amounts(low=0).filter(lambda rate: rate <= 100)
DATES = st.dates(dt.date(1970, 1, 1), dt.date(2090, 12, 31))
NATURES = st.sampled_from(["N1", "N2.2", "N4", "N6.1"])
SHORT = texts(4, "ABC123")

ADDRESSES = st.builds(
    Address,
    street=texts(60),
    number=maybe(texts(8, ASCII)),
    postcode=st.from_regex(r"[0-9]{5}", fullmatch=True),
    city=texts(60),
    province=maybe(st.just("RA")),
    country=st.sampled_from(["IT", "DE"]),
)
REGISTRATIONS = st.builds(
    Registration,
    office=st.just("RA"),
    number=st.just("214873"),
    capital=maybe(amounts(low=0)),
    sole_shareholder=maybe(st.just("SU")),
    liquidation=st.just("LN"),
)
VATS = st.sampled_from(["IT02561470390", "DE811569869"])
PERSON_OR_COMPANY = st.one_of(
    st.builds(lambda name: {"name": name}, texts(80)),
    st.builds(
        lambda first, last: {
            "name": f"{first} {last}",
            "first_name": first,
            "last_name": last,
        },
        texts(60),
        texts(60),
    ),
)


@st.composite
def parties(draw, *, is_seller, simplified=False):
    is_reachable = is_seller and not simplified
    contact = maybe(texts(12, ASCII)) if is_reachable else st.none()
    return Party(
        **draw(PERSON_OR_COMPANY),
        vat=draw(VATS if is_seller else maybe(VATS)),
        tax_code=draw(maybe(st.just("02561470390"))),
        address=draw(ADDRESSES),
        regime="RF01" if is_seller else None,
        registration=draw(maybe(REGISTRATIONS)) if is_seller else None,
        phone=draw(contact),
        fax=draw(contact),
        email=draw(contact),
    )


DISCOUNTS = st.lists(
    st.builds(
        Discount,
        kind=st.sampled_from(["SC", "MG"]),
        percentage=maybe(RATES),
        amount=maybe(FINE),
    ),
    max_size=2,
).map(tuple)
LINES = st.builds(
    Line,
    number=st.integers(1, 9999),
    description=texts(200),
    quantity=maybe(FINE),
    unit=maybe(texts(10, ASCII)),
    unit_price=FINE,
    total=FINE,
    vat_rate=RATES,
    nature=maybe(NATURES),
    kind=maybe(st.just("SC")),
    codes=st.lists(
        st.builds(ItemCode, kind=texts(35), value=maybe(texts(35))), max_size=2
    ).map(tuple),
    period_start=maybe(DATES),
    period_end=maybe(DATES),
    discounts=DISCOUNTS,
    withholding=st.booleans(),
    reference=maybe(texts(20)),
    other_data=st.lists(
        st.builds(
            OtherData,
            kind=texts(10, ASCII),
            text=maybe(texts(60)),
            number=maybe(FINE),
            date=maybe(DATES),
        ),
        max_size=2,
    ).map(tuple),
)
SUMMARIES = st.builds(
    VatSummary,
    rate=RATES,
    nature=maybe(NATURES),
    taxable=amounts(),
    tax=amounts(),
    rounding=maybe(FINE),
    extra_costs=maybe(amounts()),
    due=maybe(st.sampled_from("IDS")),
    law=maybe(texts(100)),
)
WITHHOLDINGS = st.builds(
    Withholding,
    kind=st.sampled_from(["RT01", "RT02"]),
    amount=amounts(),
    rate=RATES,
    reason=st.sampled_from(["A", "ZO"]),
)
FUNDS = st.builds(
    Fund,
    kind=st.sampled_from(["TC01", "TC22"]),
    rate=RATES,
    amount=amounts(),
    taxable=maybe(amounts()),
    vat_rate=RATES,
    withholding=st.booleans(),
    nature=maybe(NATURES),
    reference=maybe(texts(20)),
)
PAYMENTS = st.builds(
    Payment,
    terms=st.sampled_from(["TP01", "TP02", "TP03"]),
    method=st.sampled_from(["MP05", "MP08"]),
    amount=amounts(),
    beneficiary=maybe(texts(200)),
    reference_date=maybe(DATES),
    days=maybe(st.integers(0, 999)),
    due_date=maybe(DATES),
    bank_name=maybe(texts(80)),
    iban=maybe(st.just("IT60X0542811101000000123456")),
    abi=maybe(st.just("05428")),
    cab=maybe(st.just("11101")),
    bic=maybe(st.just("BCITITMM")),
    payment_code=maybe(texts(60)),
)
ATTACHMENTS = st.lists(
    st.builds(
        Attachment,
        name=texts(60),
        content=st.binary(min_size=1, max_size=40),
        format=maybe(texts(10, ASCII)),
        description=maybe(texts(100)),
    ),
    max_size=2,
).map(tuple)


@st.composite
def references(draw):
    """In the order a file has them: by kind, deliveries last."""
    found = []
    for kind in [*REFERENCE_ELEMENTS, "delivery"]:
        for _ in range(draw(st.integers(0, 1))):
            common = {
                "kind": kind,
                "number": draw(texts(20, ASCII)),
                "lines": tuple(draw(st.lists(st.integers(1, 9999), max_size=2))),
            }
            if kind == "delivery":
                found.append(Reference(**common, date=draw(DATES)))
                continue
            rest = {"item": SHORT, "project": texts(100), "cup": SHORT, "cig": SHORT}
            more = {name: draw(maybe(each)) for name, each in rest.items()}
            found.append(Reference(**common, date=draw(maybe(DATES)), **more))
    return tuple(found)


@st.composite
def documents(draw):
    summaries = tuple(draw(st.lists(SUMMARIES, min_size=1, max_size=2)))
    discounts, rounding = draw(DISCOUNTS), draw(maybe(amounts()))
    is_computed = draw(st.booleans())
    total = computed_total(summaries, discounts, rounding)
    return Document(
        kind=draw(st.sampled_from(["TD01", "TD04", "TD29"])),
        number=draw(texts(20, ASCII)),
        date=draw(DATES),
        currency="EUR",
        lines=tuple(draw(st.lists(LINES, min_size=1, max_size=2))),
        summaries=summaries,
        total=total if is_computed else draw(amounts()),
        total_computed=is_computed,
        rounding=rounding,
        causes=tuple(draw(st.lists(texts(200), max_size=2))),
        withholdings=tuple(draw(st.lists(WITHHOLDINGS, max_size=2))),
        funds=tuple(draw(st.lists(FUNDS, max_size=2))),
        stamp=draw(maybe(st.builds(Stamp, amount=maybe(amounts())))),
        discounts=discounts,
        references=draw(references()),
        payments=tuple(draw(st.lists(PAYMENTS, max_size=3))),
        attachments=draw(ATTACHMENTS),
    )


@st.composite
def transmissions(draw, code):
    return Transmission(
        country="IT",
        code="01879020517",
        progressive=draw(st.integers(0, 9**5).map(next_progressive)),
        recipient_code=code,
        pec=draw(maybe(texts(40, ASCII))),
        email=draw(maybe(texts(40, ASCII))),
        phone=draw(maybe(texts(12, ASCII))),
    )


@st.composite
def ordinary_files(draw):
    form = draw(st.sampled_from(["FPR12", "FPA12"]))
    return InvoiceFile(
        format=form,
        transmission=draw(transmissions("M5UXCR1" if form == "FPR12" else "UFX4B7")),
        seller=draw(parties(is_seller=True)),
        buyer=draw(parties(is_seller=False)),
        documents=tuple(draw(st.lists(documents(), min_size=1, max_size=2))),
    )


@st.composite
def simplified_documents(draw):
    lines = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        line = simplified_line(
            number,
            draw(texts(200)),
            draw(amounts(low=0)),
            rate=draw(RATES),
            tax=draw(maybe(amounts(low=0))),
        )
        law = draw(maybe(texts(100)))
        lines.append(replace(line, nature=draw(maybe(NATURES)), law=law))
    summaries = simplified_summaries(lines)
    correction = draw(st.booleans())
    corrected = Reference(kind="invoice", number="B/1", date=draw(DATES))
    return Document(
        kind="TD08" if correction else "TD07",
        number=draw(texts(20, ASCII)),
        date=draw(DATES),
        lines=tuple(lines),
        summaries=summaries,
        total=computed_total(summaries),
        total_computed=True,
        causes=(draw(texts(100)),) if correction else (),
        stamp=draw(maybe(st.just(Stamp()))),
        references=(corrected,) if correction else (),
        attachments=draw(ATTACHMENTS),
    )


@st.composite
def simplified_files(draw):
    nameless = st.builds(Party, name=st.just(""), vat=VATS)
    return InvoiceFile(
        format="FSM10",
        transmission=draw(transmissions("0000000")),
        seller=draw(parties(is_seller=True, simplified=True)),
        buyer=draw(nameless | parties(is_seller=False, simplified=True)),
        documents=(draw(simplified_documents()),),
    )


@settings(max_examples=30, deadline=None)
@given(invoice=ordinary_files())
def test_an_ordinary_file_reads_back_equal_and_without_warnings(invoice):
    back = read(write(invoice), "f.xml")
    assert back == invoice
    assert back.warnings == ()


@settings(max_examples=30, deadline=None)
@given(invoice=simplified_files())
def test_a_simplified_file_reads_back_equal_and_without_warnings(invoice):
    back = read(write(invoice), "f.xml")
    assert back == invoice
    assert back.warnings == ()


@pytest.mark.parametrize("path", sorted(OWN.glob("*.xml")), ids=lambda path: path.stem)
def test_every_invented_sample_survives_a_round(path):
    invoice = replace(read(path.read_bytes(), path.name), encoding="utf-8")
    assert read(write(invoice), path.name) == invoice


def ordinary():
    return read((OWN / "ordinary.xml").read_bytes(), "ordinary.xml")


def test_the_root_has_a_prefix_and_its_children_have_none():
    data = write(ordinary())
    assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n")
    assert b'versione="FPR12"' in data
    assert b"<FatturaElettronicaHeader>" in data


def test_amounts_have_two_decimals_at_least_and_never_an_exponent():
    invoice = ordinary()
    (document,) = invoice.documents
    line = replace(document.lines[0], quantity=Decimal("1E+3"))
    changed = replace(document, lines=(line,), total=Decimal(7))
    data = write(replace(invoice, documents=(changed,)))
    assert b"<Quantita>1000.00</Quantita>" in data
    assert b"<ImportoTotaleDocumento>7.00</ImportoTotaleDocumento>" in data


def test_what_would_not_fit_is_refused_with_all_its_reasons():
    invoice = ordinary()
    (document,) = invoice.documents
    line = replace(
        document.lines[0], description="Prezzo in €", unit_price=Decimal("0.123456789")
    )
    changed = replace(document, lines=(line,), number="1" * 21)
    with pytest.raises(InvalidInvoiceError) as caught:
        write(replace(invoice, documents=(changed,)))
    found = {each.code: each.element for each in caught.value.problems}
    body = "FatturaElettronicaBody[1]"
    assert found == {
        "DLG-TEXT-LENGTH": f"{body}/DatiGenerali/DatiGeneraliDocumento/Numero",
        "DLG-TEXT-CHARACTER": f"{body}/DatiBeniServizi/DettaglioLinee/Descrizione",
        "DLG-DECIMALS": f"{body}/DatiBeniServizi/DettaglioLinee/PrezzoUnitario",
    }


def test_a_value_that_lacks_what_the_schema_demands_is_refused():
    invoice = ordinary()
    bare = replace(invoice.buyer, address=None)
    with pytest.raises(InvalidInvoiceError) as caught:
        write(replace(invoice, buyer=bare, documents=()))
    assert {each.element for each in caught.value.problems} == {
        "FatturaElettronicaHeader/CessionarioCommittente/Sede",
        "FatturaElettronicaBody[1]",
    }


def test_what_belongs_to_the_seller_is_not_written_for_a_buyer():
    invoice = ordinary()
    buyer = replace(invoice.buyer, email="a@b.example", regime="RF01")
    back = read(write(replace(invoice, buyer=buyer)), "f.xml")
    assert (back.buyer, back.warnings) == (invoice.buyer, ())


def test_an_unknown_format_is_refused():
    with pytest.raises(InvalidInvoiceError, match="DLG-FORMAT"):
        write(replace(ordinary(), format="FPX99"))
