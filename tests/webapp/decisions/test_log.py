"""The decision log: told by every door, waited for by none, and of nobody's person."""

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from authz import NotReadyError
from authz.pdp import Outcome
from tests.builders import Company, a_company
from tests.webapp.conftest import close
from tests.webapp.decisions.asking import EVERY_SCOPE, MANY, ONE, WHO, a_key, ask
from tests.webapp.decisions.asking import question as asked
from webapp import create_app
from webapp.decisions import log as log_module
from webapp.decisions.counts import Door
from webapp.decisions.lines import Made, line
from webapp.decisions.log import DecisionLog, Tally
from webapp.decisions.log_file import LogFile
from webapp.decisions.service import decisions

ROOT = Path(__file__).parents[3]
USER, ACCOUNT = "u_" + "a" * 26, "a_" + "b" * 26
UUID = "123E4567-e89b-12d3-a456-426614174000"
FIELDS = [
    "at",
    "door",
    "caller",
    "account",
    "subject",
    "resource",
    "action",
    "decision",
    "code",
    "revision",
    "release",
    "request_id",
]


def made(**changes: Any) -> Made:
    outcome = Outcome(allowed=True, revision=7, release="abc")
    found = Made(0.0, Door.PAGE, "k_1", UUID, ACCOUNT, USER, "draft", "send", outcome)
    return found._replace(**changes)


def denied(code: str, *, as_bytes: bool = True) -> Outcome:
    context: Any = {"code": code, "reason_user": {"it": "x"}}
    if as_bytes:
        context = json.dumps(context).encode()
    return Outcome(allowed=False, revision=7, release="abc", context=context)


@pytest.fixture(autouse=True)
def no_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are written when a test says so."""
    monkeypatch.setattr(log_module, "EVERY_SECONDS", 3600.0)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in path.read_text().splitlines()]


def test_a_line_has_these_members_and_no_others() -> None:
    said = json.loads(line(made()))
    assert list(said) == FIELDS
    assert said == {
        "at": "1970-01-01T00:00:00Z",
        "door": "page",
        "caller": "k_1",
        "account": ACCOUNT,
        "subject": USER,
        "resource": "draft",
        "action": "send",
        "decision": True,
        "code": "granted",
        "revision": 7,
        "release": "abc",
        "request_id": UUID,
    }


def test_the_page_tells_of_these_members_and_no_others() -> None:
    page = ROOT / "docs" / "decision-log.md"
    cells = re.findall(
        r"^\| (`[^|]*) \|", page.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert re.findall(r"`(\w+)`", " ".join(cells)) == FIELDS


@pytest.mark.parametrize("as_bytes", [True, False])
def test_a_refusal_has_its_code(as_bytes: bool) -> None:
    said = json.loads(line(made(outcome=denied("suspended", as_bytes=as_bytes))))
    assert (said["decision"], said["code"]) == (False, "suspended")
    assert (said["resource"], said["action"]) == ("draft", "send")


@pytest.mark.parametrize("code", ["unknown_resource", "unknown_action", "not_answered"])
def test_names_that_the_catalogue_may_lack_are_left_out(code: str) -> None:
    said = json.loads(line(made(resource="mario", action="x", outcome=denied(code))))
    assert (said["resource"], said["action"], said["code"]) == (None, None, code)


@pytest.mark.parametrize(
    "identity",
    ["mario", "mario.rossi@example.it", "", USER[:-1], f"{USER}a", f"{USER}\n", "u_A"],
)
def test_a_subject_or_account_that_is_none_of_our_ids_is_left_out(
    identity: str,
) -> None:
    account = identity.replace("u_", "a_")
    said = json.loads(line(made(subject=identity, account=account)))
    assert (said["subject"], said["account"]) == (None, None)


@pytest.mark.parametrize("identity", [UUID, "0" * 32, "7HK3-M2PQ"])
def test_a_request_id_that_names_nobody_is_kept(identity: str) -> None:
    assert json.loads(line(made(request_id=identity)))["request_id"] == identity


@pytest.mark.parametrize(
    "identity",
    [
        None,
        "mario.rossi",
        "RSSMRA80A01H501U",
        "01879020517",
        "+39 055 1234567",
        "4111111111111111",
        f"{UUID}x",
        f"{UUID}\n",
    ],
)
def test_a_request_id_that_may_be_somebodys_is_left_out(identity: str | None) -> None:
    assert json.loads(line(made(request_id=identity)))["request_id"] is None


def test_lines_are_written_in_the_order_of_their_decisions(tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log"))
    log.note([made(at=float(number)) for number in range(250)])
    log.note([])
    log.flush()
    moments = [each["at"] for each in read(tmp_path / "log")]
    assert moments == sorted(moments)
    assert (len(moments), log.written, log.lost) == (250, 250, 0)


def test_beyond_a_full_queue_decisions_are_counted_and_the_log_says_so(
    tmp_path: Path,
) -> None:
    log = DecisionLog(str(tmp_path / "log"), most=3)
    log.note([made()] * 2)
    log.note([made()] * 2)
    assert (log.written, log.lost) == (0, 1)
    log.flush()
    log.note([made()] * 5)
    log.flush()
    log.flush()
    assert (log.written, log.lost) == (6, 3)
    told = [each.get("lost") for each in read(tmp_path / "log")]
    assert told == [1, None, None, None, 2, None, None, None]
    first = read(tmp_path / "log")[0]
    assert list(first) == ["at", "process", "lost"]
    assert first["process"] == os.getpid()


def test_a_file_that_can_not_be_written_is_waited_for_up_to_the_queues_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "later"
    log = DecisionLog(str(folder / "log"), most=4)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            log.note([made()] * 2)
            log.flush()
    assert (log.written, log.lost) == (0, 2)
    assert len(caplog.records) == 1  # not one for each try
    assert "the decision log is not written" in caplog.text
    folder.mkdir()
    log.flush()
    assert (log.written, log.lost) == (4, 2)
    assert [each.get("lost") for each in read(folder / "log")] == [2, *[None] * 4]


def test_a_disk_that_is_full_half_way_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, room, write = DecisionLog(str(tmp_path / "log")), [6_000], os.write

    def full(file: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        taken = write(file, data[: room[0]])
        room[0] -= taken
        return taken

    monkeypatch.setattr("webapp.decisions.log_file.os.write", full)
    log.note([made(at=float(number)) for number in range(60)])
    log.flush()
    some = log.written
    assert 0 < some < 60
    room[0] = 1_000_000
    log.flush()
    assert (log.written, log.lost) == (60, 0)
    torn, whole = 0, []
    for text in (tmp_path / "log").read_text().splitlines():
        try:
            whole.append(json.loads(text)["at"])
        except ValueError:
            torn += 1
    assert (torn, len(whole), sorted(set(whole))) == (1, 60, whole)


def test_whatever_breaks_in_the_writer_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = DecisionLog(str(tmp_path / "log"))

    def broken(file: LogFile, lines: object) -> Iterator[int]:
        raise RuntimeError("no idea")

    with monkeypatch.context() as patch:
        patch.setattr(LogFile, "write", broken)
        log.note([made()])
        log.flush()
    assert "no idea" in caplog.text
    log.flush()
    assert log.written == 1


def test_who_decides_waits_for_no_file_and_for_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, go_on = threading.Event(), threading.Event()

    def slow(file: LogFile, lines: list[bytes]) -> Iterator[int]:
        writing.set()
        assert go_on.wait(30)
        yield len(lines)

    monkeypatch.setattr(LogFile, "write", slow)
    log = DecisionLog(str(tmp_path / "log"), most=50)
    log.note([made()])
    writer = threading.Thread(target=log.flush)
    writer.start()
    assert writing.wait(30)
    with log._starting, log._beyond._looking:  # whoever holds what the writer may hold
        log.note([made()] * 80)
    go_on.set()
    writer.join()
    assert (log.written, log.lost) == (51, 30)


def test_the_writer_starts_once_and_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "EVERY_SECONDS", 0.001)
    before = threading.active_count()
    log = DecisionLog(str(tmp_path / "log"))
    log.note([made()])
    log.note([made()])
    for _ in range(30_000):
        if log.written == 2:
            break
        time.sleep(0.001)
    assert log.written == 2
    assert threading.active_count() == before + 1


def test_a_pipe_without_a_reader_is_waited_for_up_to_the_queues_end(
    tmp_path: Path,
) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    log = DecisionLog(str(path), most=4)
    for _ in range(3):
        log.note([made()] * 2)
        log.flush()
    assert (log.written, log.lost) == (0, 2)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    log.flush()
    told = [json.loads(text) for text in os.read(reading, 100_000).splitlines()]
    os.close(reading)
    assert (log.written, log.lost) == (4, 2)
    assert [each.get("lost") for each in told] == [2, *[None] * 4]


def test_at_its_end_a_process_writes_what_waits(tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log"))
    log._end()  # of a process that decided nothing
    log = DecisionLog(str(tmp_path / "log"))
    log.note([made()] * 3)
    log._end()
    assert len(read(tmp_path / "log")) == log.written == 3


def ending(path: str) -> "subprocess.Popen[bytes]":
    """A process that logs to a pipe that is full, and ends."""
    program = f"""
