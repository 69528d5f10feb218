"""A client of our own: closed loops on connections, and one request at a time."""

import re
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.benchmarks.http.load import Load, Seen
from tests.benchmarks.timing import quantile

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")


class Connection:
    """Kept open; asks and waits for the answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, raw: bytes) -> tuple[int, bytes]:
        """Status and body."""
        self.socket.sendall(raw)
        got = b""
        while not is_whole(got):
            more = self.socket.recv(1_048_576)
            if not more:
                raise ConnectionError("the server closed the connection")
            got += more
        return status(got), got.partition(b"\r\n\r\n")[2]


@contextmanager
def connected(port: int) -> Iterator[Connection]:
    """A connection to a server of this machine."""
    connection = Connection(port)
    with connection.socket:
        yield connection


def closed_loop(port: int, load: Load, *, connections: int, seconds: float) -> Seen:
    """One request under way on each connection, as wrk does."""
    raw, took, begun = load.stream(), list[tuple[float, int]](), time.perf_counter()
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for _ in range(connections):
            client = stack.enter_context(connected(port)).socket
            client.sendall(next(raw))
            selector.register(client, selectors.EVENT_READ, [time.perf_counter(), b""])
        while time.perf_counter() < begun + seconds:
            for ready, _ in selector.select(1):
                answered = _read(ready)
                if answered is not None:
                    took.append(answered)
                    ready.data[:] = [time.perf_counter(), b""]
                    ready.fileobj.sendall(next(raw))  # type: ignore[union-attr]
    times = [each for each, _ in took]
    return Seen(
        requests=len(took),
        seconds=time.perf_counter() - begun,
        p50=quantile(times, 0.5) or 0.0,
        p99=quantile(times, 0.99) or 0.0,
        failed=sum(said != 200 for _, said in took),
    )


def _read(ready: selectors.SelectorKey) -> tuple[float, int] | None:
    """How long a whole answer took and its status; None while more is to come."""
    asked, got = ready.data
    got += ready.fileobj.recv(1_048_576)  # type: ignore[union-attr]
    if is_whole(got):
        return time.perf_counter() - asked, status(got)
    ready.data[1] = got
    return None


def is_whole(got: bytes) -> bool:
    """Whether an answer is here to its last byte."""
    head, mark, body = got.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return bool(mark) and length is not None and len(body) >= int(length[1])


def status(got: bytes) -> int:
    """Of an answer."""
    return int(got[9:12])
