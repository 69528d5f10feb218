"""The requests of docs/http work as they stand, and leave no endpoint out."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authz.policy import default_folder
from tests.builders import Company, a_user, signed_in
from tests.webapp.decisions.asking import EVERY_SCOPE, a_key

DOCS = default_folder().parent / "docs"
FILES = sorted((DOCS / "http").glob("*.http"))


class Request(NamedTuple):
    title: str
    method: str
    address: str
    headers: dict[str, str]
    body: str


def requests() -> Iterator[Request]:
    """Each request of each file, with the variables of its file put in."""
    for file in FILES:
        top, *parts = file.read_text(encoding="utf-8").split("### ")
        values = dict(re.findall(r"^@(\w+) = (.+)$", top, re.MULTILINE))
        for part in parts:
            title, rest = part.split("\n", 1)
            head, _, body = rest.strip().partition("\n\n")
            for name, value in values.items():
                head = head.replace(f"{{{{{name}}}}}", value)
                body = body.replace(f"{{{{{name}}}}}", value)
            first, *lines = head.split("\n")
            method, address = first.split(" ")
            headers = dict(line.split(": ", 1) for line in lines)
            yield Request(title, method, address, headers, body)


def path_of(request: Request, company: Company) -> str:
    path = request.address.removeprefix("http://127.0.0.1:8000")
    return path.replace("a_your_account", company.id)


@pytest.mark.parametrize(
    "request_", list(requests()), ids=lambda one: f"{one.address} {one.title}"
)
def test_a_request_is_answered(app: Flask, company: Company, request_: Request) -> None:
    user, name = a_user(app, company, "invoicing.read")
    key = a_key(app, company.id, scopes=(*EVERY_SCOPE, "policy:read"))
    headers = dict(request_.headers)
    client: FlaskClient = app.test_client()
    if headers.pop("Cookie", None):
        client = signed_in(app, name)
    if "Authorization" in headers:
        assert headers["Authorization"] == "Bearer {{$processEnv DELEGA_KEY}}"
        headers["Authorization"] = f"Bearer {key}"
    body = request_.body.replace("u_a_user", user).replace("a_your_account", company.id)
    answer = client.open(
        path_of(request_, company),
        method=request_.method,
        headers=headers,
        data=body or None,
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.json


def test_every_endpoint_has_a_request(app: Flask, company: Company) -> None:
    adapter = app.url_map.bind("127.0.0.1")
    asked = {
        adapter.match(path_of(one, company), one.method, return_rule=True)[0].rule
        for one in requests()
    }
    there = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in ("decisions", "downloads")
    }
    assert asked == there


def test_no_file_holds_a_key() -> None:
    assert len(FILES) == 3
    assert all("dlg_" not in file.read_text(encoding="utf-8") for file in FILES)
