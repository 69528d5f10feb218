"""Prove freshness by force: kill and stop writers at random, count old answers.

    python tests/proofs/prove_freshness.py --kills 50 --stops 60 --seed 1

Two processes of two threads decide continuously while this one orders changes from writing processes,
each of which is killed or stopped at a random step, or at a random moment. Every change
moves an account's number up by one, so an answer below what was acknowledged before it
was asked, or below an answer that was finished before it was asked, is *old*. Old
answers must be none.
"""

import argparse
import mmap
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from authz.errors import NotReadyError
from authz.storage.hooks import head_reader
from tests.authz.accounts.freshness.rig import (
    STEPS,
    Process,
    Reader,
    make_database,
    url_of,
    word_of,
)

ACCOUNTS = ("a_1", "a_2")
DECIDERS, THREADS = 2, 2
#: Each thread of each deciding process has a lane of its own on the board.
LANES = DECIDERS * THREADS
#: Some stops outlast the second for which a process believes a settled page.
STOPPED_SECONDS = (0.0, 0.0, 0.0, 1.3)
CHANGES_BETWEEN = 20


class Board:
    """Memory shared by all: what was acknowledged, and what each decider answered."""

    _WORDS = 128
    _OVER = 127

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(self._WORDS * 8))
        with file.open("r+b") as opened:
            memory = mmap.mmap(opened.fileno(), self._WORDS * 8)
        self._words = memoryview(memory).cast("Q")

    def floor(self, account: int) -> int:
        """The newest number known to be in force by now."""
        places = [account, *(self._answer(who, account) for who in range(LANES))]
        return max(self._words[place] for place in places)

    def acknowledge(self, account: int, number: int) -> None:
        self._words[account] = max(self._words[account], number)

    def answered(self, who: int, account: int, number: int) -> None:
        place = self._answer(who, account)
        self._words[place] = max(self._words[place], number)

    def count(self, who: int, decided: int, old: int, refused: int) -> None:
        for place, value in enumerate((decided, old, refused)):
            self._words[64 + 8 * who + place] = value

    def counted(self) -> list[int]:
        columns = [self._words[64 + 8 * who : 67 + 8 * who] for who in range(LANES)]
        return [sum(column) for column in zip(*columns, strict=True)]

    @property
    def over(self) -> bool:
        return bool(self._words[self._OVER])

    def stop(self) -> None:
        self._words[self._OVER] = 1

    @staticmethod
    def _answer(who: int, account: int) -> int:
        return 8 + 8 * who + account


def decide(database: Path, who: int) -> None:
    """Decide on every thread of a process until the board says stop."""
    board, reader = Board(database.with_name("board")), Reader(database)
    lanes = range(who * THREADS, (who + 1) * THREADS)
    threads = [
        threading.Thread(target=decide_on, args=(board, reader, lane)) for lane in lanes
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def decide_on(board: Board, reader: Reader, lane: int) -> None:
    decided = old = refused = 0
    while not board.over:
        account = decided % len(ACCOUNTS)
        floor = board.floor(account)
        decided += 1
        try:
            number = reader.ask(ACCOUNTS[account])
        except NotReadyError:
            refused += 1
            continue
        old += number < floor
        board.answered(lane, account, number)
        board.count(lane, decided, old, refused)


class Proof:
    """What is ordered, and what became of it."""

    def __init__(self, database: Path, seed: int) -> None:
        self.database = database
        self.board = Board(database.with_name("board"))
        self.random = random.Random(seed)  # noqa: S311  (reproducible, no secret)
        self.counts: Counter[str] = Counter()
        self.writer = Process("writer", database)
        self.reader = Reader(database)

    def changes(self) -> None:
        """Some that nothing happens to; acknowledged, unless they are refused."""
        for _ in range(CHANGES_BETWEEN):
            place, account = self._account()
            if self.writer.call(f"change {account}").startswith("acked"):
                self._acknowledged(place)

    def kill(self) -> None:
        """A writer dies at a step, or at a moment that it does not choose."""
        place, account = self._account()
        step = self.random.choice([*STEPS, "moment", "moment"])
        if step == "moment":
            self.writer.send(f"change {account}")
            time.sleep(self.random.random() * 0.01)
            self.writer.popen.send_signal(signal.SIGKILL)
        else:
            self.writer.send(f"change {account} {step} kill")
        if self.writer.read_line().startswith("acked"):
            self._acknowledged(place)
        self.writer.wait_dead()
        self.writer.close()
        self.counts["kills"] += 1
        self.writer = Process("writer", self.database)

    def stop(self) -> None:
        """A writer stops at a step, for a while, and goes on."""
        place, account = self._account()
        self.writer.send(f"change {account} {self.random.choice(STEPS)} stop")
        self.writer.wait_stopped()
        time.sleep(self.random.choice(STOPPED_SECONDS))
        self._decisions_go_on()
        self.writer.resume()
        if self.writer.read_line().startswith("acked"):
            self._acknowledged(place)
        self.counts["stops"] += 1

    def settled(self) -> bool:
        """Whether the page ended at what is committed, by one more decision."""
        self.reader.ask(ACCOUNTS[0])
        self.reader.ask(ACCOUNTS[0])
        head = head_reader(url_of(self.database))()
        return word_of(self.database) == 2 * head.revision

    def close(self) -> None:
        self.writer.close()
        self.reader.close()

    def _account(self) -> tuple[int, str]:
        place = self.random.randrange(len(ACCOUNTS))
        return place, ACCOUNTS[place]

    def _acknowledged(self, place: int) -> None:
        """Read from the database: nobody else changes it, and the change has ended."""
        number = self.reader.load(ACCOUNTS[place]).snapshot
        self.board.acknowledge(place, number)

    def _decisions_go_on(self) -> None:
        before = self.board.counted()[0]
        while self.board.counted()[0] < before + 2 * LANES:
            time.sleep(0.001)


@contextmanager
def deciding(database: Path) -> Iterator[None]:
    """Two processes that decide, until the block ends."""
    board = Board(database.with_name("board"))
    command = [sys.executable, __file__, "--decide", database]
    processes = [
        subprocess.Popen([*command, str(who)])  # noqa: S603  (this file)
        for who in range(DECIDERS)
    ]
    try:
        yield
    finally:
        board.stop()
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()
            process.wait()


def prove(kills: int, stops: int, seed: int) -> dict[str, int]:
    """Run it; the counts."""
    with tempfile.TemporaryDirectory() as folder:
        database = make_database(Path(folder))
        proof = Proof(database, seed)
        events = [proof.kill] * kills + [proof.stop] * stops
        events += [proof.changes] * (kills + stops)
        proof.random.shuffle(events)
        try:
            with deciding(database):
                for event in events:
                    event()
            decided, old, refused = proof.board.counted()
            settled = proof.settled()
        finally:
            proof.close()
    return {
        "decisions": decided,
        "kills": proof.counts["kills"],
        "stops": proof.counts["stops"],
        "refused (503)": refused,
        "stale allows": old,
        "unsettled at the end": int(not settled),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--stops", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--decide", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.decide:
        decide(Path(given.decide[0]), int(given.decide[1]))
        return 0
    counts = prove(given.kills, given.stops, given.seed)
    for name, value in counts.items():
        sys.stdout.write(f"{name:22} {value:>12,}\n")
    return 1 if counts["stale allows"] or counts["unsettled at the end"] else 0


if __name__ == "__main__":
    sys.exit(main())
