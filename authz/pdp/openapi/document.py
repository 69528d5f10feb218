"""The OpenAPI 3.1 document, from operations and types."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import msgspec

from authz.pdp.openapi.operations import JSON, Example, Operation, Parameter, Schema
from authz.pdp.openapi.schemas import components

#: Of this API; it grows, and nothing of it is ever renamed.
VERSION = "1"
_ABOUT = (
    "Delega answers what a user may do, by the AuthZEN Authorization API 1.0. "
    "Unknown members are ignored; a name that stands twice in one object, numbers "
    "that are not finite, whole numbers beyond 2^53, anything but UTF-8, a byte order "
    "mark and NUL are refused. Whatever is not a 200 is no decision."
)
_SCHEMES: Mapping[str, Any] = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "The key of a service.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "delega",
        "description": "Somebody who is signed in to the panel.",
    },
}


@dataclass(frozen=True)
class Document:
    """What is published.

    Attributes:
        url: the base address, from configuration.
        operations: all that is served there.
        types: what they speak of.
        more: schemas that come from no type, by name.
        cookie: of whoever is signed in.
    """

    url: str
    operations: Sequence[Operation]
    types: Sequence[type]
    more: Mapping[str, Schema] = field(default_factory=dict)
    cookie: str = "delega"

    @cached_property
    def told(self) -> dict[str, Any]:
        """The document."""
        used = {operation.access for operation in self.operations} - {"everybody"}
        schemes = {name: dict(_SCHEMES[name]) for name in sorted(used)}
        if "session" in schemes:
            schemes["session"]["name"] = self.cookie
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "Delega",
                "version": VERSION,
                "description": _ABOUT,
                "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": self.url}],
            "paths": self._paths(),
            "components": {
                "schemas": {**components(self.types), **self.more},
                "securitySchemes": schemes,
            },
        }

    @cached_property
    def body(self) -> bytes:
        """The document as it is sent."""
        return msgspec.json.encode(self.told)

    @cached_property
    def etag(self) -> str:
        """Another one when anything in it is."""
        return hashlib.sha256(self.body).hexdigest()[:32]

    def _paths(self) -> dict[str, Any]:
        paths: dict[str, Any] = {}
        for operation in self.operations:
            item = paths.setdefault(operation.path, {})
            if operation.away and urlsplit(self.url).path:
                root = self.url.removesuffix(urlsplit(self.url).path)
                item["servers"] = [{"url": root}]
            for method in operation.methods:
                item[method] = _operation(operation, method)
        return paths


def _operation(operation: Operation, method: str) -> dict[str, Any]:
    name = operation.id
    if len(operation.methods) > 1:
        name = f"{name}_{method}"
    told: dict[str, Any] = {
        "operationId": name,
        "summary": operation.title,
        "description": f"{operation.words} {operation.note}".strip(),
        "tags": [operation.topic],
        "security": [],
        "parameters": [_parameter(each) for each in operation.parameters],
    }
    if operation.access != "everybody":
        # of a scheme that is no OAuth these are told, and bind nobody
        scopes = [operation.scope] if operation.scope else []
        told["security"] = [{operation.access: scopes}]
    if operation.body is not None:
        told["requestBody"] = _request(operation)
    told["responses"] = {
        str(status): _response(operation, status)
        for status in sorted(operation.answers)
    }
    return told


def _parameter(parameter: Parameter) -> dict[str, Any]:
    told = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": parameter.words,
        "schema": dict(parameter.schema),
    }
    if parameter.example is not None:
        told["example"] = parameter.example
    return told


def _request(operation: Operation) -> dict[str, Any]:
    examples = {
        each.name: {"summary": each.words, "value": each.body}
        for each in operation.examples
    }
    content = {"schema": operation.body, "examples": examples}
    limits = dict(operation.limits)
    return {"required": True, "content": {JSON: content}, "x-limits": limits}


def _response(operation: Operation, status: int) -> dict[str, Any]:
    answer = operation.answers[status]
    told: dict[str, Any] = {"description": answer.words}
    if answer.headers:
        told["headers"] = {
            name: {
                "description": header.words,
                "required": header.required,
                "schema": dict(header.schema),
            }
            for name, header in answer.headers.items()
        }
    if answer.contents:
        mine = [each for each in operation.examples if each.status == status]
        told["content"] = {
            media: _content(schema, mine if media == JSON else ())
            for media, schema in answer.contents.items()
        }
    return told


def _content(schema: Mapping[str, Any], examples: Iterable[Example]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": dict(schema)}
    answers = {
        each.name: {"summary": each.words, "value": each.answer} for each in examples
    }
    return {**content, "examples": answers} if answers else content
