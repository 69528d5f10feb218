"""Files made to harm or to mislead: each is refused, with one reason."""

from pathlib import Path

import pytest

from webapp.panel.fatturapa import MAX_FILE_BYTES, InvalidInvoiceError, read
from webapp.panel.fatturapa.safe_xml import MAX_DEPTH, MAX_ELEMENTS

OWN = Path(__file__).parents[4] / "webapp" / "demo" / "samples"
GOOD = (OWN / "ordinary.xml").read_bytes()
DECLARATION = GOOD[: GOOD.index(b"?>") + 2]
BODY = GOOD[len(DECLARATION) :]
ROOT = b'<p:FatturaElettronica xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2">'


def refusal(data, file_name="file.xml"):
    with pytest.raises(InvalidInvoiceError) as caught:
        read(data, file_name)
    (found,) = caught.value.problems
    return found


def seller_of(data):
    return read(data, "file.xml").seller.name


LAUGHS = b"<!DOCTYPE l [<!ENTITY a0 'ha'>" + b"".join(
    b"<!ENTITY a%d '%s'>" % (level, b"&a%d;" % (level - 1) * 10)
    for level in range(1, 10)
)

DOCTYPES = {
    "external entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "parameter entity": b'<!DOCTYPE x [<!ENTITY % e SYSTEM "http://x.test/"> %e;]>',
    "billion laughs": LAUGHS + b"]>",
    "external DTD": b'<!DOCTYPE x SYSTEM "http://x.test/evil.dtd">',
    "after a comment": b"<!-- a --><?b c?>\n<!DOCTYPE x>",
    "empty internal subset": b"<!DOCTYPE x []>",
}


@pytest.mark.parametrize("name", DOCTYPES)
def test_a_document_type_is_refused_outright(name):
    found = refusal(DECLARATION + b"\n" + DOCTYPES[name] + BODY)
    assert found.code == "DLG-XML-DTD"
    assert found.line >= 2


def test_a_document_type_in_utf_16_is_refused_too():
    text = "<!DOCTYPE x SYSTEM 'http://x.test/'>" + BODY.decode()
    assert refusal(text.encode("utf-16")).code == "DLG-XML-DTD"


def test_an_undeclared_entity_is_malformed():
    found = refusal(GOOD.replace(b"Faenza", b"&xxe;", 1))
    assert found.code == "DLG-XML-MALFORMED"
    assert found.line == GOOD[: GOOD.index(b"Faenza")].count(b"\n") + 1


