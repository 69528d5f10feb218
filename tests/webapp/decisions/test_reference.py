"""The document says what the panel serves, its examples are true, and people can read it."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

import webapp
from authz.pdp.openapi import Document, Example, Operation
from tests.builders import Company, a_user, signed_in
from tests.webapp.decisions.asking import EVERY_SCOPE, a_key
from tests.webapp.decisions.proxies import asking_app
from tests.webapp.decisions.world import a_company_key
from webapp.decisions.reference_examples import curl
from webapp.decisions.reference_operations import ACCOUNT, OWNER, USER, reference

URL = "http://127.0.0.1:8000"
DOCUMENT = reference(URL, "delega")
SERVED = ("decisions", "downloads", "forward", "reference")
EXAMPLES = [
    (operation, example)
    for operation in DOCUMENT.operations
    for example in operation.examples
]


def fits(schema: Any, value: Any) -> bool:
    whole = {**schema, "components": DOCUMENT.told["components"]}
    return bool(Draft202012Validator(whole).is_valid(value))


def named(value: Any, names: dict[str, str]) -> Any:
    """With the ids that the examples leave open."""
    text = json.dumps(value)
    for name, real in names.items():
        text = text.replace(name, real)
    return json.loads(text)


def run(client: FlaskClient, line: str, shell: dict[str, str]) -> TestResponse:
    """What curl would send, as the shell hands it over."""
    for name, text in shell.items():
        line = line.replace(f"${name}", text)
    _curl, address, *words = shlex.split(line.replace("\\\n", " "))
    headers, body = {}, None
    for option, text in zip(words[::2], words[1::2], strict=True):
        if option == "-d":
            body = text
        elif option == "-b":
            client.set_cookie(*text.split("=", 1))
        else:
            name, _, value = text.partition(": ")
            headers[name] = value
    path = address.removeprefix(URL)
    assert path != address
    method = "GET" if body is None else "POST"
    return client.open(
        path,
        method=method,
        headers=headers,
        data=body,
        environ_overrides={"RAW_URI": path},
    )


def covers(found: Any, told: Any) -> bool:
    """Whether an answer holds all that a shortened one tells, by whatever date."""
    if isinstance(told, dict):
        told = {name: told[name] for name in told if name != "valid_until"}
        return all(name in found and covers(found[name], told[name]) for name in told)
    if isinstance(told, list):
        return all(each in found for each in told)
    return bool(found == told)


def in_order(answer: Any) -> Any:
    """Results of a search, whatever ids their users got."""
    if isinstance(answer, dict) and "results" in answer:
        return {**answer, "results": sorted(answer["results"], key=json.dumps)}
    return answer


def test_the_document_is_valid() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT.told).iter_errors()) == []


def test_the_document_is_served_and_kept(app: Flask) -> None:
    client = app.test_client()
    answer = client.get("/openapi.json?lang=it")
    assert answer.data == DOCUMENT.body
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in answer.headers
    etag = {"If-None-Match": answer.headers["ETag"]}
    again = client.get("/openapi.json", headers=etag)
    assert (again.status_code, again.data) == (304, b"")


def test_every_route_is_in_the_document_and_no_other(app: Flask) -> None:
    served = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in SERVED and rule.rule != "/api":
            path = rule.rule.replace("<account>", "{account}")
            path = path.replace("<path:path>", "a/{account}")
            path = path.replace("<anypath:original>", "/{path}")
            known = rule.methods or set()
            if rule.endpoint.startswith("forward"):
                served |= {(path, method.lower()) for method in known}
            else:  # Flask adds HEAD and OPTIONS
                served |= {(path, m.lower()) for m in known - {"HEAD", "OPTIONS"}}
    told = {
        (path, method)
        for path, item in DOCUMENT.told["paths"].items()
        for method in item
    }
    assert told == served


def test_the_statuses_are_the_agreed_ones() -> None:
    told = {
        f"{operation.id}": " ".join(map(str, sorted(operation.answers)))
        for operation in DOCUMENT.operations
    }
    general, of_account = "200 400 401 403 429 503", "200 400 401 403 404 429 503"
    asked = ("evaluation", "evaluations", "search_subject", "search_resource")
    assert told == {
        **dict.fromkeys((*asked, "search_action"), general),
        **{f"{name}_of_account": of_account for name in (*asked, "search_action")},
        "permissions": "200 304 400 401 403 404 429 503",
        "own_permissions": "200 302 304 400 404 503",
        "forward_nginx": "200 401 403 429 503",
        "forward_traefik": "200 400 401 403 429 503",
        "forward_envoy": "200 400 401 403 429 503",
        "metadata": "200",
        "metadata_of_account": "200 404",
        "document": "200 304",
    }


@pytest.fixture
def asked(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    with asking_app(app, tmp_path) as other:
        yield other


@pytest.mark.parametrize(
    ("operation", "example"),
    EXAMPLES,
    ids=[f"{operation.id} {example.name}" for operation, example in EXAMPLES],
)
def test_an_example_fits_and_is_answered_as_it_says(
    asked: Flask, company: Company, operation: Operation, example: Example
) -> None:
    if operation.body is not None:
        assert fits(operation.body, example.body)
    user, name = a_user(asked, company, "invoicing.read", "invoicing.send_sdi")
    cookie = signed_in(asked, name).get_cookie("delega")
    assert cookie is not None
    shell = {
        "ACCOUNT": company.id,
        "USER": user,
        "KEY": a_key(asked, company.id, scopes=(*EVERY_SCOPE, "policy:read")),
        "SESSION": cookie.value,
    }
    answer = run(asked.test_client(), curl(DOCUMENT, operation, example), shell)
    assert answer.status_code == example.status
    if example.answer is None:
        assert answer.data == b""
        return
    content = operation.answers[example.status].contents["application/json"]
    assert fits(content, example.answer)
    assert fits(content, answer.json)
    told = named(
        example.answer, {ACCOUNT: company.id, USER: user, OWNER: company.owner}
    )
    same = covers if example.abridged else lambda a, b: in_order(a) == in_order(b)
    assert same(answer.json, told), answer.json


def words_of(document: Document) -> Iterable[str]:
    for operation in document.operations:
        yield from filter(None, (operation.title, operation.words, operation.note))
        yield from (each.words for each in operation.parameters)
        yield from (each.words for each in operation.examples)
        for answer in operation.answers.values():
            yield answer.words
            yield from (each.words for each in answer.headers.values())
    for schema in document.told["components"]["schemas"].values():
        yield schema["description"]
        for member in schema.get("properties", {}).values():
            yield from filter(None, [member.get("description")])


def test_every_word_of_the_document_has_its_italian() -> None:
    folder = Path(webapp.__file__).parent / "translations" / "it" / "LC_MESSAGES"
    with (folder / "decisions.po").open("rb") as file:
        known = {message.id for message in read_po(file)}
    assert sorted(set(words_of(DOCUMENT)) - known) == []


@pytest.mark.parametrize("language", ["it", "en"])
def test_everybody_can_read_the_page(app: Flask, language: str) -> None:
    answer = app.test_client().get(f"/api?lang={language}")
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    assert f'<html lang="{language}">' in html
    text = unescape(re.sub("<[^>]+>", "", html))
    for operation in DOCUMENT.operations:
        assert operation.path in text
    for operation, example in EXAMPLES:
        if operation.path.startswith("/a/"):
            assert curl(DOCUMENT, operation, example) in text
    title = {"it": "Riferimento delle API di decisione", "en": "Reference of the"}
    assert f"<h1>{title[language]}" in html
    assert ("Una decisione" in text) is (language == "it")
    assert "`" not in text


def test_every_link_of_the_page_leads_somewhere_on_it(app: Flask) -> None:
    html = app.test_client().get("/api").get_data(as_text=True)
    places = re.findall(r'\bid="([^"]+)"', html)
    assert len(places) == len(set(places))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(places)


def test_whoever_is_signed_in_reads_it_too(app: Flask, company: Company) -> None:
    assert signed_in(app, company.owner_name).get("/api").status_code == 200


def test_the_pages_of_keys_lead_to_it(app: Flask, company: Company) -> None:
    owner = signed_in(app, company.owner_name)
    keys = f"/a/{company.id}/settings/keys"
    assert 'href="/api"' in owner.get(keys).get_data(as_text=True)
    key = a_company_key(app, company).split("_")[2]
    for address in (keys, f"{keys}/{key}"):
        assert 'href="/api"' in owner.get(address).get_data(as_text=True)


def test_below_a_path_the_metadata_are_asked_for_at_the_root() -> None:
    document = reference("https://h.test/panel", "delega")
    one = next(each for each in document.operations if each.id == "metadata")
    address = "https://h.test/.well-known/authzen-configuration/panel"
    assert address in curl(document, one, one.examples[0])
    first = document.operations[0]
    assert "https://h.test/panel/access/v1" in curl(document, first, first.examples[0])
