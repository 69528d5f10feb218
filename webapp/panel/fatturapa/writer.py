"""An `InvoiceFile` to the bytes of a file, in the order of the official schema."""

from lxml import etree

from webapp.panel.fatturapa.builder import Builder
from webapp.panel.fatturapa.problems import InvalidInvoiceError, Problem, problem
from webapp.panel.fatturapa.reader import read
from webapp.panel.fatturapa.shape import ORDINARY_NAMESPACE, SIMPLIFIED_NAMESPACE
from webapp.panel.fatturapa.values import FORMATS, InvoiceFile
from webapp.panel.fatturapa.write_body import ordinary_body, simplified_body
from webapp.panel.fatturapa.write_header import ordinary_header, simplified_header


def write(invoice: InvoiceFile) -> bytes:
    """The file in UTF-8; `read` reads it back to an equal value.

    A computed total is left out, so that the reader computes it again.

    Raises:
        InvalidInvoiceError: when the format is unknown, a mandatory value is absent,
            a text would not fit (see `text_problems`) or an amount has too many
            decimals.
    """
    if invoice.format not in FORMATS:
        expected = " / ".join(FORMATS)
        found = problem("DLG-FORMAT", value=invoice.format, expected=expected)
        raise InvalidInvoiceError([found], "")
    problems: list[Problem] = []
    root = _root(invoice.format)
    _fill(Builder(root, "", problems), invoice)
    if problems:
        raise InvalidInvoiceError(problems, "")
    data = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )
    # A value may lack what the schema demands; the reader knows, and says it.
    read(data, "")
    return data


def _root(form: str) -> etree._Element:
    simplified = form == "FSM10"
    namespace = SIMPLIFIED_NAMESPACE if simplified else ORDINARY_NAMESPACE
    name = "FatturaElettronicaSemplificata" if simplified else "FatturaElettronica"
    # The schema qualifies the root alone, hence a prefix and no default namespace.
    return etree.Element(
        f"{{{namespace}}}{name}", {"versione": form}, nsmap={"p": namespace}
    )


def _fill(root: Builder, invoice: InvoiceFile) -> None:
    simplified = invoice.format == "FSM10"
    header = root.child("FatturaElettronicaHeader")
    (simplified_header if simplified else ordinary_header)(header, invoice)
    for place, document in enumerate(invoice.documents, start=1):
        body = root.child("FatturaElettronicaBody")
        body.path += f"[{place}]"
        (simplified_body if simplified else ordinary_body)(body, document)
