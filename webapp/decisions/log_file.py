"""Where the lines of the decision log go: a file that workers share, or a pipe."""

import fcntl
import os
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from select import PIPE_BUF

STANDARD_OUTPUT = "-"
_DESCRIPTOR = 1
_MODE = 0o640
_FILE = os.O_RDWR | os.O_APPEND | os.O_CREAT
#: A reader that is not there, or stalls, is an error and not a wait.
_PIPE = os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK
#: Seconds that another writer is waited for.
LONGEST_WAIT = 0.5
_AGAIN = 0.002


class LogFile:
    """Opened anew for each `write`, so that a file that was moved away is let go.

    Args:
        path: a file, a pipe or a device; `-` is standard output.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def write(self, lines: Sequence[bytes]) -> Iterator[int]:
        """Write lines in their order; tells of each piece how many lines it ended.

        Args:
            lines: each with its end, and no other end in it.

        Raises:
            OSError: what was not told of does not stand there, or not whole.
        """
        if self._path == STANDARD_OUTPUT:
            yield from _write(_DESCRIPTOR, lines)
            return
        flags = _PIPE if Path(self._path).is_fifo() else _FILE
        file = os.open(self._path, flags, _MODE)
        try:
            with _held(file) as held:
                if held and _is_torn(file):
                    os.write(file, b"\n")
                yield from _write(file, lines)
        finally:
            os.close(file)


@contextmanager
def _held(file: int) -> Iterator[bool]:
    """Hold a regular file; whether nobody else does.

    INVARIANT: whoever looks at its end holds it. A system may show a write that is
    under way page by page, and so a line that only seems torn.
    """
    held = stat.S_ISREG(os.fstat(file).st_mode) and _take(file)
    try:
        yield held
    finally:
        if held:  # a child of a fork has the file too, and closing would not be enough
            fcntl.flock(file, fcntl.LOCK_UN)


def _take(file: int) -> bool:
    """Whoever holds it for long, or has no locks at all, keeps no line waiting."""
    until = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(_AGAIN)
        except OSError:
            return False
        else:
            return True


def _is_torn(file: int) -> bool:
    """Whether a disk was full in the middle of a line."""
    size = os.fstat(file).st_size
    return size > 0 and os.pread(file, 1, size - 1) != b"\n"


def _write(file: int, lines: Sequence[bytes]) -> Iterator[int]:
    for packet in map(b"".join, _packets(lines)):
        at = 0
        while at < len(packet):
            end = at + os.write(file, packet[at:])
            yield packet.count(b"\n", at, end)
            at = end


def _packets(lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Whole lines in pieces.

    INVARIANT: a pipe takes a piece whole or not at all, so that no line of it is torn
    and those of several workers do not mix. Only a line beyond `PIPE_BUF` is more.
    """
    packet: list[bytes] = []
    size = 0
    for line in lines:
        if packet and size + len(line) > PIPE_BUF:
            yield packet
            packet, size = [], 0
        packet.append(line)
        size += len(line)
    if packet:
        yield packet
