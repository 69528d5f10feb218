"""A folder is taken in as a whole when its files change, or not at all."""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from authz.errors import NotReadyError
from authz.folder import Folder, read_files
from authz.folder import files as reading
from authz.folder import folder as loading
from authz.folder.files import MovingError, look_at
from authz.pdp import Action, Evaluation, Kind, Resource, Subject
from tests.authz.folders.asking import (
    MODEL,
    POLICY,
    a_folder,
    answer,
    asked,
    decides,
    finds,
)

ANN, BOB = asked("ann", "read", "memo"), asked("bob", "read", "memo")
BOBS = POLICY.replace("ann", "bob")
BAD = "p, editor, memo\n"


class _Lock:
    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire(self, blocking: bool = True) -> bool:
        return self._lock.acquire(blocking)

    def release(self) -> None:
        self._lock.release()


@dataclass
class Time:
    """Both clocks; files are as old as they really are, plus what a test adds."""

    passed: float = 1_000.0
    old: bool = True

    def clock(self) -> float:
        return self.passed

    def now_ns(self) -> int:
        return time.time_ns() + (10**12 if self.old else 0)


def served(path: Path, times: Time, **texts: str) -> Folder:
    return Folder(a_folder(path, **texts), times.clock, times.now_ns)


def write(path: Path, text: str, name: str = "policy.csv") -> None:
    """As a careful writer does: beside, and then in its place."""
    beside = path / f".{name}.new"
    beside.write_text(text, encoding="utf-8")
    beside.replace(path / name)


def test_a_change_is_in_force_at_the_next_look(tmp_path: Path) -> None:
    times = Time()
    folder = served(tmp_path, times)
    assert (decides(folder, ANN), decides(folder, BOB)) == (True, False)
    write(tmp_path, BOBS)
    times.passed += loading.LOOK_SECONDS / 2
    assert decides(folder, ANN)
    times.passed += loading.LOOK_SECONDS / 2
    assert (decides(folder, ANN), decides(folder, BOB)) == (False, True)


def test_a_watch_takes_in_what_was_good_while_nobody_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = Time()
    folder = served(tmp_path, times, policy_csv=BAD)
    changes = [POLICY, BOBS, BAD]

    class Ended(threading.Event):
        """Each wait is a change; the last one ends the watch."""

        def wait(self, timeout: float | None = None) -> bool:
            assert timeout == loading.LOOK_SECONDS
            times.passed += timeout
            if changes:
                write(tmp_path, changes.pop(0))
                return False
            return True

    folder.watch(Ended())
    assert folder.faults
    assert (decides(folder, ANN), decides(folder, BOB)) == (False, True)


def test_files_are_looked_at_no_more_often_than_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times, looks = Time(), []
    folder = served(tmp_path, times)
    decides(folder, ANN)
    monkeypatch.setattr(
        loading, "look_at", lambda path: looks.append(path) or look_at(path)
    )
    for _ in range(100):
        decides(folder, ANN)
    assert not looks
    times.passed += loading.LOOK_SECONDS
    for _ in range(100):
        decides(folder, ANN)
    assert len(looks) == 1


def test_who_waited_for_another_to_read_does_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = served(tmp_path, Time())
    reads = []

    class Late(_Lock):
        """Somebody else looked while this one waited."""

        def acquire(self, blocking: bool = True) -> bool:
            folder._look()
            return super().acquire(blocking)

    monkeypatch.setattr(folder, "_lock", Late())
    monkeypatch.setattr(
        loading, "read_files", lambda path: reads.append(path) or read_files(path)
    )
    assert decides(folder, ANN)
    assert len(reads) == 1


