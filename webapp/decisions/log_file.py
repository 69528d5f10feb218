"""Where the lines of the decision log go: a file that workers share, or a pipe."""

import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from select import PIPE_BUF

STANDARD_OUTPUT = "-"
_DESCRIPTOR = 1
_MODE = 0o640
_FILE = os.O_RDWR | os.O_APPEND | os.O_CREAT
#: A reader that is not there, or stalls, is an error and not a wait.
_PIPE = os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK


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
            if stat.S_ISREG(os.fstat(file).st_mode):
                _take(file)
            yield from _write(file, lines)
        finally:
            os.close(file)


def _take(file: int) -> None:
    """Take a file until it is closed; end the line that a full disk left torn.

    INVARIANT: whoever looks at the end of the file holds it. A system may show a write
    that is under way page by page, and so a line that only seems torn.
    """
    fcntl.flock(file, fcntl.LOCK_EX)
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        os.write(file, b"\n")


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
