"""`delega serve`: who may be served to, what it prints, and gunicorn itself."""

import json
import logging
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from authz.folder import Folder
from authz.pdp import Kind
from tests.authz.folders.asking import POLICY, a_folder, a_model, asked, decides
from tests.examples.cases import FOLDER, requests, told
from webapp import cli
from webapp.serving import command
from webapp.serving.server import Server

KEY = "a-key-of-more-than-twenty-characters"
Run = Callable[..., tuple[object, str, str]]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Server]:
    """Servers that would run now."""
    found: list[Server] = []
    monkeypatch.setattr(Server, "run", lambda server: found.append(server))
    return found


@pytest.fixture
def serve(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    served: list[Server],
) -> Run:
    """The command as a shell runs it: exit code, what it printed, what it complained."""
    for name in ("DATABASE_URL", "DELEGA_DATABASE_URL", "DELEGA_SERVE_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", ["delega", "serve", *map(str, arguments)])
        code: object = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def a_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def test_two_lines_say_what_is_served_and_how_to_ask(
    serve: Run, served: list[Server], tmp_path: Path
) -> None:
    port = a_port()
    code, printed, _ = serve(a_folder(tmp_path), "--port", port, "--workers", 3)
    first, second = printed.splitlines()
    assert code == 0
    assert first.startswith(f"{tmp_path} at http://127.0.0.1:{port}: 2 rows, release ")
    words = shlex.split(second)
    assert words[:2] == ["curl", f"http://127.0.0.1:{port}/access/v1/evaluation"]
    assert decides(Folder(tmp_path), json.loads(words[-1]))
    (server,) = served
    assert server.cfg.settings["bind"].get() == [f"127.0.0.1:{port}"]
    assert server.cfg.settings["workers"].get() == 3


def test_a_folder_is_served_also_where_no_question_to_try_can_be_made(
    serve: Run,
    served: list[Server],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_: object) -> None:
        raise TypeError("of whatever kind")

    monkeypatch.setattr(command, "sample_question", fail)
    code, printed, _ = serve(a_folder(tmp_path), "--port", a_port())
    assert (code, len(printed.splitlines()), len(served)) == (0, 1, 1)
    assert "of whatever kind" in caplog.text


def test_one_token_inside_another_keeps_no_folder_from_being_served(
    serve: Run, served: list[Server], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = a_model("sub, dom", "dom, obj", "r.sub.name == p.obj && r.dom == p.dom", "")
    wired = '[request]\nsub = "context.user"\ndom = "context.user.tenant"\n'
    a_folder(tmp_path, model_conf=model, policy_csv="p, acme, d\n", pdp_toml=wired)
    code, printed, _ = serve(tmp_path, "--port", a_port())
    question = json.loads(shlex.split(printed.splitlines()[1])[-1])
    assert (code, len(served), caplog.text) == (0, 1, "")
    assert question["context"] == {"user": {"tenant": "acme"}}


def test_a_key_is_never_printed(
    serve: Run, served: list[Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder(tmp_path)
    beyond = ("--host", "0.0.0.0", "--port", a_port())  # noqa: S104  (what is asked about)
    given = serve(folder, *beyond, "--key", KEY)
    monkeypatch.setenv("DELEGA_SERVE_KEY", KEY)
    from_environment = serve(folder, *beyond)
    for code, printed, said in (given, from_environment):
        assert (code, KEY in printed + said) == (0, False)
        assert printed.rstrip().endswith('-H "Authorization: Bearer $KEY"')
    assert len(served) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--host", "0.0.0.0"), "0.0.0.0 is not this machine alone"),  # noqa: S104
        (("--host", "::"), ":: is not this machine alone"),
        (("--host", "db.example"), "db.example is not this machine alone"),
        (("--key", "short"), "a key has 20 characters or more"),
        (("--key", f"{KEY} {KEY}"), "a key is of plain letters"),
        (("--key", f"{KEY}\xe9"), "a key is of plain letters"),
        (("--key", KEY, "--open"), "give --key or --open, not both"),
        (("--port", "0"), "0 is not in the range"),
        (("--database", "x"), "No such option"),
    ],
)
def test_nobody_is_served_beyond_this_machine_by_accident(
    serve: Run,
    served: list[Server],
    tmp_path: Path,
    options: tuple[str, ...],
    said: str,
) -> None:
    code, printed, complained = serve(a_folder(tmp_path), *options)
    assert (code, printed, served) == (2, "", [])
    assert said in complained


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "0.0.0.0"])  # noqa: S104
def test_open_or_on_this_machine_no_key_is_needed(
    serve: Run, served: list[Server], tmp_path: Path, host: str
) -> None:
    is_open = () if host != "0.0.0.0" else ("--open",)  # noqa: S104
    options = ("--host", host, "--port", a_port(), *is_open)
    assert serve(a_folder(tmp_path), *options)[0] == 0
    assert len(served) == 1