@pytest.mark.parametrize("name", ["model.conf", "policy.csv", "pdp.toml"])
def test_a_change_that_is_wrong_leaves_all_as_it_was(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    times = Time()
    folder = served(tmp_path, times, pdp_toml="")
    before = folder.current()
    write(tmp_path, BOBS)
    write(tmp_path, BAD, name)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            times.passed += loading.LOOK_SECONDS
            assert folder.current() is before
    assert [fault.file for fault in folder.faults] == [name]
    assert len(caplog.records) == 1
    assert f"is not taken in: {name}" in caplog.text
    write(tmp_path, {"model.conf": MODEL, "pdp.toml": ""}.get(name, BOBS), name)
    times.passed += loading.LOOK_SECONDS
    assert decides(folder, BOB)
    assert not folder.faults


def test_that_the_older_state_was_brought_back_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    times = Time()
    folder = served(tmp_path, times)
    release = folder.current().release
    with caplog.at_level(logging.INFO):
        for text in (BAD, POLICY, POLICY):
            write(tmp_path, text)
            times.passed += loading.LOOK_SECONDS
            folder.current()
    said = [record.getMessage() for record in caplog.records]
    assert "is not taken in: policy.csv" in said[0]
    found = f"`{tmp_path}` is in force again: release {release}, revision "
    assert [text.startswith(found) for text in said[1:]] == [True]


def test_nothing_is_answered_before_a_version_is_there(tmp_path: Path) -> None:
    times = Time()
    folder = served(tmp_path, times, policy_csv=BAD)
    reply = answer(folder, Kind.EVALUATION, ANN)
    assert reply.status == 503
    assert "Retry-After" in dict(reply.headers)
    with pytest.raises(NotReadyError, match="the log says why"):
        folder.current()
    write(tmp_path, POLICY)
    times.passed += loading.LOOK_SECONDS
    assert decides(folder, ANN)


def test_a_folder_that_goes_away_answers_on_and_comes_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    times, path = Time(), tmp_path / "served"
    folder = served(path, times)
    assert decides(folder, ANN)
    path.rename(tmp_path / "aside")
    for _ in range(2):
        times.passed += loading.LOOK_SECONDS
        assert decides(folder, ANN)
    assert len(caplog.records) == len(folder.faults) == 1
    (tmp_path / "aside").rename(path)
    times.passed += loading.LOOK_SECONDS
    assert decides(folder, ANN)
    assert not folder.faults


def test_what_breaks_the_reading_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = Time()
    folder = served(tmp_path, times)
    assert decides(folder, ANN)
    write(tmp_path, BOBS)

    def broken(files: object) -> None:
        raise RecursionError

    monkeypatch.setattr(loading, "read_rules", broken)
    times.passed += loading.LOOK_SECONDS
    assert decides(folder, ANN)
    assert [fault.message for fault in folder.faults] == [
        "the folder can not be read: RecursionError"
    ]


def test_files_that_were_just_written_are_left_to_come_to_rest(tmp_path: Path) -> None:
    times = Time()
    folder = served(tmp_path, times)
    assert decides(folder, ANN)
    times.old = False
    write(tmp_path, BOBS)
    for _ in range(3):
        times.passed += loading.LOOK_SECONDS
        assert decides(folder, ANN)
    times.old = True
    times.passed += loading.LOOK_SECONDS
    assert decides(folder, BOB)


def test_files_that_never_come_to_rest_are_taken_in_all_the_same(
    tmp_path: Path,
) -> None:
    times = Time()
    folder = served(tmp_path, times)
    assert decides(folder, ANN)
    times.old = False
    write(tmp_path, BOBS)
    waited = 0.0
    while not decides(folder, BOB):
        times.passed += loading.LOOK_SECONDS
        waited += loading.LOOK_SECONDS
        assert waited < 2 * loading.PATIENCE_SECONDS
    assert waited >= loading.PATIENCE_SECONDS


def test_a_later_write_with_the_same_stamp_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system counts time in ticks: two writes in one look alike."""
    times = Time(old=False)
    folder = served(tmp_path, times)
    stamp = look_at(tmp_path)
    same: Callable[[Path], object] = lambda path: stamp  # noqa: E731
    for module in (loading, reading):
        monkeypatch.setattr(module, "look_at", same)
    assert decides(folder, ANN)
    (tmp_path / "policy.csv").write_text(BOBS)
    times.old, times.passed = True, times.passed + loading.LOOK_SECONDS
    assert decides(folder, BOB)


def test_files_that_change_while_they_are_read_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    a_folder(tmp_path)
    looks = iter(range(1, 100))

    def moving(path: Path) -> reading.Look:
        found, number = look_at(path), next(looks)
        if number <= moves:
            os.utime(path / "policy.csv", ns=(number, number))
        return found

    monkeypatch.setattr(reading, "look_at", moving)
    moves = 4
    assert read_files(tmp_path).data["policy.csv"] == POLICY.encode()
    assert next(looks) > 4
    moves = 100
    with pytest.raises(MovingError, match="change all the time"):
        read_files(tmp_path)
    looks, times = iter(range(1, 100)), Time()
    folder = Folder(tmp_path, times.clock, times.now_ns)
    with caplog.at_level(logging.WARNING), pytest.raises(NotReadyError):
        folder.current()
    assert "change all the time" in caplog.text
    moves = 0
    times.passed += loading.LOOK_SECONDS
    assert decides(folder, ANN)


def test_a_file_that_goes_while_it_is_read_is_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_folder(tmp_path, pdp_toml="")
    looked = []

    def going(path: Path) -> reading.Look:
        found = look_at(path)
        if not looked:
            (tmp_path / "pdp.toml").unlink()
        looked.append(found)
        return found

    monkeypatch.setattr(reading, "look_at", going)
    assert sorted(read_files(tmp_path).data) == ["model.conf", "policy.csv"]


def test_revisions_grow_and_are_those_that_any_process_reads(tmp_path: Path) -> None:
    times = Time()
    first = served(tmp_path, times)
    seen = [first.current().revision]
    older = tmp_path / "older.csv"
    older.write_text(BOBS)
    os.utime(older, ns=(1, 1))
    older.replace(tmp_path / "policy.csv")
    for touch in (
        lambda: None,  # an older file that was put in place
        lambda: write(tmp_path, POLICY),
        lambda: (tmp_path / "entities.json").write_text("{}"),
        lambda: (tmp_path / "entities.json").unlink(),
        lambda: os.utime(tmp_path / "model.conf"),
        lambda: (tmp_path / "notes").write_text(""),  # no file of ours
    ):
        time.sleep(0.02)  # a tick of the file system's clock
        touch()
        times.passed += loading.LOOK_SECONDS
        assert first.current().revision > seen[-1]
        seen.append(first.current().revision)
        other = Folder(tmp_path, times.clock, times.now_ns).current()
        assert (other.revision, other.release) == (
            seen[-1],
            first.current().release,
        )


def test_files_that_were_touched_are_not_built_anew(tmp_path: Path) -> None:
    times = Time()
    folder = served(tmp_path, times)
    before = folder.current()
    os.utime(tmp_path / "policy.csv")
    times.passed += loading.LOOK_SECONDS
    assert folder.current().rules is before.rules
    assert folder.current().revision > before.revision


def test_a_link_to_a_folder_may_be_turned_to_another(tmp_path: Path) -> None:
    times, link = Time(), tmp_path / "current"
    a_folder(tmp_path / "one")
    a_folder(tmp_path / "two", policy_csv=BOBS)
    link.symlink_to("one")
    folder = Folder(link, times.clock, times.now_ns)
    before = folder.current().revision
    (tmp_path / "new").symlink_to("two")
    (tmp_path / "new").replace(link)
    times.passed += loading.LOOK_SECONDS
    assert decides(folder, BOB)
    assert folder.current().revision > before


def test_who_names_a_revision_is_answered_by_it_or_not_at_all(tmp_path: Path) -> None:
    times = Time()
    folder = served(tmp_path, times)
    before = folder.current().revision
    write(tmp_path, BOBS)
    newest = str(look_at(tmp_path).revision)
    assert decides(folder, ANN), "no look is due"
    reply = answer(folder, Kind.EVALUATION, BOB, delega_at_least=newest)
    assert (reply.status, reply.body) == (200, b'{"decision":true}')
    known = answer(folder, Kind.EVALUATION, BOB, delega_at_least=str(before))
    assert known.status == 200
    later = str(int(newest) + 1)
    reply = answer(folder, Kind.EVALUATION, BOB, delega_at_least=later)
    assert reply.status == 503
    assert "Retry-After" in dict(reply.headers)


def test_a_folder_that_was_not_looked_at_yet_has_its_revision(tmp_path: Path) -> None:
    times = Time()
    revision = served(tmp_path, times).current().revision
    other = Folder(tmp_path, times.clock, times.now_ns)
    assert other.at_least(revision).revision == revision


def test_many_questions_are_answered_by_one_state(tmp_path: Path) -> None:
    """A reload between two items of a batch is not seen by the second."""
    times = Time()
    folder = served(tmp_path, times)
    source = folder.source()
    assert source.head().revision == folder.current().revision
    write(tmp_path, BOBS)
    times.passed += loading.LOOK_SECONDS
    folder.current()
    assert source.head().revision < folder.current().revision
    assert finds(folder, Kind.SEARCH_SUBJECT, ANN) == ["bob"]


STATES = 12


def turn(link: Path, number: int) -> None:
    """Put a state in place, by one turn of a link.

    State n allows `u<n>` alone, to read `m<n>`, the one resource that it knows.
    """
    state = a_folder(
        link.with_name(f"state{number}"),
        policy_csv=f"p, u{number}, m{number}, read\n",
        pdp_toml=f'[request]\nobj = {{ constant = "m{number}" }}\n',
    )
    fresh = link.with_name("fresh")
    fresh.symlink_to(state.name)
    fresh.replace(link)


def allowed(folder: Folder) -> tuple[int, list[int]]:
    """The revision, and who is allowed by it."""
    source = folder.source()
    numbers = [n for n in range(STATES) if source.decide(of(n)).allowed]
    return source.head().revision, numbers


def of(number: int) -> Evaluation:
    return Evaluation(Subject("user", f"u{number}"), Action("read"), Resource("x", "x"))


def test_while_somebody_writes_every_answer_is_of_one_whole_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of one state with the wiring of another would allow nobody."""
    monkeypatch.setattr(loading, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(loading, "SETTLED_NS", 0)
    link, seen, done = tmp_path / "current", [], threading.Event()
    turn(link, 0)
    folder = Folder(link)

    def ask() -> None:
        while not done.is_set():
            seen.append(allowed(folder))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, STATES):
        turn(link, number)
        while not folder.source().decide(of(number)).allowed:
            time.sleep(0.005)
    done.set()
    for thread in threads:
        thread.join()
    assert all(len(numbers) == 1 for _, numbers in seen)
    states = {(revision, numbers[0]) for revision, numbers in seen}
    assert len(states) > STATES / 2
    assert len(dict(states)) == len(states), "a revision is one state"
    in_order = [number for _, number in sorted(states)]
    assert in_order == sorted(in_order), "newer states have newer revisions"
