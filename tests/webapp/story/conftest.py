"""The demo as a new user starts it, and a real browser in front of it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Demo:
    """A running demo and what it said."""

    url: str
    passwords: dict[str, str]
    said: str
    process: subprocess.Popen[str]
    folder: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_demo(folder: Path, port: int, *options: str) -> subprocess.Popen[str]:
    """`delega demo` in a folder of its own."""
    command = [sys.executable, "-c", "from webapp.cli import main; main()", "demo"]
    return subprocess.Popen(  # noqa: S603
        [*command, "--port", str(port), *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )


def wait_until_ready(process: subprocess.Popen[str], url: str) -> str:
    """What the demo said, once it answers."""
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            break
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return "".join(said)
        except OSError:  # refused, or not answering yet
            time.sleep(0.1)
    pytest.fail("the demo did not become ready: " + "".join(said))


def stop(process: subprocess.Popen[str]) -> None:
    """Ctrl-C."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(30)
    if process.stdout is not None:
        process.stdout.close()


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """A fresh demo in that folder, stopped at the end."""
    port = free_port()
    process = start_demo(folder, port)
    url = f"http://127.0.0.1:{port}"
    try:
        said = wait_until_ready(process, url)
        found = re.findall(r"^  (\w+) +([a-z]+(?:-[a-z]+){3}) ", said, re.MULTILINE)
        yield Demo(url, dict(found), said, process, folder)
    finally:
        stop(process)


@contextmanager
def chromium() -> Iterator[Any]:
    """Debian's chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, for the stories of one module."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's chromium; skips where it is not installed."""
    if CHROMIUM is None:
        pytest.skip("install chromium for the browser tests")
    with chromium() as running:
        yield running