def test_an_address_of_more_digits_is_put_in_brackets(
    serve: Run, served: list[Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_require_free", lambda host, port: None)
    code, printed, _ = serve(a_folder(tmp_path), "--host", "::1", "--port", 8123)
    assert (code, "http://[::1]:8123/access" in printed) == (0, True)
    assert served[0].cfg.settings["bind"].get() == ["[::1]:8123"]


def test_the_address_of_services_may_be_another(serve: Run, tmp_path: Path) -> None:
    url = ("--url", "https://pdp.example/x/", "--port", a_port())
    _, printed, _ = serve(a_folder(tmp_path), *url)
    assert "curl https://pdp.example/x/access/v1/evaluation" in printed


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("policy.csv", "p, editor, memo, read\np, editor, memo\n", "policy.csv:2: DLG"),
        ("policy.csv", "\ufeffp, editor, memo, read\n", "policy.csv:1: DLG"),
        ("policy.csv", "\n\nq, editor, memo, read\n", "policy.csv:3: DLG"),
        ("model.conf", "[request_definition]\nr = sub\n[sub\n", "model.conf"),
        ("model.conf", "", "model.conf"),
        ("pdp.toml", '\n[request]\nsub = "nothing"\n', "pdp.toml:3: DLG"),
        ("pdp.toml", "[request\n", "pdp.toml:1: DLG"),
        ("entities.json", '{"subjects": [\n{"type": 1}]}', "entities.json"),
        ("entities.json", "{\n  nothing", "entities.json:2: DLG"),
    ],
)
def test_a_folder_with_a_broken_file_is_not_served_and_the_line_is_told(
    serve: Run, served: list[Server], tmp_path: Path, file: str, text: str, said: str
) -> None:
    folder = a_folder(tmp_path)
    (folder / file).write_text(text, encoding="utf-8")
    code, printed, complained = serve(folder, "--port", a_port())
    assert (code, printed, served) == (2, "", [])
    first = complained.splitlines()[0]
    assert first.startswith(said)
    assert " DLG" in first


def test_a_folder_that_casbin_misreads_is_refused_with_the_way_to_see_how(
    serve: Run, tmp_path: Path
) -> None:
    folder = a_folder(tmp_path / "my rows", policy_csv="p, editor, memo\n")
    lint = f"delega lint '{folder}'"
    *_, last = serve(folder)[2].splitlines()
    assert last == f"what casbin makes of it, with requests: {lint}"
    a_folder(folder, policy_csv=POLICY, pdp_toml="[requests]\n")
    assert "lint" not in serve(folder)[2]


def test_a_folder_that_lacks_a_file_or_is_none_is_not_served(
    serve: Run, served: list[Server], tmp_path: Path
) -> None:
    folder = a_folder(tmp_path)
    (folder / "model.conf").unlink()
    code, printed, complained = serve(folder, "--port", a_port())
    assert (code, printed, served) == (2, "", [])
    assert complained.startswith("model.conf: DLG")
    assert serve(tmp_path / "gone")[0] == 2
    assert serve(folder / "policy.csv")[0] == 2


