"""The decision log: a line of JSON for each decision, written beside them, never by one.

What a line says stands in `lines`, where it goes in `log_file` (docs/decision-log.md).
"""

import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from itertools import count

from webapp.decisions.lines import Made, line, lost_line
from webapp.decisions.log_file import LogFile

#: Decisions that wait for their line; what comes beyond them is counted, and lost.
MOST_WAITING = 10_000
#: How long the writer gathers.
EVERY_SECONDS = 0.05
#: How long the end of a process waits for what is not written yet.
END_SECONDS = 5.0
#: A file that can not be written is complained of no more often.
COMPLAIN_SECONDS = 60.0
#: Lines made in one go: whoever decides meanwhile waits for no more of the processor.
_AT_ONCE = 100
_log = logging.getLogger(__name__)


class DecisionLog:
    """Takes decisions on any thread; one of its own writes them.

    INVARIANT: whoever decides waits for nothing: no file, and no lock but for the one
    that starts the writer, once in the life of a process.

    Args:
        path: a file, opened anew at each write; `-` is standard output.
        most: how many decisions may wait.

    Attributes:
        written: decisions that have their line.
    """

    def __init__(self, path: str, *, most: int = MOST_WAITING) -> None:
        self._file, self._most = LogFile(path), most
        self._begin_anew()
        os.register_at_fork(after_in_child=self._begin_anew)
        atexit.register(self._end)

    def _begin_anew(self) -> None:
        """Also in the child of a fork: what its parent decided its parent writes."""
        self._waiting: deque[Made] = deque()
        self._beyond = Tally()
        self._starting, self._writing = threading.Lock(), threading.Lock()
        self._ending = threading.Event()
        self._writer: threading.Thread | None = None
        self.written = self._told = 0
        self._complain_at = 0.0

    @property
    def lost(self) -> int:
        """Decisions that found the queue full, and have no line."""
        return self._beyond.seen()

    def note(self, made: Sequence[Made]) -> None:
        """Take the decisions of one request; never waits."""
        for one in made:
            if len(self._waiting) < self._most:
                self._waiting.append(one)
            else:
                self._beyond.add()
        if self._writer is None:
            self._start()

    def flush(self) -> None:
        """Write what waits, here; what can not be written goes on waiting."""
        with self._writing:
            while self._waiting or self.lost > self._told:
                if not self._write():
                    return

    def _start(self) -> None:
        with self._starting:
            if self._writer is None:
                writer = threading.Thread(target=self._run, daemon=True)
                writer.start()
                self._writer = writer

    def _run(self) -> None:
        while not self._ending.wait(EVERY_SECONDS):
            self.flush()
        self.flush()

    def _end(self) -> None:
        """The process ends: the writer writes what waits, if it can do so in time.

        INVARIANT: nothing is written here, where a reader that stalls would hold it up.
        """
        self._ending.set()
        if self._writer is not None:
            self._writer.join(END_SECONDS)

    def _write(self) -> bool:
        """Write some, and first how many were lost; whether all of it stands there."""
        some = min(len(self._waiting), _AT_ONCE)
        made = [self._waiting.popleft() for _ in range(some)]
        lost, done, is_whole = self.lost - self._told, 0, False
        try:
            told = [lost_line(lost, time.time())] if lost else []
            for lines in self._file.write([*told, *map(line, made)]):
                done += lines
            is_whole = True
        except Exception as error:  # noqa: BLE001  (whatever it is: decisions go on)
            self._complain(error)
        if lost and done:
            self._told, done = self._told + lost, done - 1
        self.written += done
        self._waiting.extendleft(reversed(made[done:]))
        return is_whole

    def _complain(self, error: Exception) -> None:
        if time.monotonic() >= self._complain_at:
            self._complain_at = time.monotonic() + COMPLAIN_SECONDS
            _log.error("the decision log is not written: %s", error)


class Tally:
    """A count that is added to on any thread without a lock.

    A step of an iterator written in C is one step; looking takes one too.
    """

    def __init__(self) -> None:
        self._steps, self._looks = count(), 0
        self._looking = threading.Lock()

    def add(self) -> None:
        """One more."""
        next(self._steps)

    def seen(self) -> int:
        """How many were added."""
        with self._looking:
            found = next(self._steps) - self._looks
            self._looks += 1
            return found
