"""The reference as a page draws it: the document's own facts, in the reader's words.

Whatever the document says in words is a message of the catalogue too (tested).
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from flask_babel import gettext as _

from authz.pdp import LIMITS
from authz.pdp.openapi import Document, Operation, Parameter
from webapp.decisions.reference_examples import curl, shown
from webapp.decisions.reference_shapes import Shape, member_rows, shape
from webapp.i18n import number
from webapp.scopes import scope_in_words


def page(document: Document) -> dict[str, Any]:
    """What templates/decisions/reference.html draws."""
    schemas = document.told["components"]["schemas"]
    groups = groupby(document.operations, key=lambda operation: operation.topic)
    return {
        "url": document.url,
        "sections": [_section(document, list(group)) for _topic, group in groups],
        "types": [_type(name, schema) for name, schema in schemas.items()],
        "limits": _limits(LIMITS),
        "headers": _headers(document.operations),
    }


def _section(document: Document, operations: Sequence[Operation]) -> dict[str, Any]:
    first, last = operations[0], operations[-1]
    return {
        "key": first.topic,
        "title": _(first.title),
        "words": _(first.words),
        "addresses": [_address(operation) for operation in operations],
        "access": _access(first),
        "takes": list(_takes(operations)),
        "body": _body(first, last),
        "examples": [_example(document, last, each) for each in last.examples],
        "answers": [_answer(status, operations) for status in _statuses(operations)],
        "limits": _limits(first.limits),
    }


def _limits(limits: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(name, number(most, 0)) for name, most in limits.items()]


def _address(operation: Operation) -> dict[str, str]:
    return {
        "methods": ", ".join(method.upper() for method in operation.methods),
        "path": operation.path,
        "note": _(operation.note) if operation.note else "",
    }


def _access(operation: Operation) -> str:
    if operation.access == "everybody":
        return _("Everybody may ask.")
    if operation.access == "session":
        return _("Whoever is signed in may ask.")
    words = scope_in_words(operation.scope)
    return _(
        "A key of scope %(scope)s may ask: “%(words)s”.",
        scope=operation.scope,
        words=words,
    )


def _takes(operations: Iterable[Operation]) -> Iterable[dict[str, Any]]:
    """The parameters of all its addresses, each once."""
    seen: set[str] = set()
    for operation in operations:
        for parameter in operation.parameters:
            if parameter.name not in seen:
                seen.add(parameter.name)
                yield _parameter(parameter)


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "place": _("path") if parameter.place == "path" else _("header"),
        "required": parameter.required,
        "shape": shape(parameter.schema),
        "words": _(parameter.words),
    }


def _body(general: Operation, plain: Operation) -> dict[str, Any] | None:
    """The type of the body; of two addresses, the one that narrows nothing."""
    if plain.body is None:
        return None
    return {
        "shape": shape(plain.body),
        "narrowed": general.body != plain.body,
    }


def _statuses(operations: Iterable[Operation]) -> list[int]:
    return sorted({status for each in operations for status in each.answers})


def _answer(status: int, operations: Iterable[Operation]) -> dict[str, Any]:
    answer = next(each.answers[status] for each in operations if status in each.answers)
    return {
        "status": status,
        "words": _(answer.words),
        "contents": [
            _of_content(media, schema) for media, schema in answer.contents.items()
        ],
        "headers": list(answer.headers),
    }


def _of_content(media: str, schema: Mapping[str, Any]) -> Shape:
    """A type, or what kind of thing it is where it has none."""
    return shape(schema) if "$ref" in schema or "anyOf" in schema else [(media, "")]


def _headers(operations: Iterable[Operation]) -> list[tuple[str, str]]:
    """Those of all answers, each once."""
    found = {
        header.name: header.words
        for operation in operations
        for answer in operation.answers.values()
        for header in answer.headers.values()
    }
    return [(name, _(words)) for name, words in sorted(found.items())]


def _example(document: Document, operation: Operation, example: Any) -> dict[str, str]:
    return {
        "words": _(example.words),
        "curl": curl(document, operation, example),
        "status": str(example.status),
        "answer": shown(example.answer),
    }


def _type(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    words = schema["description"]
    return {
        "name": name,
        "words": _(words),
        "shape": [] if "properties" in schema else shape(schema),
        "rows": list(member_rows(schema)),
    }
