"""The decision log: a line of JSON for each decision, written beside them, never by one.

INVARIANT: nothing in it is a person's: ids that we made, names of the catalogue, codes.
What a caller may have filled with anything (other subjects, resource ids, properties,
names that the catalogue lacks, free request ids) is left out.
"""

import atexit
import logging
import os
import re
import threading
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from authz import Reason
from authz.pdp import Outcome
from webapp.decisions.counts import Door

#: Lines that wait to be written; what comes beyond them is counted, and dropped.
MOST_WAITING = 10_000
#: How long the writer gathers lines.
EVERY_SECONDS = 0.2
_OWN_ID = re.compile(r"u_[a-z2-7]{26}")
_PLAIN_ID = re.compile(r"[0-9A-Fa-f-]{8,64}")
_UNKNOWN = (Reason.UNKNOWN_RESOURCE.value, Reason.UNKNOWN_ACTION.value)
_STANDARD_OUTPUT = 1
_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode


class Made(NamedTuple):
    """One decision as it was asked and made; `at` in seconds since 1970."""

    door: Door
    caller: str
    account: str | None
    request_id: str | None
    at: float = 0.0
    subject: str = ""
    resource: str = ""
    action: str = ""
    outcome: Outcome = Outcome(allowed=False, revision=0)


class DecisionLog:
    """Takes decisions on any thread; one of its own writes them, opened anew each time.

    Attributes:
        written: lines.
        dropped: decisions that found the queue full, or the file not to be written.
    """

    def __init__(self, path: str, *, most: int = MOST_WAITING) -> None:
        self._path, self._most = path, most
        self._waiting: deque[Made] = deque()
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._some, self._pid = threading.Event(), 0
        self.written = self.dropped = 0
        atexit.register(self.flush)

    def note(self, made: Made) -> None:
        """Never waits for a disk, and never raises."""
        if len(self._waiting) >= self._most:
            with self._lock:
                self.dropped += 1
            return
        self._waiting.append(made)
        # the thread of a parent is none of a forked child
        if not self._some.is_set() or self._pid != os.getpid():
            self._some.set()
            self._begin()

    def flush(self) -> None:
        """Write what waits, here."""
        with self._writing:
            while self._waiting:
                count = min(len(self._waiting), self._most)
                made = [self._waiting.popleft() for _ in range(count)]
                self._write(made)

    def _begin(self) -> None:
        with self._lock:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            self._some.wait()
            time.sleep(EVERY_SECONDS)
            self._some.clear()  # before writing: what comes now wakes it again
            self.flush()

    def _write(self, made: list[Made]) -> None:
        try:
            _append(self._path, b"".join(map(line, made)))
        except OSError as error:
            self.dropped += len(made)
            _log.warning("%d decisions not logged: %s", len(made), error)
        else:
            self.written += len(made)


def line(made: Made) -> bytes:
    """As it stands in the file."""
    outcome, code = made.outcome, _code(made.outcome)
    own = _OWN_ID.fullmatch(made.subject)
    named = made.request_id and _PLAIN_ID.fullmatch(made.request_id)
    facts = {
        "at": datetime.fromtimestamp(made.at, UTC),
        "door": made.door,
        "caller": made.caller,
        "account": made.account,
        "subject": made.subject if own else None,
        "resource": None if code in _UNKNOWN else made.resource,
        "action": None if code in _UNKNOWN else made.action,
        "decision": outcome.allowed,
        "code": code,
        "revision": outcome.revision,
        "release": outcome.release,
        "request_id": made.request_id if named else None,
    }
    return _encode(facts) + b"\n"


def _code(outcome: Outcome) -> str:
    if outcome.allowed:
        return Reason.GRANTED.value
    context = outcome.context
    known = msgspec.json.decode(context) if isinstance(context, bytes) else context
    return str(known["code"])


def _append(path: str, lines: bytes) -> None:
    """Whole, in one call each where the system can: workers share the file."""
    if path == "-":
        _write_all(_STANDARD_OUTPUT, lines)
        return
    # opened anew, so that a file that was moved away is let go
    file = os.open(Path(path), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        _write_all(file, lines)
    finally:
        os.close(file)


def _write_all(file: int, lines: bytes) -> None:
    while lines:
        lines = lines[os.write(file, lines) :]
