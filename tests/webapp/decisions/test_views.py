"""The addresses of the API: limits, headers, traces, and what the PDP says of itself."""

import json
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from authz.pdp import BODY_BYTES, PATHS, Kind
from tests.builders import Company, a_user
from tests.webapp.conftest import close
from tests.webapp.decisions.asking import MANY, ONE, WHO, a_key, ask, question
from webapp import create_app
from webapp.decisions.callers import callers
from webapp.decisions.counts import Door
from webapp.decisions.service import Asked, decisions

WELL_KNOWN = "/.well-known/authzen-configuration"


@pytest.fixture
def key(app: Flask, company: Company) -> str:
    return a_key(app, company.id)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("kind", Kind)
def test_a_body_may_be_so_large_and_not_a_byte_larger(
    client: FlaskClient, company: Company, key: str, kind: Kind
) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    most = body + b" " * (BODY_BYTES[kind] - len(body))
    assert ask(client, key, PATHS[kind], most).status_code == 200
    for beyond in (b" ", b"  "):
        answer = ask(
            client,
            key,
            PATHS[kind],
            most + beyond,
            Accept="application/problem+json",
            X_Request_ID="large-1",
        )
        assert answer.status_code == 400
        assert answer.json["limits"]["body_bytes"] == BODY_BYTES[Kind.EVALUATION]
        assert answer.headers["X-Request-ID"] == "large-1"


@pytest.mark.parametrize("kind", Kind)
def test_whatever_is_no_request_is_a_400_and_leaves_nothing_in_the_log(
    client: FlaskClient, key: str, kind: Kind, caplog: pytest.LogCaptureFixture
) -> None:
    bodies = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"canary",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"canary": NaN}',
        b'{"canary": 1, "canary": 2}',
        rb'{"canary": "\ud800"}',
        b'{"subject": "canary"}',
        b'{"subject": {"type": "canary", "id": ' + b"9" * 60_000 + b"}}",
        b'{"canary": "' + b"x" * 60_000 + b'"}',
        b"[" * 60_000,
        b'{"a":' * 12_000,
    ]
    with caplog.at_level("DEBUG"):
        for body in bodies:
            answer = ask(client, key, PATHS[kind], body)
            assert answer.status_code == 400, body[:40]
            assert isinstance(answer.json, str)
            assert b'"decision"' not in answer.data
    assert "canary" not in caplog.text
    assert key not in caplog.text


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 400), (200_000, 400)])
def test_a_body_of_no_stated_size_is_never_cut_and_then_read(
    app: Flask, company: Company, key: str, more: int, status: int
) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    size = BODY_BYTES[Kind.EVALUATION]
    stream = BytesIO(body + b" " * (size - len(body) + more))
    builder = EnvironBuilder(ONE, method="POST", content_type="application/json")
    environ = builder.get_environ()
    assert "CONTENT_LENGTH" not in environ  # as with a chunked body
    chunks, told, _headers = run_wsgi_app(
        app,
        {
            **environ,
            "HTTP_AUTHORIZATION": f"Bearer {key}",
            "wsgi.input": stream,
            "wsgi.input_terminated": True,
        },
    )
    assert told.startswith(str(status))
    assert (b"larger" in b"".join(chunks)) is (status == 400)
    assert stream.tell() <= size + 1


@pytest.mark.parametrize("identity", ["r-1", "of the desk, 7", "x" * 1024])
def test_a_request_id_is_any_text_and_comes_back(
    client: FlaskClient, company: Company, key: str, identity: str
) -> None:
    for body in (question(company.owner, company.id), b"{"):
        answer = ask(client, key, ONE, body, X_Request_ID=identity)
        assert answer.headers.getlist("X-Request-ID") == [identity]


def test_a_request_without_an_id_gets_one(
    client: FlaskClient, company: Company, key: str
) -> None:
    answer = ask(client, key, ONE, question(company.owner, company.id))
    assert answer.headers["X-Request-ID"]


def test_an_answer_is_that_of_authz_pdp_byte_for_byte(
    app: Flask, client: FlaskClient, company: Company, key: str
) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    sent = {"content-type": "application/json", "x-request-id": "r-1"}
    with app.app_context():
        caller = callers().caller_of(f"Bearer {key}")
        asked = Asked(Door.PAGE, Kind.EVALUATION, None, sent, body)
        direct = decisions().answer(caller, asked)  # type: ignore[arg-type]
    answer = ask(client, key, ONE, body, X_Request_ID="r-1")
    assert (answer.status_code, answer.data) == (direct.status, direct.body)
    for name, text in direct.headers:
        assert answer.headers[name] == text


def test_a_change_is_read_back_at_its_own_revision(
    app: Flask, client: FlaskClient, company: Company, key: str
) -> None:
    user, _ = a_user(app, company, "invoicing.read", "invoicing.create_edit")
    revision = app.extensions["delega_store"].changes(0).revision
    body = question(user, company.id)
    answer = ask(client, key, ONE, body, Delega_At_Least=str(revision))
    assert answer.json == {"decision": True}
    assert int(answer.headers["Delega-Revision"]) >= revision
    ahead = ask(client, key, ONE, body, Delega_At_Least=str(revision + 1))
    assert ahead.status_code == 503
    assert ahead.headers["Retry-After"] == "1"
    assert b"decision" not in ahead.data
    assert ask(client, key, ONE, body, Delega_At_Least="x").status_code == 400


