"""The benchmarks run, and compare answers on the way; how long they take is not tested."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import PARTS, main
from tests.benchmarks.http import __main__ as over_http
from tests.benchmarks.http import load, peers, server

ROOT = Path(__file__).resolve().parents[2]
#: Ignores every polite request to end; says so by answering.
STUBBORN = """
import http.server, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
handler = http.server.SimpleHTTPRequestHandler
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), handler).serve_forever()
"""
WRK = """
  2 threads and 4 connections
  Latency Distribution
     50%  310.00us
     75%    1.20ms
     90%    2.04ms
     99%   11.03ms
  8760 requests in 1.50m, 1.78MB read
  Socket errors: connect 0, read 2, write 0, timeout 1
  Non-2xx or 3xx responses: 7
"""


def test_a_quick_run_writes_every_part_and_finds_answers_equal(tmp_path, capsys):
    file = tmp_path / "bench.json"
    main(["--quick", "--json", str(file)])
    parts = json.loads(file.read_text())["parts"]
    assert list(parts) == list(PARTS)
    printed = capsys.readouterr().out
    for name, part in parts.items():
        assert part["answers_equal"] > 0, name
        for table in part["tables"]:
            assert table["title"] in printed
            assert table["lines"], table["title"]


def test_one_part_can_be_asked_for_alone(tmp_path, capsys):
    file = tmp_path / "bench.json"
    main(["--only", "rows", "--rows", "10", "--quick", "--json", str(file)])
    parts = json.loads(file.read_text())["parts"]
    assert list(parts) == ["rows"]
    assert [line["p rows"] for line in parts["rows"]["tables"][0]["lines"]] == [10]
    assert "accounts: " not in capsys.readouterr().out


def test_a_quick_run_over_http_asks_both_doors_and_leaves_no_server_behind(
    tmp_path, capsys
):
    file, before = tmp_path / "bench-http.json", children_of("self")
    over_http.main(["--quick", "--only", "single", "--json", str(file)])
    parts = json.loads(file.read_text())["parts"]
    assert list(parts) == ["single"]
    assert parts["single"]["answers_equal"] == 40
    (table,) = parts["single"]["tables"]
    doors = [line["who answers"] for line in table["lines"]]
    assert doors == ["the lane", "the Flask view", "the lane, ever new", "a bare loop"]
    assert any("of its requests stayed in the lane" in note for note in table["notes"])
    assert table["title"] in capsys.readouterr().out
    assert children_of("self") == before


def test_ctrl_c_ends_every_server_of_a_run_over_http(tmp_path):
    json_file = str(tmp_path / "bench-http.json")
    asked = ["--quick", "--only", "names", "--names", "10000000", "--json", json_file]
    with subprocess.Popen(  # noqa: S603  (ourselves)
        [sys.executable, "-m", "tests.benchmarks.http", *asked],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        until, workers = time.monotonic() + 60, []
        while not workers and time.monotonic() < until:
            time.sleep(0.05)
            servers = children_of(run.pid)
            workers = [each for pid in servers for each in children_of(pid)]
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=60) != 0
    assert workers
    assert not [pid for pid in servers + workers if Path(f"/proc/{pid}").exists()]
    assert not Path(json_file).exists()


def test_a_server_that_does_not_end_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "_END_SECONDS", 0.1)
    port = server.free_port()
    command = [sys.executable, "-c", STUBBORN, str(port)]
    with server.running(command, port, "/", tmp_path / "log") as stubborn:
        assert stubborn.process.poll() is None
        assert stubborn.cpu() > 0
    assert stubborn.process.poll() == -signal.SIGKILL


def test_a_server_that_does_not_start_is_quoted(tmp_path):
    command = [sys.executable, "-c", "raise SystemExit('no such thing')"]
    serving = server.running(command, server.free_port(), "/", tmp_path / "log")
    with pytest.raises(SystemExit, match="no such thing"), serving:
        pass


def test_what_wrk_prints_is_read():
    seen = load.read(WRK)
    assert (seen.requests, seen.seconds, seen.failed) == (8760, 90.0, 10)
    assert (seen.p50, seen.p99) == pytest.approx((310e-6, 11.03e-3))


def test_engines_that_are_not_here_are_named_and_skipped(monkeypatch):
    for peer in peers.PEERS:
        monkeypatch.setenv(f"DELEGA_BENCH_{peer.name.upper()}", "/nonexistent")
    part = peers.run(quick=True)
    assert part.equal == 0
    text = part.tables[0].as_text()
    assert "set DELEGA_BENCH_OPA" in text
    assert "set DELEGA_BENCH_CERBOS" in text


def children_of(pid: int | str) -> list[int]:
    found = Path("/proc").glob(f"{pid}/task/*/children")
    return [int(child) for each in found for child in each.read_text().split()]
