"""A service on loopback that says whatever a test wants, byte by byte."""

import json
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from authz.client import Client, Timeouts

KEY = "dlg_live_k7_secretsecret"
#: Long enough for anything that comes, short enough to wait for what does not.
SHORT = Timeouts(connect=5.0, read=0.2, whole=5.0)


@dataclass(frozen=True)
class Seen:
    """A request; `connection` counts from 1."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    connection: int


@dataclass(frozen=True)
class Says:
    """Bytes, and what becomes of the connection: keep, close, reset, hang, trickle."""

    sent: bytes
    then: str = "keep"


def http(
    body: Any,
    *,
    status: int = 200,
    then: str = "keep",
    kind: str = "application/json",
    **headers: str,
) -> Says:
    """An HTTP answer; names of headers with `_` for `-`."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(data)}"]
    if kind:
        lines.append(f"Content-Type: {kind}")
    lines += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    return Says("\r\n".join([*lines, "", ""]).encode() + data, then)


ALLOW = http({"decision": True}, Delega_Revision="7", Delega_Release="abc")
DENY = http({"decision": False, "context": {"code": "suspended"}}, Delega_Revision="7")


class Service:
    """Answers what `script` holds, then always `otherwise`."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.script: deque[Says] = deque()
        self.otherwise = ALLOW
        self.seen: list[Seen] = []
        self.connections = 0
        self._tls = tls
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def client(self, **wanted: Any) -> Client:
        """A client of it, with short patience."""
        return Client(self.url, KEY, **{"timeout": SHORT, **wanted})

    def close(self) -> None:
        if self._over.is_set():
            return
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in list(self._open):
            sock.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def hang_up(self) -> None:
        """End every connection, as a restart does."""
        for sock in list(self._open):
            sock.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(
                target=self._serve, args=(sock, self.connections), daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        try:
            if self._tls is not None:
                sock.settimeout(5)
                sock = self._tls.wrap_socket(sock, server_side=True)
            self._open.add(sock)
            stream = sock.makefile("rb")
            with stream:
                while self._answer(sock, stream, number):
                    pass
        except (OSError, ValueError):
            pass
        finally:
            self._open.discard(sock)
            sock.close()

    def _answer(self, sock: socket.socket, stream: Any, number: int) -> bool:
        lines = list(_head(stream))
        if not lines:
            return False
        method, path, _version = lines[0].split(" ")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        body = stream.read(int(headers.get("Content-Length", "0")))
        self.seen.append(
            Seen(method, path, headers, json.loads(body) if body else None, number)
        )
        says = self.script.popleft() if self.script else self.otherwise
        if says.then == "trickle":
            for place in range(len(says.sent)):
                sock.sendall(says.sent[place : place + 1])
                if self._over.wait(0.03):
                    return False
        else:
            sock.sendall(says.sent)
        if says.then == "hang":
            self._over.wait()
        if says.then == "reset":
            sock.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
        return says.then == "keep"


def _head(stream: Any) -> Iterator[str]:
    while line := stream.readline().decode("latin-1").strip():
        yield line
