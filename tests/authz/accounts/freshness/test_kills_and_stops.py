"""Real processes, killed and stopped at each step of the protocol."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.authz.accounts.freshness.rig import STEPS, Reader, Writer, word_of

#: The steps after COMMIT: from here on the change is there, acknowledged or not.
COMMITTED = STEPS[STEPS.index("read") :]
SETTLING = ("settle.read", "settle.unlock")


@pytest.mark.parametrize("step", STEPS)
def test_a_writer_killed_at_any_step_leaves_right_answers_and_a_settled_page(
    step, database, process, reader, other, writer
):
    writer.change()
    assert (reader.ask(), other.ask()) == (1, 1)
    victim = process("writer")
    victim.send(f"change a_1 {step} kill")
    victim.wait_dead()
    assert victim.popen.returncode == -signal.SIGKILL
    expected = 2 if step in COMMITTED else 1
    assert (reader.ask(), other.ask()) == (expected, expected)
    assert word_of(database) == 2 * expected
    assert writer.change() == expected + 1
    assert (reader.ask(), other.ask()) == (expected + 1, expected + 1)


@pytest.mark.parametrize("step", STEPS)
def test_a_writer_stopped_at_any_step_makes_no_decision_wait(
    step, database, process, reader, other, writer
):
    writer.change()
    assert (reader.ask(), other.ask()) == (1, 1)
    stopped = process("writer")
    stopped.send(f"change a_1 {step} stop")
    stopped.wait_stopped()
    expected = 2 if step in COMMITTED else 1
    for _ in range(3):
        assert (reader.ask(), other.ask()) == (expected, expected)
    stopped.resume()
    assert stopped.read_line() == "acked 2"
    assert (reader.ask(), other.ask()) == (2, 2)
    assert word_of(database) == 4


@pytest.mark.parametrize("step", SETTLING)
def test_a_process_killed_while_it_settles_leaves_it_to_the_next(
    step, database, process, reader, writer
):
    settler = process("reader")
    assert settler.call("ask a_1") == "0 0"
    writer.die_at("read")
    settler.send(f"ask a_1 {step} kill")
    settler.wait_dead()
    assert reader.ask() == 1
    assert word_of(database) == 2
    assert writer.change() == 2


@pytest.mark.parametrize("step", SETTLING)
def test_a_process_stopped_while_it_settles_blocks_changes_and_no_decision(
    step, database, process, reader, writer
):
    settler = process("reader")
    assert settler.call("ask a_1") == "0 0"
    writer.die_at("read")
    settler.send(f"ask a_1 {step} stop")
    settler.wait_stopped()
    for _ in range(3):
        assert reader.ask() == 1
    changer = process("writer")
    assert changer.call("change a_1").startswith("refused ")
    assert reader.ask() == 1
    settler.resume()
    assert settler.read_line() == "1 1"
    assert changer.call("change a_1") == "acked 2"
    assert reader.ask() == 2


def test_an_acknowledged_change_is_in_the_next_decision_of_every_process(
    database, process, opened
):
    """A thousand rounds: changed here, acknowledged, asked in three processes."""
    deciders = [process("reader"), process("reader")]
    writer = opened(Writer, database)
    here = opened(Reader, database)
    for number in range(1, 1001):
        revision = writer.change()
        for decider in deciders:
            decider.send("ask a_1")
        assert here.asked() == (number, revision)
        for decider in deciders:
            assert decider.read_line() == f"{number} {revision}"


def test_nobody_answers_older_than_an_answer_that_was_finished_before(
    database, process
):
    """A writer that nobody waits for; each process in turn must not go back."""
    deciders = [process("reader"), process("reader")]
    writer = process("writer")
    newest = 0
    for _ in range(200):
        writer.send("change a_2")
        for decider in deciders:
            number, _revision = decider.call("ask a_2").split()
            assert int(number) >= newest
            newest = int(number)
        assert writer.read_line().startswith("acked")


def test_no_process_inherits_a_lock_or_a_descriptor(database, writer, reader):
    """A program started inside a write sees no open page."""
    seen = []

    def steps(name):
        if name == "commit":
            flags = [os.get_inheritable(int(fd)) for fd in open_pages(database)]
            seen.extend(flags)

    writer.page.steps = steps
    writer.change()
    assert seen
    assert not any(seen)


def open_pages(database):
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            if str(link.readlink()) == f"{database}-page":
                yield link.name
