"""The decision log is waited for by none, and loses nothing unseen."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.webapp.decisions.logs import made, read
from webapp.decisions import log as log_module
from webapp.decisions.log import DecisionLog, Tally
from webapp.decisions.log_file import LogFile

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.usefixtures("no_writer")


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
from tests.webapp.decisions.logs import made
from webapp.decisions import log
log.END_SECONDS = 0.1
told = log.DecisionLog({path!r})
told.note([made()] * 5_000)
"""
    command = [sys.executable, "-c", program]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)  # noqa: S603  (ourselves)


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
