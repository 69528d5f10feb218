"""The decision log is told by every door, and changes no answer."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from authz import NotReadyError
from tests.builders import Company, a_company
from tests.webapp.conftest import close
from tests.webapp.decisions.asking import EVERY_SCOPE, MANY, ONE, WHO, a_key, ask
from tests.webapp.decisions.asking import question as asked
from tests.webapp.decisions.logs import FIELDS, read
from webapp import create_app
from webapp.decisions.service import decisions

pytestmark = pytest.mark.usefixtures("no_writer")
Logged = Callable[[], list[dict[str, Any]]]


@contextmanager
def logging_app(app: Flask, path: Path) -> Iterator[tuple[Flask, Logged]]:
    """The application with its log on, and what stands in it."""
    file = path / "decisions.log"
    other = create_app(replace(app.config["DELEGA"], decision_log=str(file)))

    def lines() -> list[dict[str, Any]]:
        log = decisions(other).log
        assert log is not None
        log.flush()
        return read(file) if file.exists() else []

    try:
        yield other, lines
    finally:
        close(other)


@pytest.fixture
def logged(app: Flask, tmp_path: Path) -> Iterator[tuple[Flask, Logged]]:
    with logging_app(app, tmp_path) as found:
        yield found


@pytest.fixture
def key(app: Flask, company: Company) -> str:
    return a_key(app, company.id)


def test_without_the_setting_there_is_no_log(app: Flask) -> None:
    assert decisions(app).log is None
    assert decisions(app).shown()["log"] is None


def test_a_decision_is_one_line(
    logged: tuple[Flask, Logged], company: Company, key: str
) -> None:
    app, lines = logged
    answer = ask(app.test_client(), key, ONE, asked(company.owner, company.id))
    (said,) = lines()
    assert said["at"].startswith("20")
    assert {name: said[name] for name in FIELDS[1:]} == {
        "door": "page",
        "caller": f"k_{key.split('_')[2]}",
        "account": company.id,
        "subject": company.owner,
        "resource": "draft",
        "action": "create",
        "decision": True,
        "code": "granted",
        "revision": int(answer.headers["Delega-Revision"]),
        "release": answer.headers["Delega-Release"],
        "request_id": answer.headers["X-Request-ID"],
    }
    ready = app.test_client().get("/readyz").json["answered"]
    assert ready["log"] == {"written": 1, "lost": 0}


def test_of_a_batch_every_item_that_was_answered_is_a_line(
    logged: tuple[Flask, Logged], app: Flask, company: Company, key: str
) -> None:
    elsewhere = a_company(app)
    named = asked(company.owner, company.id)
    foreign = asked(company.owner, elsewhere.id)
    items: list[Any] = [
        {},
        {"action": {"name": "delete_everything"}},
        {"context": foreign["context"]},
        {"subject": {"type": "user"}},
        {"subject": {"type": "user", "id": "mario"}},
    ]
    app, lines = logged
    for wish in ({}, {"Delega_Explain": "1"}):
        before = len(lines())
        body = {**named, "evaluations": items}
        answer = ask(app.test_client(), key, MANY, body, **wish)
        assert [each["decision"] for each in answer.json["evaluations"]] == [
            True,
            *[False] * 4,
        ]
        told = lines()[before:]
        assert [each["code"] for each in told if each["subject"]] == [
            "granted",
            "unknown_action",
            "not_answered",
        ]
        assert [each["code"] for each in told if not each["subject"]] == [
            "not_a_member",
            "not_answered",
        ]
        refused = told[2]
        assert (refused["account"], refused["revision"]) == (elsewhere.id, None)
        assert (refused["resource"], refused["release"]) == (None, None)
    stopped = {**named, "evaluations": [{}, {"subject": {}}, {}]}
    stopped["options"] = {"evaluations_semantic": "deny_on_first_deny"}
    before = len(lines())
    ask(app.test_client(), key, MANY, stopped)
    assert [each["decision"] for each in lines()[before:]] == [True, False]
    shown = app.test_client().get("/readyz").json["answered"]
    assert shown["page"]["decisions"] == shown["log"]["written"] == len(lines())


def test_errors_and_searches_are_no_decisions(
    logged: tuple[Flask, Logged],
    company: Company,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, lines = logged
    client, body = app.test_client(), asked(company.owner, company.id)
    assert ask(client, key, WHO, body).status_code == 200
    assert ask(client, key, ONE, b"{").status_code == 400
    assert ask(client, key, ONE, asked("u", "a_elsewhere")).status_code == 403
    assert ask(client, "wrong", ONE, body).status_code == 401
    enforcer, many = decisions(app).panel.enforcer, {**body, "evaluations": [{}, {}]}
    explain, calls = enforcer.explain, []

    def once(*question: str) -> Any:
        calls.append(question)
        if len(calls) == 2:
            raise NotReadyError("out of reach")
        return explain(*question)

    monkeypatch.setattr(enforcer, "explain", once)
    answer = ask(client, key, MANY, many, Delega_Explain="1")
    assert (answer.status_code, len(calls)) == (503, 2)
    assert lines() == []


def test_a_log_that_can_not_be_written_changes_no_answer(
    app: Flask, company: Company, key: str
) -> None:
    settings = replace(app.config["DELEGA"], decision_log="/proc/nothing/here")
    other = create_app(settings)
    body = asked(company.owner, company.id)
    try:
        for _ in range(2):
            here, there = (ask(a.test_client(), key, ONE, body) for a in (app, other))
            assert (here.status_code, here.data) == (there.status_code, there.data)
            log = decisions(other).log
            assert log is not None
            log.flush()
        assert log.written == 0
    finally:
        log._waiting.clear()
        close(other)


CANARY = "Rossi.Mario+canary@example.it"


def everywhere(user: str, account: str) -> Iterator[tuple[str, Any, dict[str, str]]]:
    """Requests that carry it in every place there is: address, body, headers."""
    entity = {"type": CANARY, "id": CANARY, "properties": {CANARY: [CANARY]}}
    action = {"name": CANARY, "properties": {CANARY: {CANARY: CANARY}}}
    good = asked(user, account)
    full = {
        "subject": {**good["subject"], "properties": {CANARY: CANARY}, CANARY: 1},
        "action": {**good["action"], "properties": {CANARY: CANARY}},
        "resource": {"type": "draft", "id": CANARY, "properties": {CANARY: CANARY}},
        "context": {"account": account, CANARY: CANARY, "note": {CANARY: [CANARY]}},
        "options": {CANARY: CANARY},
        CANARY: CANARY,
    }
    headers = {
        "X-Request-ID": CANARY,
        "User-Agent": CANARY,
        "Referer": f"http://{CANARY}/",
        "Cookie": f"c={CANARY}",
        "X-Forwarded-For": CANARY,
        "Forwarded": f"for={CANARY}",
        "Accept": f"application/json;{CANARY}=1",
    }
    bodies = [
        full,
        {**full, "subject": entity},
        {**full, "subject": {"type": "user_name", "id": CANARY}},
        {**full, "resource": entity},
        {**full, "resource": {**full["resource"], "type": CANARY}},
        {**full, "action": action},
        {**full, "context": {"account": CANARY}},
        {**full, "context": {"account": {CANARY: CANARY}}},
        {**full, "resource": {**entity, "properties": {"account": CANARY}}},
        {CANARY: CANARY},
        CANARY,
    ]
    for body in bodies:
        for path in (ONE, MANY, f"/a/{account}{ONE}", f"/a/{account}{MANY}"):
            yield f"{path}?{CANARY}={CANARY}", body, headers
    yield MANY, {**full, "evaluations": bodies[:-1]}, headers
    wish = {**headers, "Delega-Explain": "1"}
    yield MANY, {**full, "evaluations": bodies[:-1]}, wish
    for name in ("Delega-At-Least", "Delega-Explain", "Content-Type"):
        yield ONE, full, {**headers, name: CANARY}
    yield f"/a/{CANARY}{ONE}", full, headers


def test_a_secret_in_any_field_of_a_request_is_in_no_log(
    logged: tuple[Flask, Logged],
    company: Company,
    app: Flask,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    key = a_key(app, company.id, scopes=EVERY_SCOPE)
    app, lines = logged
    statuses = set()
    with caplog.at_level(logging.DEBUG):
        for path, body, headers in everywhere(company.owner, company.id):
            sent = {
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
            }
            answer = app.test_client().post(
                path, data=json.dumps(body), headers={**sent, **headers}
            )
            statuses.add(answer.status_code)
            wrong = {**sent, **headers, "Authorization": f"Bearer {CANARY}"}
            app.test_client().post(path, data=json.dumps(body), headers=wrong)
        found = lines()
    assert statuses == {200, 400, 403}
    assert len(found) > 40
    said = (
        (tmp_path / "decisions.log").read_text() + caplog.text + capfd.readouterr().err
    )
    for secret in ("canary", "Rossi", key, key.split("_")[3]):
        assert secret not in said
