"""Bytes of unknown origin to an XML tree, with nothing fetched and nothing expanded."""

import re
from typing import Final

from lxml import etree

from webapp.panel.fatturapa.problems import InvalidInvoiceError, Problem, problem

MAX_FILE_BYTES: Final = 5_000_000
MAX_ELEMENTS: Final = 250_000
MAX_DEPTH: Final = 32
# An element has two tags, so a file within MAX_ELEMENTS stays below this.
_MAX_MARKUP = 2 * MAX_ELEMENTS

_DECLARATION = re.compile(r"<\?xml\s[^>]*\?>")
_DECLARED = re.compile(r"""encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BLANKS = re.compile(r"\s*")
_SIGNED_TEXT = (b"-----BEG", b"MII")
_ZIPPED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_UTF_8_BOM = b"\xef\xbb\xbf"

# INVARIANT: only encodings whose ASCII is plain ASCII, or UTF-16; never UTF-7.
_CODECS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "us-ascii",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "utf-16": "utf-16",
    "utf-16le": "utf-16",
    "utf-16be": "utf-16",
}


def parse(data: bytes, file_name: str) -> tuple[etree._Element, str]:
    """The root element and the encoding it was declared in.

    Line numbers are those of the file. Comments and processing instructions are
    left out of the tree, and a text that a comment splits reads as one.

    Raises:
        InvalidInvoiceError: with one problem, for the first fault met.
    """
    fault = _container_fault(data, file_name)
    if fault is not None:
        raise InvalidInvoiceError([fault], file_name)
    text, encoding = _decode(data, file_name)
    start = _prolog_end(text)
    _refuse_doctype(text, start, file_name)
    # Counted before parsing, so comments count too: a bound, not a tally.
    if text.count("<", start) > _MAX_MARKUP:
        raise _too_complex(file_name)
    root = _tree(text, file_name)
    if root.find("/".join("*" * MAX_DEPTH)) is not None:
        raise _too_complex(file_name)
    return root, encoding


def _container_fault(data: bytes, file_name: str) -> Problem | None:
    head = data[:8]
    if len(data) > MAX_FILE_BYTES:
        return problem("DLG-TOO-BIG", limit=MAX_FILE_BYTES)
    if not data.strip():
        return problem("DLG-EMPTY")
    if head.startswith(_ZIPPED):
        return problem("DLG-ZIP")
    if _is_signed(head, file_name):
        return problem("DLG-SIGNED")
    return None


def _is_signed(head: bytes, file_name: str) -> bool:
    # A DER sequence, or its base64; the name counts only when no XML is inside.
    der = head[:1] == b"\x30" and head[1:2] >= b"\x80"
    named = file_name.lower().endswith(".p7m") and b"<" not in head
    return der or named or head.startswith(_SIGNED_TEXT)


def _decode(data: bytes, file_name: str) -> tuple[str, str]:
    wide = data.startswith(_UTF_16)
    head = data[:400].replace(b"\x00", b"").decode("latin-1")
    declaration = _DECLARATION.search(head)
    named = _DECLARED.search(declaration.group()) if declaration else None
    declared = named.group(1).lower() if named else "utf-16" if wide else "utf-8"
    codec = _CODECS.get(declared)
    conflict = wide != (codec == "utf-16")
    bom = data.startswith(_UTF_8_BOM)
    if codec is None or conflict or (bom and codec != "utf-8"):
        raise _bad_encoding(declared, file_name)
    try:
        text = data.decode(_byte_codec(codec, data))
    except UnicodeDecodeError as error:
        raise _bad_encoding(f"{declared}, byte {error.start + 1}", file_name) from error
    return text.removeprefix("\ufeff"), codec


def _byte_codec(codec: str, data: bytes) -> str:
    if codec != "utf-16" or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return codec
    return "utf-16-le" if data.startswith(b"<") else "utf-16-be"


def _bad_encoding(value: str, file_name: str) -> InvalidInvoiceError:
    return InvalidInvoiceError([problem("DLG-ENCODING", value=value)], file_name)


def _too_complex(file_name: str) -> InvalidInvoiceError:
    found = problem("DLG-XML-TOO-COMPLEX", elements=MAX_ELEMENTS, depth=MAX_DEPTH)
    return InvalidInvoiceError([found], file_name)


def _prolog_end(text: str) -> int:
    """Where the document type or the first element stands."""
    at = _skip_blanks(text, 0)
    while True:
        if text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!--", at):
            end = text.find("-->", at)
        else:
            return at
        if end < 0:
            return at
        at = _skip_blanks(text, end + 2)
        at += text.startswith(">", at)
        at = _skip_blanks(text, at)


def _skip_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _refuse_doctype(text: str, at: int, file_name: str) -> None:
    start = text[at : at + 20].lower()
    if start.startswith(("<!doctype html", "<html")):
        found = problem("DLG-NOT-FATTURAPA", value="html")
    elif start.startswith("<!doctype"):
        found = problem("DLG-XML-DTD", line=text.count("\n", 0, at) + 1)
    else:
        return
    raise InvalidInvoiceError([found], file_name)


def _tree(text: str, file_name: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    # The declaration names the old encoding; its line breaks keep the numbering.
    declaration = _DECLARATION.match(text)
    if declaration:
        text = "\n" * declaration.group().count("\n") + text[declaration.end() :]
    try:
        return etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except etree.XMLSyntaxError as error:
        detail = str(error.msg).replace("{", "(").replace("}", ")")
        found = problem("DLG-XML-MALFORMED", line=error.lineno, detail=detail)
        raise InvalidInvoiceError([found], file_name) from error
