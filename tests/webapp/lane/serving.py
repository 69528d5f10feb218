"""A real worker on a real socket, in a thread of the test; clients that send raw bytes."""

import gc
import os
import re
import selectors
import socket
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from webapp.decisions.service import decisions
from webapp.lane import DecisionWorker


@dataclass(frozen=True)
class Served:
    """A worker that serves."""

    worker: Any
    address: tuple[str, int]

    def connect(self) -> "Client":
        sock = socket.create_connection(self.address, timeout=10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Client(sock)

    def exchange(self, parts: Iterable[bytes], pause: float = 0.0) -> bytes:
        """All that is answered to a client that sends these, then no more."""
        with self.connect() as client:
            try:
                for part in parts:
                    client.send(part)
                    if pause:
                        time.sleep(pause)
                client.sock.shutdown(socket.SHUT_WR)
            except OSError:  # the server has closed: what it said is still to be read
                pass
            return client.everything()


@dataclass(frozen=True)
class Answer:
    """A response as it came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    raw: bytes

    def header(self, name: str) -> str | None:
        found = [text for each, text in self.headers if each == name.lower()]
        assert len(found) <= 1, name
        return found[0] if found else None


class Client:
    """One connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self._got = sock, b""

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def ask(self, data: bytes) -> Answer:
        self.send(data)
        return self.answer()

    def answer(self) -> Answer:
        """The next response; only those with a stated length are expected."""
        head = self._until(b"\r\n\r\n").decode("latin-1")
        while head.startswith("HTTP/1.1 100 "):
            head = self._until(b"\r\n\r\n").decode("latin-1")
        line, *fields = head.rstrip("\r\n").split("\r\n")
        pairs = [field.split(": ", 1) for field in fields]
        headers = tuple((name.lower(), text) for name, text in pairs)
        body = self._take(int(dict(headers)["content-length"]))
        raw = head.encode("latin-1") + body
        return Answer(int(line.split(" ")[1]), headers, body, raw)

    def everything(self) -> bytes:
        """Whatever comes until the server closes."""
        try:
            while data := self.sock.recv(65_536):
                self._got += data
        except ConnectionResetError:
            pass
        return self._take(len(self._got))

    def ended(self) -> bool:
        """Whether the server closed, with nothing more to say."""
        return self._got == b"" and self.sock.recv(1) == b""

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._got:
            self._more()
        return self._take(self._got.index(mark) + len(mark))

    def _take(self, count: int) -> bytes:
        while len(self._got) < count:
            self._more()
        taken, self._got = self._got[:count], self._got[count:]
        return taken

    def _more(self) -> None:
        data = self.sock.recv(65_536)
        assert data, "the server closed"
        self._got += data


@contextmanager
def serving(
    app: Flask,
    kind: type[ThreadWorker] = DecisionWorker,
    *,
    send_buffer: int = 0,
    **changes: Any,
) -> Iterator[Served]:
    """A worker as gunicorn would start it, but for signals; stops gracefully.

    Args:
        app: is served.
        kind: the worker.
        send_buffer: the bytes that a client may leave unread, about; 0: many.
        changes: settings of gunicorn.
    """
    interval = sys.getswitchinterval()
    config = Config()
    for name, value in {"threads": 2, "keepalive": 30, **changes}.items():
        config.set(name, value)
    listener = socket.create_server(("127.0.0.1", 0))
    if send_buffer:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    worker = a_worker(app, kind, config, listener)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield Served(worker, listener.getsockname())
    finally:
        worker.handle_exit(None, None)
        thread.join()
        worker.tmp.close()
        sys.setswitchinterval(interval)
        gc.unfreeze()


def a_worker(
    app: object, kind: type[ThreadWorker], config: Config, *listeners: socket.socket
) -> Any:
    """Made ready as its `init_process` does."""
    holder = type("Holder", (), {"wsgi": lambda _self: app})()
    log = Logger(config)
    worker = kind(1, os.getppid(), list(listeners), holder, 30, config, log)
    worker.tpool = worker.get_thread_pool()
    worker.poller = selectors.DefaultSelector()
    worker.method_queue.init()
    worker.load_wsgi()
    return worker


def by_lane(app: Flask) -> int:
    """How many requests the lane answered so far."""
    return decisions(app).counts.shown()["lane"]["requests"]


def decided(app: Flask) -> int:
    """How many decisions were made so far, by whichever door."""
    return sum(each["decisions"] for each in decisions(app).counts.shown().values())


#: Differ from one answer to the next: when it was, and the names that it was given.
_DATE = re.compile(rb"\r\n(?:Date|Set-Cookie): [^\r]*")
_NAME = re.compile(rb"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b")


def masked(raw: bytes) -> bytes:
    """Without what differs from one answer to the next."""
    return _NAME.sub(b"NAME", _DATE.sub(b"", raw))


def statuses(raw: bytes) -> list[int]:
    """Of the responses in a row; those of 100 Continue as well."""
    return [int(each) for each in re.findall(rb"HTTP/1\.\d (\d{3}) ", raw)]


def a_post(
    path: str, body: bytes, key: str, *more: str, length: int | None = None
) -> bytes:
    """A plain request."""
    fields = [
        f"POST {path} HTTP/1.1",
        "Host: pdp.example.it",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body) if length is None else length}",
        *more,
    ]
    return "\r\n".join(fields).encode("latin-1") + b"\r\n\r\n" + body
