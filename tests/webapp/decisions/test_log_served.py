"""The decision log of real workers: one file, no line torn, doubled or missing."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.builders import Company
from tests.webapp.decisions.asking import MANY, ONE, a_key, question

ROOT = Path(__file__).parents[3]
ITEMS = 7


@contextmanager
def gunicorn(app: Flask, log: Path, *options: str) -> Iterator[str]:
    """The panel as docs/running.md starts it; ends with SIGTERM."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    settings = app.config["DELEGA"]
    environment = {
        **{name: text for name, text in os.environ.items() if "DELEGA" not in name},
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "DELEGA_DECISION_LOG": str(log),
        "DELEGA_WORKERS": "2",
    }
    arguments = ["-c", "config/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(  # noqa: S603  (ourselves)
        [sys.executable, "-m", "gunicorn", *arguments, *options, "webapp:create_app()"],
        env=environment,
        cwd=ROOT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=30).close()  # noqa: S310  (loopback)
                break
            except urllib.error.URLError:
                time.sleep(0.05)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def ask(url: str, key: str, request: Any) -> int:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    body = json.dumps(request).encode()
    sent = urllib.request.Request(url, body, headers)  # noqa: S310  (loopback)
    with urllib.request.urlopen(sent, timeout=60) as answer:  # noqa: S310  (loopback)
        return len(json.load(answer).get("evaluations", [None]))


@pytest.mark.parametrize("options", [(), ("--preload",)], ids=["forked", "preloaded"])
def test_every_decision_of_two_workers_is_one_whole_line(
    app: Flask, company: Company, tmp_path: Path, options: tuple[str, ...]
) -> None:
    log, moved = tmp_path / "decisions.log", tmp_path / "decisions.log.1"
    key, one = a_key(app, company.id), question(company.owner, company.id)
    many = {**one, "evaluations": [{}] * ITEMS}

    with gunicorn(app, log, *options) as address, ThreadPoolExecutor(4) as pool:

        def both(_number: int) -> int:
            return ask(f"{address}{ONE}", key, one) + ask(f"{address}{MANY}", key, many)

        made = sum(pool.map(both, range(30)))
        while not log.exists():
            time.sleep(0.01)
        log.rename(moved)  # what logrotate does, and tells nobody
        made += sum(pool.map(both, range(30)))
    lines = [*moved.read_text().splitlines(), *log.read_text().splitlines()]
    told = [json.loads(text) for text in lines]
    assert len(told) == made == 60 * (1 + ITEMS)
    assert {(line["account"], line["subject"]) for line in told} == {
        (company.id, company.owner)
    }
    by_request: dict[str, int] = {}
    for line in told:
        by_request[line["request_id"]] = by_request.get(line["request_id"], 0) + 1
    assert sorted(by_request.values()) == [1] * 60 + [ITEMS] * 60