from tests.webapp.decisions.test_log import made
from webapp.decisions import log
log.END_SECONDS = 0.1
told = log.DecisionLog({path!r})
told.note([made()] * 5_000)
"""
    command = [sys.executable, "-c", program]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)  # noqa: S603


def test_a_reader_that_stalls_holds_up_no_end_of_a_process(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    for where in (str(path), "-"):
        with ending(where) as process:
            try:
                assert process.wait(timeout=60) == 0
            finally:
                process.kill()
    assert len(os.read(reading, 1_000_000)) > 4_096
    os.close(reading)


def test_two_first_decisions_start_one_writer(tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log"))
    before = threading.active_count()
    log._start()
    log._start()
    assert threading.active_count() == before + 1


def test_a_child_writes_what_it_decided_and_nothing_of_its_parents(
    tmp_path: Path,
) -> None:
    log = DecisionLog(str(tmp_path / "log"), most=2)
    log.note([made(at=1.0)] * 3)
    with log._writing:  # as the writer may hold it at any moment
        child = os.fork()
        if not child:  # pragma: no cover  (in the child)
            code = 1
            try:
                log.note([made(at=2.0)])
                log.flush()
                code = 0 if (log.written, log.lost) == (1, 0) else 2
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
    log.flush()
    found = [each["at"][-3:] for each in read(tmp_path / "log")]
    assert found == ["02Z", read(tmp_path / "log")[1]["at"][-3:], "01Z", "01Z"]
    assert (log.written, log.lost) == (2, 1)


def test_a_tally_counts_on_many_threads() -> None:
    tally = Tally()

    def add() -> None:
        for _ in range(10_000):
            tally.add()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
        tally.seen()
    for thread in threads:
        thread.join()
    assert tally.seen() == tally.seen() == 40_000


# ------------------------------------------------------------------ with the panel

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
