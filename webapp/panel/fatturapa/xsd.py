"""Validation against an official schema, where one is configured."""

from collections.abc import Iterable
from pathlib import Path

from lxml import etree

from webapp.panel.fatturapa.problems import Problem, problem
from webapp.panel.fatturapa.safe_xml import parse

_XS = "{http://www.w3.org/2001/XMLSchema}"


class UnusableSchemaError(Exception):
    """The configured schema can not be loaded: the fault is ours, not the file's."""


def validate(data: bytes, xsd_path: Path) -> tuple[Problem, ...]:
    """Every departure from the schema, with its line.

    What the schema imports is taken from its own folder and never from the network;
    an import that is not there is dropped, and its elements are accepted as they are.

    Raises:
        InvalidInvoiceError: when the bytes are not XML at all.
        UnusableSchemaError: when the schema is absent or broken.
    """
    schema = _schema(xsd_path)
    root, _ = parse(data, "")
    schema.validate(root)
    log: Iterable[etree._LogEntry] = schema.error_log  # type: ignore[assignment]
    return tuple(
        problem(
            "DLG-XSD",
            line=entry.line,
            element=entry.path,
            detail=entry.message.rstrip("."),
        )
        for entry in log
    )


def _schema(path: Path) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    try:
        root = etree.fromstring(path.read_bytes(), parser)
        for imported in (*root.iter(f"{_XS}import"), *root.iter(f"{_XS}include")):
            _bring_home(root, imported, path.parent)
        return etree.XMLSchema(root)
    except (OSError, etree.LxmlError) as error:
        raise UnusableSchemaError(f"schema `{path.name}` can not be used") from error


def _bring_home(root: etree._Element, imported: etree._Element, folder: Path) -> None:
    # INVARIANT: no schema location leaves the folder, so nothing is ever fetched.
    beside = folder / imported.get("schemaLocation", "").rpartition("/")[2]
    if beside.is_file():
        imported.set("schemaLocation", beside.resolve().as_uri())
        return
    namespace = imported.get("namespace", "")
    root.remove(imported)
    for element in list(root.iter(f"{_XS}element")):
        prefix, _, _ = element.get("ref", "").rpartition(":")
        if prefix and element.nsmap.get(prefix) == namespace:
            _accept_any(element, namespace)


def _accept_any(element: etree._Element, namespace: str) -> None:
    occurs = [(name, element.get(name, "1")) for name in ("minOccurs", "maxOccurs")]
    element.tag = f"{_XS}any"
    element.attrib.clear()
    for name, value in (
        ("namespace", namespace),
        ("processContents", "skip"),
        *occurs,
    ):
        element.set(name, value)
