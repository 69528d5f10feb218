"""Errors: a page for browsers, a problem for services, and a name for each to be told."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.test import TestResponse

from authz import NotReadyError, StaleVersionError
from tests.authz.storage.stores import a_postgresql
from tests.builders import Company, a_user, publish_policies, signed_in
from tests.webapp.conftest import close, settings_in
from tests.webapp.decisions.asking import MANY, ONE, WHO, a_key, question
from tests.webapp.operator.world import NAME, an_operator
from webapp import create_app, health
from webapp.decisions.service import decisions

PROBLEM = "application/problem+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
DOWNLOAD = "/a/{}/access/v1/permissions"


def is_problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == PROBLEM
    said = answer.json
    assert said["type"] == f"urn:delega:problem:{code}"
    assert (said["status"], said["code"]) == (status, code)
    assert said["title"]
    assert said["detail"]
    assert said["request_id"] == answer.headers["X-Request-ID"]
    return said


def is_message(answer: TestResponse, status: int, _code: str) -> None:
    """As AuthZEN has it."""
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert isinstance(answer.json, str)


@pytest.mark.parametrize(
    "accept", [PROBLEM, f"{PROBLEM}, */*", f"text/html, {PROBLEM}"]
)
@pytest.mark.parametrize("path", [ONE, MANY, WHO, "/a/{account}" + ONE])
def test_who_asks_the_decision_api_for_problems_gets_them_without_a_key(
    app: Flask, company: Company, path: str, accept: str
) -> None:
    answer = app.test_client().post(
        path.format(account=company.id),
        json=question(company.owner, company.id),
        headers={"Accept": accept, "X-Request-ID": "r-1"},
    )
    said = is_problem(answer, 401, "forbidden")
    assert "Bearer" in said["detail"]
    assert said["request_id"] == "r-1"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="delega"'


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "text/html"])
def test_who_does_not_gets_the_message_string_of_the_standard(
    app: Flask, company: Company, accept: str
) -> None:
    for key, status in (("", 401), (a_key(app, company.id, scopes=("search",)), 403)):
        answer = app.test_client().post(
            ONE,
            json=question(company.owner, company.id),
            headers={"Accept": accept, "Authorization": f"Bearer {key}"},
        )
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/json"
        assert isinstance(answer.json, str)
        assert answer.headers["X-Request-ID"]


def test_a_key_outside_its_scope_or_account_is_told_so_as_a_problem(
    app: Flask, company: Company
) -> None:
    client, body = app.test_client(), question(company.owner, company.id)
    key = a_key(app, company.id, scopes=("search",))
    headers = {"Accept": PROBLEM, "Authorization": f"Bearer {key}"}
    said = is_problem(client.post(ONE, json=body, headers=headers), 403, "forbidden")
    assert said["detail"] == "this key lacks the scope `decide`"
    key = a_key(app, company.id, scopes=("policy:read",))
    headers["Authorization"] = f"Bearer {key}"
    answer = client.get(DOWNLOAD.format("a_elsewhere"), headers=headers)
    assert is_problem(answer, 403, "forbidden")["detail"].endswith("that account")
    here = {**headers, "Delega-At-Least": "x"}
    answer = client.get(DOWNLOAD.format(company.id), headers=here)
    assert "revision" in is_problem(answer, 400, "bad_request")["detail"]


@pytest.mark.parametrize("accept", ["", BROWSER, PROBLEM])
def test_on_the_decision_api_there_are_no_pages(
    app: Flask, company: Company, accept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app.test_client()
    key = a_key(app, company.id)
    headers = {"Accept": accept, "Authorization": f"Bearer {key}"}
    told = is_problem if accept == PROBLEM else is_message
    told(client.post("/access/v1/nothing", headers=headers), 404, "not_found")
    answer = client.get(ONE, headers=headers)
    told(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]

    def broken(*_question: object) -> None:
        raise RuntimeError("no idea")

    monkeypatch.setattr(decisions(app).panel.enforcer, "decide", broken)
    body = question(company.owner, company.id)
    answer = client.post(ONE, json=body, headers=headers)
    told(answer, 500, "broken")
    assert "no idea" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        ("", True),
        ("*/*", True),
        (BROWSER, True),
        ("text/html", True),
        ("image/png", True),
        (PROBLEM, False),
        ("application/json", False),
        ("application/json, text/html;q=0.5", False),
        ("text/html, application/json;q=0.9", True),
        ("nonsense;;;,,", True),
    ],
)
def test_elsewhere_it_is_a_page_unless_json_is_asked_for(
    app: Flask, accept: str, is_page: bool
) -> None:
    answer = app.test_client().get("/nowhere", headers={"Accept": accept})
    assert answer.headers["X-Request-ID"]
    if is_page:
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    else:
        is_problem(answer, 404, "not_found")


def test_what_the_enforcer_refuses_has_its_reason_for_a_code(
    app: Flask, company: Company
) -> None:
    _, name = a_user(app, company, "invoicing.read")
    client = signed_in(app, name)
    answer = client.get(f"/a/{company.id}/banks/new", headers={"Accept": PROBLEM})
    is_problem(answer, 403, "no_permission")
    answer = client.get("/a/a_elsewhere/drafts", headers={"Accept": PROBLEM})
    is_problem(answer, 404, "not_found")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotReadyError("out of reach"), 503, "not_ready"),
        (OperationalError("select", {}, Exception("locked")), 503, "not_ready"),
        (DataError("select", {}, Exception("a NUL")), 400, "bad_request"),
        (StaleVersionError("somebody was faster"), 409, "changed_meanwhile"),
        (RuntimeError("no idea"), 500, "broken"),
    ],
)
def test_whatever_goes_wrong_is_a_problem_too(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    code: str,
) -> None:
    def fail() -> None:
        raise error

    app.view_functions["health.healthz"] = health.public(fail)  # type: ignore[attr-defined]
    answer = app.test_client().get("/healthz", headers={"Accept": PROBLEM})
    said = is_problem(answer, status, code)
    assert str(error) not in json.dumps(said)
    assert ("Retry-After" in answer.headers) is (status == 503)


def test_a_form_that_expired_is_told_to_who_asks_for_json(
    app: Flask, company: Company
) -> None:
    client = signed_in(app, company.owner_name)
    answer = client.post("/sign-out", headers={"Accept": PROBLEM})
    assert "troppo a lungo" in is_problem(answer, 400, "bad_request")["detail"]


def test_on_postgresql_a_nul_in_a_question_or_a_form_is_bad_input(
    tmp_path: Path,
) -> None:
    with a_postgresql() as url:
        app = create_app(settings_in(tmp_path, database_url=url))
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            upgrade()
        publish_policies(app)
        an_operator(app)
        client = signed_in(app, NAME)
        for _ in range(2):
            answer = client.get("/operator/keys?id=x%00", headers={"Accept": PROBLEM})
            is_problem(answer, 400, "bad_request")
        assert client.get("/operator/keys?id=x").status_code < 500
        who = {"user_name": "marta\0", "password": "x\0"}
        assert app.test_client().post("/sign-in", data=who).status_code < 500
        close(app)
