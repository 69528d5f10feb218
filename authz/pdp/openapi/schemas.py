"""From types to the document's schemas: msgspec's, with the words of their docstrings."""

import inspect
import re
import sys
import textwrap
from collections.abc import Iterable
from typing import Any

import msgspec

from authz.pdp.limits import MAX_STRING_BYTES
from authz.pdp.openapi import wire

Schema = dict[str, Any]
_DOUBLE = sys.float_info.max
_REF = "#/components/schemas/{name}"
_ATTRIBUTE = re.compile(r"(\w+): (.+)")
_TEXT: Schema = {
    "type": "string",
    "maxLength": MAX_STRING_BYTES,
    "pattern": r"^[^\u0000]*$",
}
_OBJECT: Schema = {
    "type": "object",
    "propertyNames": _TEXT,
    "additionalProperties": {"$ref": _REF.format(name="Value")},
}
_REFUSED_ALONE = (
    "Anything else: the items that take it are refused, the others are not."
)


def ref(name: str) -> Schema:
    """Where the schema of that name stands."""
    return {"$ref": _REF.format(name=name)}


def components(types: Iterable[type]) -> dict[str, Schema]:
    """The schemas of these types, and of all that they hold, by name."""
    _, found = msgspec.json.schema_components(
        types, schema_hook=_hook, ref_template=_REF
    )
    held = {kind.__name__: kind for kind in _held(types)}
    made = {name: _told(schema, held[name]) for name, schema in found.items()}
    for name, schema in made.items():
        if issubclass(held[name], msgspec.Struct) and is_request(held[name]):
            schema["additionalProperties"] = ref("Value")
            schema["propertyNames"] = _TEXT
    if "EvaluationsRequest" in made:
        _refuse_alone(made["EvaluationsRequest"]["properties"])
    return {**made, "Value": _value(), "Message": _message()}


def is_request(kind: type) -> bool:
    """Whether it is part of what callers send: unknown members are ignored there."""
    return kind.__module__ == wire.__name__


def _hook(kind: type) -> Schema:
    if kind is not wire.Value:
        raise NotImplementedError(kind)
    return ref("Value")


def _value() -> Schema:
    """Recursive, as no type of msgspec is."""
    return {
        "title": "Value",
        "description": _words(wire.Value)[0],
        "anyOf": [
            _TEXT,
            # INVARIANT: a schema can not tell 9e15 from its digits, which are refused
            {"type": "number", "minimum": -_DOUBLE, "maximum": _DOUBLE},
            {"type": "boolean"},
            {"type": "null"},
            {"type": "array", "items": ref("Value")},
            _OBJECT,
        ],
    }


def _message() -> Schema:
    return {
        "title": "Message",
        "description": "No decision, in words (AuthZEN 1.0, section 10).",
        "type": "string",
    }


def _refuse_alone(members: dict[str, Schema]) -> None:
    """What items take may be anything: it is no reason to refuse the others."""
    for name in ("subject", "action", "resource", "context"):
        told = members[name].pop("description")
        either = [members[name], {**ref("Value"), "description": _REFUSED_ALONE}]
        members[name] = {"description": told, "anyOf": either}
    anything = {**_OBJECT, "description": _REFUSED_ALONE}
    questions = members["evaluations"]
    questions["items"] = {"anyOf": [questions["items"], anything]}


def _told(schema: Schema, kind: type) -> Schema:
    """With the first part of the docstring, and its attributes at their members."""
    words, attributes = _words(kind)
    members = {
        name: {**member, "description": attributes[name]}
        for name, member in schema["properties"].items()
    }
    return {**schema, "description": words, "properties": members}


def _words(kind: type) -> tuple[str, dict[str, str]]:
    words, _, rest = inspect.cleandoc(kind.__doc__ or "").partition("\n\nAttributes:\n")
    attributes: dict[str, str] = {}
    name = ""
    for line in textwrap.dedent(rest).splitlines():
        begun = _ATTRIBUTE.fullmatch(line)
        if begun:
            name, attributes[begun[1]] = begun[1], begun[2]
        else:
            attributes[name] += f" {line.strip()}"
    return " ".join(words.split()), attributes


def _held(types: Iterable[type]) -> Iterable[type]:
    """Every struct that is reached from these."""
    front: list[Any] = list(types)
    seen: set[Any] = set()
    while front:
        kind = front.pop()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            if kind not in seen:
                seen.add(kind)
                yield kind
                front += [field.type for field in msgspec.structs.fields(kind)]
        else:
            front += getattr(kind, "__args__", ())
