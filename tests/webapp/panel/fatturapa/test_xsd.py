"""A configured schema: its complaints, its imports, and never the network."""

from pathlib import Path

import pytest

from webapp.panel.fatturapa import InvalidInvoiceError, UnusableSchemaError, validate

SCHEMA = """<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t"
  xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
  <xs:import namespace="http://www.w3.org/2000/09/xmldsig#"
    schemaLocation="http://x.test/xmldsig.xsd"/>
  <xs:element name="root"><xs:complexType><xs:sequence>
    <xs:element name="amount"><xs:simpleType><xs:restriction base="xs:string">
      <xs:pattern value="[0-9]+\\.[0-9]{2}"/></xs:restriction></xs:simpleType>
    </xs:element>
    <xs:element ref="ds:Signature" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
SIGNATURES = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
  targetNamespace="http://www.w3.org/2000/09/xmldsig#">
  <xs:element name="Signature"><xs:complexType>
    <xs:attribute name="Id" use="required"/></xs:complexType></xs:element>
</xs:schema>"""
GOOD = b'<t:root xmlns:t="urn:t">\n<amount>1.00</amount>\n</t:root>'
SIGNED = GOOD.replace(
    b"</t:", b'<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"/></t:'
)


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    path = tmp_path / "invoice.xsd"
    path.write_text(SCHEMA)
    return path


def test_a_file_that_follows_the_schema_has_no_problem(schema):
    assert validate(GOOD, schema) == ()


def test_each_departure_is_a_problem_with_its_line(schema):
    found = validate(GOOD.replace(b"1.00", b"1"), schema)
    assert {(each.code, each.line, each.severity) for each in found} == {
        ("DLG-XSD", 2, "error")
    }
    assert "'1'" in found[0].message_it


def test_an_import_that_is_not_there_is_dropped_with_its_references(schema):
    assert validate(SIGNED, schema) == ()


def test_an_import_beside_the_schema_is_used(schema):
    schema.with_name("xmldsig.xsd").write_text(SIGNATURES)
    (found,) = validate(SIGNED, schema)
    assert "Id" in found.message_en


def test_bytes_that_are_no_xml_are_refused_as_when_reading(schema):
    with pytest.raises(InvalidInvoiceError, match="DLG-XML-DTD"):
        validate(b"<!DOCTYPE a><a/>", schema)


@pytest.mark.parametrize("content", [None, "", "<a/>", "<xs:schema", SCHEMA[:300]])
def test_a_schema_that_can_not_be_used_is_our_fault(tmp_path, content):
    path = tmp_path / "broken.xsd"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UnusableSchemaError, match=r"broken\.xsd"):
        validate(GOOD, path)
