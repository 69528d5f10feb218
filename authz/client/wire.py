"""One connection: a request goes out, and exactly one whole answer comes back."""

import io
import re
import selectors
import socket
import ssl
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException, HTTPResponse
from typing import Any, NamedTuple, cast

from authz.client.address import Address
from authz.client.clock import Deadline, Timeouts, now

#: What an answer may have around its body.
HEAD_BYTES = 65_536
_SIZE = re.compile(r"[0-9]{1,18}")


class UnreadableError(HTTPException):
    """Not an HTTP answer that two readers would read alike, or too much of one."""


@dataclass(frozen=True, slots=True)
class Request:
    """The bytes to send, and how large a body may come back."""

    method: str
    sent: bytes = field(repr=False)  # the key is in it
    body_bytes: int


class Answer(NamedTuple):
    """An HTTP answer; names of headers in any case."""

    status: int
    headers: Message
    body: bytes


class Wire:
    """A connection, for one thread at a time."""

    def __init__(self, sock: socket.socket, read_seconds: float) -> None:
        self._sock, self._read_seconds = sock, read_seconds
        self._raw = _Raw(sock, read_seconds)
        self._reader = _Reader(self._raw)
        self.idle_since = now()

    def exchange(self, request: Request, deadline: Deadline) -> tuple[Answer, bool]:
        """The answer, and whether the connection may be used again.

        Raises:
            OSError: the connection is lost, or it took too long.
            HTTPException: what came is no answer.
        """
        self._sock.settimeout(deadline.within(self._read_seconds))
        self._sock.sendall(request.sent)
        self._raw.expect(request.body_bytes + HEAD_BYTES, deadline)
        response = HTTPResponse(cast(socket.socket, self), method=request.method)
        try:
            response.begin()
            _require_one_size(response)
            body = _body(response, request.body_bytes)
        except ValueError as error:  # a size that is no number
            raise UnreadableError("the answer's framing is broken") from error
        self._raw.expect(0, None)
        self.idle_since = now()
        answer = Answer(response.status, response.headers, body)
        return answer, not response.will_close

    def is_quiet(self) -> bool:
        """Nothing came that was not asked for, the end of the connection included."""
        if self._reader.peek(1):
            return False
        if isinstance(self._sock, ssl.SSLSocket) and self._sock.pending():
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self._sock, selectors.EVENT_READ)
            return not selector.select(0)

    def makefile(self, *_mode: object) -> io.BufferedReader:
        """What `HTTPResponse` reads from: one reader for all answers."""
        return self._reader

    def close(self) -> None:
        """Give the connection up."""
        self._sock.close()


def open_wire(
    address: Address,
    tls: ssl.SSLContext | None,
    timeouts: Timeouts,
    deadline: Deadline,
) -> Wire:
    """Connect to the first address of the host that answers.

    Raises:
        OSError: none does, or it is not who it should be.
    """
    failure = OSError("the name has no address")
    for found in socket.getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM
    ):
        try:
            sock = _connected(found, deadline.within(timeouts.connect))
            if tls is not None:
                sock.settimeout(deadline.within(timeouts.connect))
                sock = tls.wrap_socket(sock, server_hostname=address.host)
            return Wire(sock, timeouts.read)
        except OSError as error:
            failure = error
    raise failure


def _connected(found: tuple[Any, ...], seconds: float) -> socket.socket:
    family, kind, protocol, _name, where = found
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(seconds)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect(where)
    except OSError:
        sock.close()
        raise
    return sock


def _require_one_size(response: HTTPResponse) -> None:
    """Refuse what a proxy on the way may have read otherwise."""
    sizes = response.headers.get_all("Content-Length", [])
    codings = response.headers.get_all("Transfer-Encoding", [])
    if len(sizes) + len(codings) > 1:
        raise UnreadableError("the answer has more than one size")
    if not all(_SIZE.fullmatch(size) for size in sizes):
        raise UnreadableError("the size of the answer is no number")
    if not all(coding.lower() == "chunked" for coding in codings):
        raise UnreadableError("the answer's transfer coding is unknown")
    if response.length is None and not response.chunked:
        raise UnreadableError("the answer has no size")


def _body(response: HTTPResponse, most: int) -> bytes:
    if response.length is not None and response.length > most:
        raise UnreadableError(f"the answer is larger than {most} bytes")
    body = response.read(most + 1)
    if len(body) > most:
        raise UnreadableError(f"the answer is larger than {most} bytes")
    return body


class _Raw(io.RawIOBase):
    """What arrives, while it is expected; no end of one that trickles."""

    def __init__(self, sock: socket.socket, read_seconds: float) -> None:
        self._sock, self._read_seconds = sock, read_seconds
        self._left, self._deadline = 0, cast(Deadline | None, None)

    def expect(self, most: int, deadline: Deadline | None) -> None:
        """So many bytes until then; no deadline: nothing is waited for."""
        self._left, self._deadline = most, deadline

    # typing.override is of Python 3.12, and nothing else is installed here
    def readable(self) -> bool:  # type: ignore[explicit-override]
        """As a reader asks."""
        return True

    def readinto(self, buffer: Any) -> int | None:  # type: ignore[explicit-override]
        """What has come; None where nothing may be waited for."""
        if self._deadline is None:
            return None
        self._sock.settimeout(self._deadline.within(self._read_seconds))
        count = self._sock.recv_into(buffer)
        if not count:  # HTTPResponse takes a torn answer for a whole one
            raise ConnectionResetError("the answer ended early")
        self._left -= count
        if self._left < 0:
            raise UnreadableError("the answer does not end")
        return count


class _Reader(io.BufferedReader):
    """Stays open when an answer was read: the next one comes the same way."""

    def close(self) -> None:  # type: ignore[explicit-override]
        """The connection closes it."""
