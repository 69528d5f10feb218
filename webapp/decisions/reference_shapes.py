"""JSON schemas in a few words each: `string`, `list of Item`."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

Schema = Mapping[str, Any]
#: Words, each with the name of the type that it links to, or "".
Shape = list[tuple[str, str]]


def shape(schema: Schema) -> Shape:
    """What a value looks like."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return [(name, name)]
    for word, between in (("anyOf", " | "), ("allOf", " & ")):
        if word in schema:
            return _joined(schema[word], between)
    if "enum" in schema:
        return [(" | ".join(str(value) for value in schema["enum"]), "")]
    return _of_type(schema)


def member_rows(schema: Schema) -> Iterable[dict[str, Any]]:
    """The members of an object, those that it must have first."""
    required = schema.get("required", ())
    members = schema.get("properties", {})
    for name in sorted(members, key=lambda name: name not in required):
        words = members[name].get("description", "")
        yield {
            "name": name,
            "required": name in required,
            "shape": shape(members[name]),
            "words": _(words) if words else "",
        }


def _of_type(schema: Schema) -> Shape:
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return [(" | ".join(kind), "")]
    if kind == "array":
        inside = shape(schema.get("items", {}))
        most = schema.get("maxItems")
        return [("list of ", ""), *inside] if most != 0 else [("[]", "")]
    return [(kind, "")]


def _joined(schemas: Iterable[Schema], between: str) -> Shape:
    found: Shape = []
    for schema in schemas:
        part = shape(schema)
        if part and part[0] not in found:
            found += [(between, ""), *part] if found else part
    return found
