"""The bytes of an invoice file to an `InvoiceFile`, or every reason why not."""

from dataclasses import replace

from lxml import etree

from webapp.panel.fatturapa import ordinary, simplified
from webapp.panel.fatturapa.cursor import Cursor, Findings
from webapp.panel.fatturapa.parties import (
    ordinary_buyer,
    ordinary_seller,
    simplified_buyer,
    simplified_seller,
    transmission,
)
from webapp.panel.fatturapa.problems import InvalidInvoiceError, problem
from webapp.panel.fatturapa.safe_xml import parse
from webapp.panel.fatturapa.shape import departures, local_name, source_line
from webapp.panel.fatturapa.values import InvoiceFile, Party

_FORMATS_OF_ROOT = {
    "FatturaElettronica": ("FPR12", "FPA12"),
    "FatturaElettronicaSemplificata": ("FSM10",),
}


def read(data: bytes, file_name: str) -> InvoiceFile:
    """What the file says; sums and codes are for `check` to judge.

    The order of elements and unknown elements are tolerated: they come back as
    `warnings` of the value. `file_name` serves the messages, and tells a `.p7m`.

    Raises:
        InvalidInvoiceError: with every fault: not XML, not an invoice, a mandatory
            element missing, a number or a date that is none.
    """
    root, encoding = parse(data, file_name)
    formats = _FORMATS_OF_ROOT.get(_root_name(root))
    if formats is None:
        line = source_line(root)
        found = problem("DLG-NOT-FATTURAPA", line=line, value=local_name(root))
        raise InvalidInvoiceError([found], file_name)
    findings = Findings()
    invoice = _invoice(Cursor(root, "", findings), root.get("versione", ""), formats)
    for departure in departures(root):
        findings.add(departure)
    problems = findings.in_file_order()
    if findings.has_errors:
        raise InvalidInvoiceError(problems, file_name)
    return replace(invoice, encoding=encoding, warnings=problems)


def _root_name(root: etree._Element) -> str:
    # INVARIANT: the root must stand in an official namespace, its children may not.
    return local_name(root) if str(root.tag).startswith("{") else ""


def _invoice(root: Cursor, version: str, formats: tuple[str, ...]) -> InvoiceFile:
    header = root.need_child("FatturaElettronicaHeader")
    declared, sent = transmission(header)
    _compare_formats(header, declared, version, formats)
    is_simplified = "FSM10" in formats
    seller, buyer = _parties(header, is_simplified=is_simplified)
    document = simplified.document if is_simplified else ordinary.document
    bodies = root.need_children("FatturaElettronicaBody")
    return InvoiceFile(
        format=declared,
        transmission=sent,
        seller=seller,
        buyer=buyer,
        documents=tuple(document(body) for body in bodies),
    )


def _parties(header: Cursor, *, is_simplified: bool) -> tuple[Party, Party]:
    seller = header.need_child("CedentePrestatore")
    buyer = header.need_child("CessionarioCommittente")
    if is_simplified:
        return simplified_seller(seller), simplified_buyer(buyer)
    return ordinary_seller(seller), ordinary_buyer(buyer)


def _compare_formats(
    header: Cursor, declared: str, version: str, formats: tuple[str, ...]
) -> None:
    if not declared:
        return
    if declared not in formats:
        header.report("DLG-FORMAT", value=declared, expected=" / ".join(formats))
    elif declared != version:
        header.report("00428", value=declared, expected=version or "?")
