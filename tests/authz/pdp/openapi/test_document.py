"""The document is valid OpenAPI 3.1, says what is served, and is made from the types."""

import json
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from authz.pdp import LIMITS, PATHS, SCOPES, Kind
from authz.pdp.openapi import Document, served
from authz.pdp.openapi.schemas import components
from authz.pdp.openapi.wire_answers import Decisions
from tests.authz.pdp.library import Library, send

URL = "https://pdp.example.it/t1"
DOCUMENT = served(URL, has_key=True)
TOLD = DOCUMENT.told
SCHEMAS = TOLD["components"]["schemas"]


def fits(schema: Any, value: Any, document: Document = DOCUMENT) -> bool:
    whole = {**schema, "components": document.told["components"]}
    return bool(Draft202012Validator(whole).is_valid(value))


@pytest.mark.parametrize("has_key", [True, False])
def test_the_document_is_valid(has_key: bool) -> None:
    document = served(URL, has_key=has_key)
    assert list(OpenAPIV31SpecValidator(document.told).iter_errors()) == []
    assert document.body == msgspec.json.encode(json.loads(document.body))
    assert document.told["servers"] == [{"url": URL}]


def test_each_endpoint_is_there_with_its_scope() -> None:
    for kind, path in PATHS.items():
        told = TOLD["paths"][path]["post"]
        assert told["security"] == [{"key": [SCOPES[kind]]}]
        assert told["operationId"] == kind.value.replace("/", "_")


def test_where_no_key_is_asked_for_none_is_told() -> None:
    told = served(URL, has_key=False).told
    assert told["components"]["securitySchemes"] == {}
    for path in PATHS.values():
        assert told["paths"][path]["post"]["security"] == []
        assert "401" not in told["paths"][path]["post"]["responses"]


def test_the_metadata_stand_at_the_root_of_the_host() -> None:
    item = TOLD["paths"]["/.well-known/authzen-configuration/t1"]
    assert item["servers"] == [{"url": "https://pdp.example.it"}]
    plain = served("https://pdp.example.it", has_key=True).told["paths"]
    assert "servers" not in plain["/.well-known/authzen-configuration"]


def test_the_limits_are_in_the_schemas() -> None:
    text = SCHEMAS["Subject"]["properties"]["id"]
    assert text["maxLength"] == LIMITS["string_bytes"]
    questions = SCHEMAS["EvaluationsRequest"]["properties"]["evaluations"]
    assert questions["maxItems"] == LIMITS["items"]
    sizes = {
        kind: TOLD["paths"][path]["post"]["requestBody"]["x-limits"]["body_bytes"]
        for kind, path in PATHS.items()
    }
    assert sizes.pop(Kind.EVALUATIONS) == LIMITS["batch_body_bytes"]
    assert set(sizes.values()) == {LIMITS["body_bytes"]}


def test_the_words_are_those_of_the_types() -> None:
    assert SCHEMAS["Subject"]["description"] == "Who wants to act."
    assert SCHEMAS["Decision"]["properties"]["context"]["description"] == "Why."
    semantic = SCHEMAS["Options"]["properties"]["evaluations_semantic"]
    assert semantic["description"].endswith(
        "the item that decided is the last one answered."
    )
    silent = [
        (name, member)
        for name, schema in SCHEMAS.items()
        for member, told in schema.get("properties", {}).items()
        if not told.get("description")
    ]
    assert silent == []
    assert all(schema["description"] for schema in SCHEMAS.values())


def test_a_type_without_a_schema_is_no_document() -> None:
    class Strange:
        """Of nobody."""

    holding = msgspec.defstruct("Holding", [("member", Strange)])
    with pytest.raises(TypeError, match="not supported"):
        components([holding])


def test_a_type_brings_what_it_holds_and_no_more() -> None:
    assert set(components([Decisions])) == {
        "Decision",
        "Decisions",
        "ItemFailure",
        "Message",
        "Reason",
        "Value",
        "Words",
    }


def test_unknown_members_are_never_forbidden() -> None:
    assert '"additionalProperties":false' not in DOCUMENT.body.decode()


def test_another_document_has_another_etag() -> None:
    assert DOCUMENT.etag == served(URL, has_key=True).etag
    assert DOCUMENT.etag != served(URL, has_key=False).etag


def bodies() -> list[Any]:
    subject = {"type": "reader", "id": "ada"}
    action, book = {"name": "read"}, {"type": "book", "id": "emma"}
    one = {"subject": subject, "action": action, "resource": book}
    return [
        one,
        {**one, "unknown": [1, {"x": None}], "context": {"at": 1.5}},
        {**one, "evaluations": None},
        {**one, "evaluations": []},
        {**one, "evaluations": {}},
        {**one, "evaluations": [{}]},
        {**one, "evaluations": [{"subject": 1}, {}]},
        {**one, "evaluations": [1]},
        {**one, "evaluations": [{}] * 1000},
        {**one, "evaluations": [{}] * 1001},
        {**one, "evaluations": [{}], "options": {"evaluations_semantic": "no"}},
        {**one, "evaluations": [{}], "options": None},
        {**one, "subject": 1, "evaluations": [{}]},
        {**one, "subject": {**subject, "id": 1}},
        {**one, "subject": {**subject, "id": "x" * 1024}},
        {**one, "subject": {**subject, "id": "x" * 1025}},
        {**one, "subject": {**subject, "id": "a\0b"}},
        {**one, "subject": {**subject, "properties": None}},
        {**one, "context": None},
        {**one, "context": {"x" * 1025: 1}},
        {**one, "page": {"limit": -1}},
        {**one, "page": {"limit": 0}},
        {**one, "page": {"limit": None, "properties": 1}},
        {**one, "page": None},
        {**one, "page": {"token": None}},
        {"subject": {"type": "reader"}, "action": action, "resource": book},
        {"subject": subject, "action": action, "resource": {"type": "book"}},
        {"subject": subject, "resource": book},
        {"subject": subject, "action": 1, "resource": book},
        {},
        [],
        "x",
    ]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("number", range(len(bodies())))
def test_what_fits_is_answered_and_what_does_not_is_refused(
    kind: Kind, number: int
) -> None:
    body = bodies()[number]
    told = TOLD["paths"][PATHS[kind]]["post"]
    schema = told["requestBody"]["content"]["application/json"]["schema"]
    reply = send(kind, body, Library())
    assert fits(schema, body) == (reply.status == 200)
    answer = told["responses"][str(reply.status)]["content"]["application/json"]
    assert fits(answer["schema"], json.loads(reply.body))


@pytest.mark.parametrize("operation", DOCUMENT.operations, ids=lambda one: one.id)
def test_every_example_fits_its_schemas(operation: Any) -> None:
    for example in operation.examples:
        if operation.body is not None:
            assert fits(operation.body, example.body)
        answer = operation.answers[example.status].contents["application/json"]
        assert fits(answer, example.answer)


def test_a_problem_fits_its_schema() -> None:
    reply = send(
        Kind.EVALUATION, b" " * 70_000, Library(), accept="application/problem+json"
    )
    problem = json.loads(reply.body)
    assert problem["limits"]
    assert fits(SCHEMAS["Problem"], problem)
