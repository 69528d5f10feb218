"""`delega demo`: what it says is true, it is alone on its port, and Ctrl-C ends it."""

import json
import os
import re
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.webapp.story.conftest import (
    Demo,
    free_port,
    start_demo,
    stop,
    wait_until_ready,
)


def test_the_curl_line_it_prints_gives_the_answer_it_promises(demo: Demo) -> None:
    match = re.search(r"curl .*?\}\}'", demo.said, re.DOTALL)
    assert match
    done = subprocess.run(  # noqa: S602
        match.group(), shell=True, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == {"decision": True}
    refused = match.group().replace('"create"', '"send"')
    done = subprocess.run(  # noqa: S602
        refused, shell=True, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["context"]["code"] == "no_permission"


def test_it_tells_who_can_sign_in(demo: Demo) -> None:
    assert set(demo.passwords) == {
        "martabellandi",
        "annaricci26",
        "lucaferri55",
        "paologreco7",
    }


def test_health_answers(demo: Demo) -> None:
    for path in ("healthz", "readyz"):
        with urllib.request.urlopen(f"{demo.url}/{path}") as answer:  # noqa: S310  (ours)
            assert answer.status == 200


def test_a_taken_port_is_refused_with_the_way_out(demo: Demo, tmp_path: Path) -> None:
    port = int(demo.url.rpartition(":")[2])
    process = start_demo(tmp_path, port)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert f"make demo PORT={port + 1}" in said


def test_a_second_demo_leaves_the_data_of_the_first_alone(demo: Demo) -> None:
    process = start_demo(demo.folder, free_port())
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "a demo runs with var/demo already; end it first" in said
    with urllib.request.urlopen(f"{demo.url}/readyz") as answer:  # noqa: S310  (ours)
        assert answer.status == 200
    assert (demo.folder / "var/demo/delega.sqlite3").exists()


def children(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == pid:
            found.append(int(folder.name))
    return found


def test_a_second_start_is_fresh_or_keeps_and_ctrl_c_leaves_nothing_running(
    tmp_path: Path,
) -> None:
    accounts = []
    for options in ((), ("--keep",), ()):
        port = free_port()
        process = start_demo(tmp_path, port, *options)
        said = wait_until_ready(process, f"http://127.0.0.1:{port}")
        accounts.append(re.search(r'"account": "(a_\w+)"', said).group(1))  # type: ignore[union-attr]
        workers = children(process.pid)
        assert len(workers) == 2
        stop(process)
        assert process.returncode == 0
        for worker in workers:
            with pytest.raises(ProcessLookupError):
                os.kill(worker, 0)
    assert accounts[0] == accounts[1] != accounts[2]
