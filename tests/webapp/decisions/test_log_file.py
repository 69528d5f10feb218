"""Where lines go: whole, in order, beside those of other processes."""

import errno
import fcntl
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from webapp.decisions.log_file import LogFile

LINES = [f"line {number}\n".encode() for number in range(1_000)]


def test_lines_are_added_to_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"before\n")
    assert sum(LogFile(str(path)).write(LINES)) == len(LINES)
    assert path.read_bytes() == b"before\n" + b"".join(LINES)


def test_a_new_file_is_for_its_owner_and_group(tmp_path: Path) -> None:
    path = tmp_path / "log"
    list(LogFile(str(path)).write([b"x\n"]))
    assert path.stat().st_mode & 0o007 == 0


def test_a_file_that_was_moved_away_is_let_go(tmp_path: Path) -> None:
    path, file = tmp_path / "log", LogFile(str(tmp_path / "log"))
    list(file.write([b"one\n"]))
    path.rename(tmp_path / "log.1")
    list(file.write([b"two\n"]))
    assert (tmp_path / "log.1").read_bytes() == b"one\n"
    assert path.read_bytes() == b"two\n"


def test_after_a_torn_line_the_next_one_begins_on_its_own(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n{to")
    list(LogFile(str(path)).write([b"two\n"]))
    assert path.read_bytes() == b"one\n{to\ntwo\n"


def test_a_line_that_another_is_writing_is_waited_for_and_not_torn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n{hal")

    def other_ends(file: int, how: int) -> None:
        if how & fcntl.LOCK_EX:
            os.write(file, b"f}\n")

    monkeypatch.setattr("webapp.decisions.log_file.fcntl.flock", other_ends)
    list(LogFile(str(path)).write([b"two\n"]))
    assert path.read_bytes() == b"one\n{half}\ntwo\n"


def test_who_holds_the_file_for_long_keeps_no_line_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.decisions.log_file.LONGEST_WAIT", 0.01)
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    with path.open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert sum(LogFile(str(path)).write([b"two\n"])) == 1
    assert path.read_bytes() == b"one\ntwo\n"


def test_a_file_system_without_locks_takes_lines_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_file: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("webapp.decisions.log_file.fcntl.flock", none)
    assert sum(LogFile(str(tmp_path / "log")).write([b"one\n"])) == 1


def test_a_child_of_a_fork_holds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has the open file, too."""
    path, copies = tmp_path / "log", list[int]()
    opened = os.open

    def forked(*how: Any) -> int:
        file = opened(*how)
        copies.append(os.dup(file))
        return file

    monkeypatch.setattr("webapp.decisions.log_file.os.open", forked)
    list(LogFile(str(path)).write([b"one\n"]))
    monkeypatch.undo()
    with path.open() as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(copies.pop())


def test_a_device_that_all_share_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("webapp.decisions.log_file.fcntl.flock")
    assert sum(LogFile(os.devnull).write([b"x\n"])) == 1


def test_what_a_full_disk_took_is_told_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, room = tmp_path / "log", 10_000
    write = os.write

    def full(file: int, data: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(28, "No space left on device")
        taken = write(file, data[:room])
        room -= taken
        return taken

    monkeypatch.setattr("webapp.decisions.log_file.os.write", full)
    told: list[int] = []
    with pytest.raises(OSError, match="No space left"):
        told.extend(LogFile(str(path)).write([b"x" * 98 + b"\n"] * 200))
    assert sum(told) == path.read_bytes().count(b"\n") == 101
    assert path.stat().st_size == 10_000


def test_a_write_that_takes_a_part_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(
        "webapp.decisions.log_file.os.write", lambda file, data: write(file, data[:7])
    )
    path = tmp_path / "log"
    assert sum(LogFile(str(path)).write(LINES)) == len(LINES)
    assert path.read_bytes() == b"".join(LINES)


def test_a_pipe_gets_whole_lines_in_pieces_that_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    file = LogFile(str(path))
    pieces = list(file.write([b"y" * 1_500 + b"\n"] * 5))
    assert pieces == [2, 2, 1]
    assert os.read(reading, 100_000).count(b"\n") == 5
    os.close(reading)


def test_a_pipe_that_nobody_reads_takes_no_line(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OSError, match="No such device or address"):
        list(LogFile(str(path)).write([b"x\n"]))


def test_a_pipe_whose_reader_stalls_takes_whole_lines_and_then_no_more(
    tmp_path: Path,
) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    file, told = LogFile(str(path)), list[int]()
    with pytest.raises(BlockingIOError):
        told.extend(file.write([b"y" * 998 + b"\n"] * 10_000))
    stood = os.read(reading, 10_000_000)
    assert 0 < sum(told) == stood.count(b"\n") < 10_000
    assert set(stood.split(b"\n")) == {b"y" * 998, b""}
    assert list(file.write([b"z\n"])) == [1]
    assert os.read(reading, 100) == b"z\n"
    os.close(reading)


def test_a_line_longer_than_a_piece_is_a_piece(tmp_path: Path) -> None:
    path = tmp_path / "log"
    long = b"z" * 10_000 + b"\n"
    assert list(LogFile(str(path)).write([b"a\n", long, b"b\n"])) == [1, 1, 1]
    assert path.read_bytes() == b"a\n" + long + b"b\n"


def test_a_dash_is_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    assert sum(LogFile("-").write([b"one\n", b"two\n"])) == 2
    assert capfd.readouterr().out == "one\ntwo\n"


@pytest.fixture
def starting() -> threading.Barrier:
    return threading.Barrier(4)


def test_writers_at_the_same_time_mix_no_lines(
    tmp_path: Path, starting: threading.Barrier
) -> None:
    path = tmp_path / "log"

    def write(letter: str) -> None:
        starting.wait()
        for _ in range(50):
            list(LogFile(str(path)).write([letter.encode() * 99 + b"\n"] * 100))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = path.read_text().splitlines()
    assert len(lines) == 20_000
    assert {(len(line), len(set(line))) for line in lines} == {(99, 1)}
