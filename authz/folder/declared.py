"""What `pdp.toml` declares beside the feeds: types, what callers send, defaults."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from authz.errors import Fault
from authz.folder.entities import OWN_NAMES
from authz.folder.faults import MAPPING
from authz.folder.files import MAPPING as FILE
from authz.folder.toml_lines import line_of

#: Table -> what may stand in it; `request` and `defaults` have keys of their own.
TABLES: Mapping[str, Sequence[str]] = {
    "request": (),
    "types": ("subject", "resource"),
    "sent": ("subject", "resource", "action"),
    "defaults": (),
}
_DEFAULT = re.compile(r"(?:(subject|resource|action)\.properties|(context))\.([^.]+)")


class Document(NamedTuple):
    """A `pdp.toml`: what was read of it, and its text."""

    tables: Mapping[str, Any]
    text: str

    def fault(self, message: str, table: str, key: str = "") -> Fault:
        """Something wrong there."""
        line = line_of(self.text, table, key)
        return Fault(code=MAPPING, message=message, file=FILE, line=line)


class Declared(NamedTuple):
    """What it says.

    Attributes:
        types: part -> the types that are answered for; any when it is not there.
        sent: part -> the properties that callers may send.
        defaults: part -> property -> what it is when nothing says it.
    """

    types: Mapping[str, frozenset[str]]
    sent: Mapping[str, frozenset[str]]
    defaults: Mapping[str, Mapping[str, object]]


def table_faults(document: Document) -> list[Fault]:
    """Tables and keys that mean nothing."""
    found = []
    for name, table in document.tables.items():
        if name not in TABLES:
            text = f"unknown table `{name}`; there are {', '.join(TABLES)}"
            found.append(document.fault(text, name))
        elif not isinstance(table, dict):
            text = f"`{name}` is a table; write [{name}] and its keys below"
            found.append(document.fault(text, "", name))
        elif TABLES[name]:
            found += _key_faults(document, name, table)
    return found


def _key_faults(
    document: Document, name: str, table: Mapping[str, Any]
) -> Iterator[Fault]:
    for key, value in table.items():
        if key not in TABLES[name]:
            text = f"unknown key `{key}`; there are {', '.join(TABLES[name])}"
            yield document.fault(text, name, key)
        elif not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            yield document.fault(f'`{key}` is a list of texts: ["…"]', name, key)
        elif name == "sent" and (own := OWN_NAMES[key].intersection(value)):
            text = f"`{min(own)}` is the {key}'s own, not a property; take it out"
            yield document.fault(text, name, key)


def default_faults(document: Document) -> Iterator[Fault]:
    """Defaults of what is no property, or that JSON could not send."""
    for key, value in document.tables.get("defaults", {}).items():
        match = _DEFAULT.fullmatch(key)
        if match is None or match[3] in OWN_NAMES.get(match[1] or "", ()):
            text = (
                f"`{key}` is no property; write it in quotes, such as "
                '"subject.properties.role", "context.ip"'
            )
            yield document.fault(text, "defaults", key)
        elif not isinstance(value, str | int | float | list):
            text = "a default is a text, a number, true, false or a list of them"
            yield document.fault(text, "defaults", key)


def declared(document: Document) -> Declared:
    """What it says, once it has no faults."""
    defaults: dict[str, dict[str, object]] = {}
    for key, value in document.tables.get("defaults", {}).items():
        part, _, name = key.replace(".properties.", ".", 1).partition(".")
        defaults.setdefault(part, {})[name] = value
    return Declared(
        _sets(document.tables.get("types", {})),
        _sets(document.tables.get("sent", {})),
        defaults,
    )


def _sets(table: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    return {part: frozenset(names) for part, names in table.items()}
