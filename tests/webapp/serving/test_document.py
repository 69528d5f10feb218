"""`delega serve` publishes what it serves, and its examples are true."""

import json
from pathlib import Path
from typing import Any

import pytest

from authz.folder import Folder
from authz.pdp import Service
from authz.pdp.openapi import served
from tests.authz.folders.asking import a_folder
from tests.webapp.serving.test_app import KEY, get, post
from webapp.serving.app import App

POLICY = "p, editor, 17, read\ng, alice, editor\n"
URL = "http://pdp.test/t1"
DOCUMENT = served(URL, has_key=True)
ASKED = [
    (operation.path, example)
    for operation in DOCUMENT.operations
    for example in operation.examples
    if example.body is not None
]


@pytest.fixture
def app(tmp_path: Path) -> App:
    entities = {
        "subjects": [{"type": "user", "id": "alice"}],
        "resources": [{"type": "document", "id": "17"}],
    }
    folder = a_folder(tmp_path, policy_csv=POLICY, entities_json=json.dumps(entities))
    return App(Folder(folder), Service([b"k" * 32]), URL, KEY)


def test_the_document_stands_below_the_address(app: App) -> None:
    answer = get(app, "/t1/openapi.json")
    assert (answer.status, answer.body) == (200, DOCUMENT.body)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert get(app, "/openapi.json").status == 404


@pytest.mark.parametrize("held", ["{}", "W/{}", '"x", {}', "*"])
def test_who_holds_it_is_told_so(app: App, held: str) -> None:
    etag = get(app, "/t1/openapi.json").headers["ETag"]
    text = held.format(etag)
    answer = get(app, "/t1/openapi.json", HTTP_IF_NONE_MATCH=text)
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("held", ["", '"x"', 'W/"x", "y"'])
def test_who_holds_another_gets_it(app: App, held: str) -> None:
    answer = get(app, "/t1/openapi.json", HTTP_IF_NONE_MATCH=held)
    assert answer.status == 200


def test_what_has_no_etag_is_always_sent(app: App) -> None:
    path = "/.well-known/authzen-configuration/t1"
    assert get(app, path, HTTP_IF_NONE_MATCH="*").status == 200


@pytest.mark.parametrize(
    ("path", "example"), ASKED, ids=[f"{path} {one.name}" for path, one in ASKED]
)
def test_an_example_is_answered_as_it_says(app: App, path: str, example: Any) -> None:
    answer = post(app, example.body, f"/t1{path}", HTTP_AUTHORIZATION=f"Bearer {KEY}")
    assert (answer.status, answer.json) == (example.status, example.answer)


def test_the_document_says_what_is_there(app: App) -> None:
    for operation in DOCUMENT.operations:
        prefix = "" if operation.away else "/t1"
        method = operation.methods[0].upper()
        assert get(app, f"{prefix}{operation.path}", method).status != 404