def test_a_trace_shows_the_grant_the_path_and_what_is_missing(
    app: Flask, client: FlaskClient, company: Company, key: str
) -> None:
    user, _ = a_user(app, company, "invoicing.read", "invoicing.create_edit")
    allowed = ask(client, key, ONE, question(user, company.id), Delega_Explain="1").json
    assert allowed["decision"] is True
    assert list(allowed["context"]) == ["trace"]
    trace = allowed["context"]["trace"]
    assert trace["grant"][-2:] == ["draft", "create"]
    assert trace["paths"][0][0][:2] == ["g", user]
    assert (trace["missing"], trace["service_runs"]) == ([], True)
    refused = ask(
        client, key, ONE, question(user, company.id, action="send"), Delega_Explain="1"
    ).json
    assert refused["context"]["code"] == "no_permission"
    assert refused["context"]["trace"]["missing"] == ["invoicing.send_sdi"]


def test_a_trace_of_what_is_unknown_is_empty(
    client: FlaskClient, company: Company, key: str
) -> None:
    body = question(company.owner, company.id, "moon", "fly")
    answer = ask(client, key, ONE, body, Delega_Explain="1").json
    assert answer["context"]["code"] == "unknown_resource"
    assert answer["context"]["trace"]["grant"] is None


def test_a_trace_needs_its_scope(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    plain = a_key(app, company.id, scopes=("decide",))
    answer = ask(
        client, plain, ONE, question(company.owner, company.id), Delega_Explain="1"
    )
    assert answer.status_code == 403


def test_reasons_are_for_the_user_and_the_administrator_in_both_languages(
    app: Flask, client: FlaskClient, company: Company, key: str
) -> None:
    user, _ = a_user(app, company, "invoicing.read")
    context = ask(client, key, ONE, question(user, company.id)).json["context"]
    assert context["code"] == "no_permission"
    assert context["reason_user"]["it"].startswith("Manca un permesso")
    assert context["reason_admin"]["it"].startswith("nessun permesso")
    assert context["reason_admin"]["en"] == "no held permission grants the action"


def test_a_batch_beyond_the_keys_share_is_a_429_without_a_decision(
    app: Flask, company: Company, key: str
) -> None:
    few = replace(app.config["DELEGA"], decisions_per_minute=60, workers=1)
    tight = create_app(few)
    body = {**question(company.owner, company.id), "evaluations": [{}] * 8}
    asked = [ask(tight.test_client(), key, MANY, body) for _ in range(2)]
    close(tight)
    # ten at once are this key's share, and the door lets the first of each eight in
    assert [answer.status_code for answer in asked] == [200, 429]
    assert int(asked[1].headers["Retry-After"]) > 0
    assert b'"decision"' not in asked[1].data


def test_the_metadata_come_from_the_settings_whatever_host_is_asked(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    settings = app.config["DELEGA"]
    app.config["DELEGA"] = replace(settings, public_url="https://panel.example.it")
    for path in ("", f"/a/{company.id}", "/a/a_that_never_was"):
        answer = client.get(WELL_KNOWN + path, headers={"Host": "evil.example"})
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "public, max-age=3600"
        base = f"https://panel.example.it{path}"
        assert answer.json["policy_decision_point"] == base
        assert answer.json["search_subject_endpoint"] == f"{base}{WHO}"


def test_a_path_in_the_public_address_goes_behind_the_well_known_name(
    app: Flask, client: FlaskClient
) -> None:
    settings = app.config["DELEGA"]
    app.config["DELEGA"] = replace(settings, public_url="https://h.example/panel")
    assert client.get(WELL_KNOWN).status_code == 404
    for below in ("", "/a/a_1"):
        answer = client.get(f"{WELL_KNOWN}/panel{below}")
        base = f"https://h.example/panel{below}"
        assert answer.json["policy_decision_point"] == base


@pytest.mark.parametrize("path", ["/x", "/a", "/a/a_1/b", "/a/a%201", "/a/..", "/"])
def test_nothing_else_has_metadata(client: FlaskClient, path: str) -> None:
    assert client.get(WELL_KNOWN + path).status_code == 404


def test_every_endpoint_that_the_metadata_name_is_there(
    client: FlaskClient, company: Company, key: str
) -> None:
    for path in ("", f"/a/{company.id}"):
        document = client.get(WELL_KNOWN + path).json
        base = document.pop("policy_decision_point")
        assert len(document) == len(Kind)
        for endpoint in document.values():
            address = endpoint.removeprefix(base.removesuffix(path))
            body = question(company.owner, company.id)
            assert ask(client, key, address, body).status_code == 200


def test_the_metadata_that_caches_keep_sets_nobodys_cookie(client: FlaskClient) -> None:
    answer = client.get(f"{WELL_KNOWN}?lang=en")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in answer.headers
    assert "language=en" in client.get("/sign-in?lang=en").headers["Set-Cookie"]
