"""The one gunicorn command, in processes of its own: the lane answers, and stops well."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import config
from tests.builders import a_company
from tests.webapp.conftest import close, settings_in
from tests.webapp.decisions.asking import ONE, a_key, question
from tests.webapp.lane.serving import Client, Served, a_post
from webapp import create_app

CONFIG = Path(config.__file__).with_name("gunicorn.conf.py")


def a_request(folder: Path) -> bytes:
    app = create_app(settings_in(folder))
    company = a_company(app)
    body = json.dumps(question(company.owner, company.id)).encode()
    asked = a_post(ONE, body, a_key(app, company.id))
    close(app)
    return asked


@contextmanager
def started(folder: Path) -> "Iterator[tuple[Served, subprocess.Popen[bytes]]]":
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = probe.getsockname()
    environment = {
        name: text for name, text in os.environ.items() if "DELEGA" not in name
    }
    environment |= {
        "DATABASE_URL": f"sqlite:///{folder / 'delega.sqlite3'}",
        "SECRET_KEY": "k" * 32,
        "DELEGA_DEMO": "1",
    }
    bind = ["--bind", f"127.0.0.1:{address[1]}", "--workers", "1"]
    command = ["-m", "gunicorn", "-c", str(CONFIG), *bind, "webapp:create_app()"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  (ourselves)
            [sys.executable, *command], env=environment, stderr=log
        )
        try:
            yield Served(None, address), process
        finally:
            process.kill()
            process.wait()


def until_it_listens(served: Served) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            served.connect().sock.close()
        except OSError:
            assert time.monotonic() < until, "gunicorn did not start"
            time.sleep(0.05)
        else:
            return


def by_lane(client: Client) -> int:
    readyz = client.ask(b"GET /readyz HTTP/1.1\r\nHost: delega\r\n\r\n")
    answered: dict[str, dict[str, int]] = json.loads(readyz.body)["answered"]
    return answered["lane"]["requests"]


def test_the_one_command_serves_with_the_lane_and_stops_well(
    migrated: Path, tmp_path: Path
) -> None:
    (tmp_path / "delega.sqlite3").write_bytes(migrated.read_bytes())
    asked = a_request(tmp_path)
    with started(tmp_path) as (served, process):
        until_it_listens(served)
        with served.connect() as client:
            client.sock.settimeout(60)
            until = time.monotonic() + 60
            # a cold start may be so slow that the threads help for a second
            while by_lane(client) < 3:
                assert client.ask(asked).body == b'{"decision":true}'
                assert time.monotonic() < until
            client.send(asked[:-5])
            time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            client.send(asked[-5:])
            last = client.answer()
            assert (last.status, last.header("connection")) == (200, "close")
        assert process.wait(timeout=60) == 0
    log = (tmp_path / "log").read_text()
    assert "Using worker: webapp.lane.DecisionWorker" in log
    assert "the lane is closed" not in log
    assert "Traceback" not in log