REFUSED = {
    "empty": (b"", "DLG-EMPTY"),
    "blank": (b" \r\n\t", "DLG-EMPTY"),
    "one byte too many": (b" " * (MAX_FILE_BYTES + 1), "DLG-TOO-BIG"),
    "zip": (b"PK\x03\x04" + GOOD, "DLG-ZIP"),
    "gzip": (b"\x1f\x8b\x08" + GOOD, "DLG-ZIP"),
    "signed, DER": (b"\x30\x82\x10\x00\x06\x09" + GOOD, "DLG-SIGNED"),
    "signed, endless DER": (b"\x30\x80\x06\x09" + GOOD, "DLG-SIGNED"),
    "signed, base64": (b"MIIGxgYJKoZIhvcNAQcC", "DLG-SIGNED"),
    "signed, PEM": (b"-----BEGIN PKCS7-----\n", "DLG-SIGNED"),
    "truncated": (GOOD[: len(GOOD) // 2], "DLG-XML-MALFORMED"),
    "unclosed comment": (b"<!-- <a/>", "DLG-XML-MALFORMED"),
    "unclosed instruction": (b"<?a b", "DLG-XML-MALFORMED"),
    "two roots": (GOOD + b"<a/>", "DLG-XML-MALFORMED"),
    "text": (b"Fattura 12 del 3 marzo", "DLG-XML-MALFORMED"),
    "braces in the fault": (b"<{}/>", "DLG-XML-MALFORMED"),
    "NUL bytes": (GOOD.replace(b"Faenza", b"Fa\x00enza"), "DLG-XML-MALFORMED"),
    "control character": (GOOD.replace(b"Faenza", b"\x08"), "DLG-XML-MALFORMED"),
    "duplicate attribute": (b'<a b="1" b="2"/>', "DLG-XML-MALFORMED"),
    "html": (b"<!DOCTYPE html><html><body>no</body></html>", "DLG-NOT-FATTURAPA"),
    "html, no doctype": (b"\n<HTML><p>no</HTML>", "DLG-NOT-FATTURAPA"),
    "other root": (b"<ordine/>", "DLG-NOT-FATTURAPA"),
    "root without namespace": (b"<FatturaElettronica/>", "DLG-NOT-FATTURAPA"),
    "root of another namespace": (
        b'<FatturaElettronica xmlns="urn:x"/>',
        "DLG-NOT-FATTURAPA",
    ),
    "retired namespace": (
        GOOD.replace(b"fatture/v1.2", b"fatture/v1.1"),
        "DLG-NOT-FATTURAPA",
    ),
    "pdf": (b"%PDF-1.7\n", "DLG-XML-MALFORMED"),
    "random bytes": (bytes(range(128, 256)) * 9, "DLG-ENCODING"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_invoice_is_refused_with_its_own_reason(name):
    data, code = REFUSED[name]
    assert refusal(data).code == code


def test_a_signed_file_is_told_by_its_name_when_no_xml_is_inside():
    assert refusal(b"\x00\x01\x02", "a.xml.P7M").code == "DLG-SIGNED"
    assert read(GOOD, "a.xml.p7m") == read(GOOD, "a.xml")


def test_five_million_bytes_are_still_read():
    data = GOOD + b" " * (MAX_FILE_BYTES - len(GOOD))
    assert read(data, "f.xml") == read(GOOD, "f.xml")


def declared(encoding, data=BODY):
    return f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + data


@pytest.mark.parametrize(
    "encoding", ["utf-7", "UTF-32", "EBCDIC-CP-US", "cp037", "idna", "hex", "zip"]
)
def test_an_encoding_outside_the_list_is_refused(encoding):
    found = refusal(declared(encoding))
    assert found.code == "DLG-ENCODING"
    assert encoding.lower() in found.message_en


def test_markup_hidden_in_utf_7_stays_text():
    hidden = b"+ADwAIQ-DOCTYPE x+AD4-"
    assert refusal(declared("utf-7", hidden + BODY)).code == "DLG-ENCODING"
    data = GOOD.replace(b"Ceramiche", b"+ADwAYgA+-")
    assert seller_of(data) == "+ADwAYgA+- Bellandi S.r.l."


def test_bytes_that_do_not_fit_the_declared_encoding_are_refused():
    data = declared("utf-8", BODY.replace(b"Faenza", "Forlì".encode("latin-1")))
    found = refusal(data)
    assert found.code == "DLG-ENCODING"
    assert f"byte {data.index(0xEC) + 1}" in found.message_en


def test_a_mark_that_contradicts_the_declaration_is_refused():
    assert refusal(b"\xef\xbb\xbf" + declared("iso-8859-1")).code == "DLG-ENCODING"
    assert refusal(declared("utf-16")).code == "DLG-ENCODING"
    wide = "\ufeff" + declared("utf-8").decode()
    assert refusal(wide.encode("utf-16-le")).code == "DLG-ENCODING"
    assert refusal(wide[1:].encode("utf-16-le")).code == "DLG-ENCODING"
    assert refusal(wide[1:].encode("utf-16-be")).code == "DLG-ENCODING"


ACCENTED = BODY.decode().replace("Ceramiche", "Cèramiche", 1)


@pytest.mark.parametrize(
    ("name", "codec", "prefix"),
    [
        ("utf-8", "utf-8", b""),
        ("UTF-8", "utf-8", b"\xef\xbb\xbf"),
        ("windows-1252", "windows-1252", b""),
        ("ISO-8859-1", "iso-8859-1", b""),
        ("UTF-16", "utf-16-le", b"\xff\xfe"),
        ("UTF-16", "utf-16-be", b"\xfe\xff"),
        ("UTF-16LE", "utf-16-le", b""),
        ("UTF-16BE", "utf-16-be", b""),
    ],
)
def test_every_accepted_encoding_gives_the_same_values(name, codec, prefix):
    text = f'<?xml version="1.0" encoding="{name}"?>{ACCENTED}'
    assert seller_of(prefix + text.encode(codec)) == "Cèramiche Bellandi S.r.l."


def test_a_stylesheet_instruction_is_tolerated_and_never_followed():
    data = DECLARATION + b'<?xml-stylesheet href="http://x.test/a.xsl"?>' + BODY
    assert read(data, "f.xml") == read(GOOD, "f.xml")


def test_line_numbers_count_from_the_start_of_the_file():
    spread = b'<?xml version="1.0"\n\n encoding="UTF-8"?>'
    broken = BODY.replace(b"<Comune>Faenza</Comune>", b"<Comune></Comune>", 1)
    found = refusal(spread + broken)
    expected = (spread + BODY)[: (spread + BODY).index(b"<Sede>")].count(b"\n") + 1
    assert (found.code, found.line) == ("DLG-MISSING", expected)


# A reader that works through these in more than linear time would hang the suite.


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 200, 5000])
def test_depth_is_bounded(depth):
    data = ROOT + b"<a>" * depth + b"</a>" * depth + b"</p:FatturaElettronica>"
    assert refusal(data).code in {"DLG-XML-TOO-COMPLEX", "DLG-XML-MALFORMED"}


def test_the_number_of_elements_is_bounded():
    data = ROOT + b"<a/>" * (2 * MAX_ELEMENTS) + b"</p:FatturaElettronica>"
    assert refusal(data).code == "DLG-XML-TOO-COMPLEX"


def test_a_prolog_of_many_instructions_is_passed_in_one_go():
    found = refusal(b"<?a?>" * 100_000 + b"<!DOCTYPE x>")
    assert found.code == "DLG-XML-DTD"


def test_many_attributes_and_namespaces_do_not_stall():
    names = b" ".join(b'a%d=""' % number for number in range(100_000))
    assert refusal(b"<x " + names + b"/>").code == "DLG-NOT-FATTURAPA"
    spaces = b" ".join(b'xmlns:n%d="u"' % number for number in range(50_000))
    code = refusal(b"<x " + spaces + b"/>").code
    assert code in {"DLG-NOT-FATTURAPA", "DLG-XML-MALFORMED"}