def test_a_port_that_is_taken_is_told(
    serve: Run, served: list[Server], tmp_path: Path
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, _, complained = serve(a_folder(tmp_path), "--port", port)
    assert (code, served) == (3, [])
    assert f"can not listen on 127.0.0.1, port {port}" in complained
    assert "choose another with --port" in complained


def test_every_worker_has_an_application_of_its_own_that_watches(
    serve: Run, served: list[Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: list[Folder] = []
    seen = threading.Semaphore(0)

    def watch(folder: Folder, ended: threading.Event) -> None:
        watched.append(folder)
        seen.release()

    monkeypatch.setattr(Folder, "watch", watch)
    serve(a_folder(tmp_path), "--port", a_port())
    assert served[0].load() is not served[0].load()
    assert seen.acquire(timeout=30)
    assert seen.acquire(timeout=30)
    assert watched[0] is not watched[1]


def test_casbin_does_not_tell_model_and_rows_in_the_log(
    served: list[Server],
    serve: Run,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serve(a_folder(tmp_path), "--port", a_port())
    names = ("casbin", "casbin.policy", "casbin.enforcer")
    loggers = [logging.getLogger(name) for name in names]
    for logger in loggers:  # casbin itself does so, once it has told all
        monkeypatch.setattr(logger, "disabled", False)
    with caplog.at_level(logging.INFO), caplog.at_level(logging.INFO, "casbin"):
        served[0].load()
        for logger in loggers:
            logger.info("rows")
            logger.warning("worse")
    assert "rows" not in caplog.text
    assert caplog.text.count("worse") == len(names)


def test_pages_go_on_after_a_restart_with_the_same_key() -> None:
    assert command._page_key(KEY) == command._page_key(KEY)
    assert command._page_key(None) != command._page_key(None)
    assert command._page_key(KEY) != KEY.encode()


Running = tuple[Path, str, "subprocess.Popen[bytes]"]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A copy of an example, behind two real workers on loopback."""
    folder, port = tmp_path / "served", a_port()
    folder.mkdir()
    for file in (FOLDER / "certification").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    program = "from webapp.cli import main; main()"
    arguments = ["serve", str(folder), "--port", str(port), "--workers", "2"]
    environment = {**os.environ, "DELEGA_SERVE_KEY": KEY}
    process = subprocess.Popen(  # noqa: S603  (ourselves)
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.DEVNULL,
        env=environment,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        assert eventually(lambda: ask(f"{address}/readyz")[0] == 200)
        yield folder, address, process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def eventually(holds: Callable[[], bool]) -> bool:
    for _ in range(600):
        try:
            if holds():
                return True
        except urllib.error.URLError:
            pass
        time.sleep(0.05)
    return False


def ask(url: str, request: Any = None, key: str = KEY) -> tuple[int, Any]:
    body = None if request is None else json.dumps(request).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    sent = urllib.request.Request(url, body, headers)  # noqa: S310  (loopback)
    try:
        with urllib.request.urlopen(sent, timeout=30) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_gunicorn_serves_an_example_and_takes_a_change_in(
    running: Running,
) -> None:
    folder, address, _process = running
    for kind, request, wanted in requests("certification"):
        status, found = ask(f"{address}/access/v1/{kind}", request)
        assert (status, told(kind, found)) == (200, wanted)
    url = f"{address}/access/v1/{Kind.EVALUATION}"
    eve = asked("eve", "read", "record-1", "record")
    assert ask(url, eve, key="wrong" * 5)[0] == 401
    assert ask(url, eve) == (
        200,
        {"decision": False, "context": {"code": "no_permission"}},
    )
    policy = folder / "policy.csv"
    policy.write_text(policy.read_text() + "p, eve, *, record-1, *, read, *\n")
    # two workers take turns: a row of the same answers comes from both
    assert eventually(lambda: all(ask(url, eve)[1]["decision"] for _ in range(12)))
    time.sleep(1)  # a worker that nobody happened to ask has it too by then
    policy.write_text(POLICY)
    assert eventually(lambda: "faults" in ask(f"{address}/readyz")[1])
    assert all(ask(url, eve)[1]["decision"] for _ in range(12))


def test_a_hangup_brings_new_workers_and_an_interrupt_ends_them(
    running: Running,
) -> None:
    _folder, address, process = running
    before = workers_of(process)
    process.send_signal(signal.SIGHUP)

    def are_new() -> bool:
        now = workers_of(process)
        # not as many: some may not have been started yet when they were counted
        return len(now) >= len(before) and now.isdisjoint(before)

    url = f"{address}/access/v1/{Kind.EVALUATION}"
    eve = asked("eve", "read", "record-1", "record")
    answers = []
    for _ in range(600):
        answers.append(ask(url, eve)[0])
        if are_new():
            break
        time.sleep(0.05)
    assert are_new()
    assert eventually(lambda: ask(f"{address}/readyz")[0] == 200)
    assert set(answers) == {200}
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0


def workers_of(process: "subprocess.Popen[bytes]") -> set[str]:
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return set(path.read_text().split())
