"""The connections that stand on the lane's side of a worker, and how they leave it.

INVARIANT: a request is answered here from its first byte to its last, or its bytes go
to gunicorn untouched and in order. Between two requests a connection may change sides:
there is nothing of the last one left, neither here nor in gunicorn's parser.
"""

import socket
import time
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.http import get_parser
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn

from webapp.lane.turns import Then, Turns

#: At once; what is larger comes in several parts.
_MOST_READ = 16_384
#: How long the first byte is waited for, and the rest of a torn request before
#: gunicorn waits instead.
PATIENCE = 5.0
#: How long a client that takes nothing may keep a thread, and one that takes little.
SEND_SECONDS, MOST_SEND_SECONDS = 5.0, 60.0
#: A loop that was held up so long leaves decisions to the threads for a while.
HELD_UP, REST = 0.25, 1.0
_SWEEP_EVERY = 0.5


class Connections:
    """Reads and writes on the loop of a worker; never waits.

    Args:
        worker: a gthread worker, whose poller, threads and counts these are.
        turns: answers.
        to_thread: gunicorn's way to have a connection served.
    """

    def __init__(self, worker: Any, turns: Turns, to_thread: Any) -> None:
        self._worker, self._turns, self._to_thread = worker, turns, to_thread
        self._poller = worker.poller
        self._keepalive = worker.cfg.keepalive
        #: what each connection sent of a request that is not whole yet
        self._held: dict[TConn, bytes] = {}
        #: from which nothing has come so far
        self._new: set[TConn] = set()
        #: half closed, until the client closes too
        self._leaving: set[TConn] = set()
        self._next_sweep = self._rest_until = 0.0

    @property
    def kept(self) -> int:
        """How many have sent something and may send more."""
        return len(self._held) - len(self._new) - len(self._leaving)

    def welcome(self, conn: TConn) -> None:
        """Wait for the first byte of a new connection, for as long as gunicorn does."""
        self._new.add(conn)
        self._watch(conn)
        conn.timeout = time.monotonic() + PATIENCE + self._keepalive

    def take_back(self, conn: TConn) -> None:
        """One that gunicorn kept open sends its next request: whose is it?"""
        self._held[conn] = b""
        self._poller.modify(conn.sock, EVENT_READ, partial(self._readable, conn))
        self._readable(conn, conn.sock)

    def sweep(self) -> None:
        """End what waited for too long."""
        now = time.monotonic()
        if now < self._next_sweep:
            return
        self._next_sweep = now + _SWEEP_EVERY
        for conn, data in list(self._held.items()):
            if conn.timeout > now:
                continue
            if data:
                self._hand_over(conn, data)
            else:
                self._drop(conn)

    def drop_all(self) -> None:
        """The worker ends."""
        for conn in list(self._held):
            self._drop(conn)

    def cap(self, deadline: float) -> None:
        """Nobody waits beyond that instant."""
        for conn in self._held:
            conn.timeout = min(conn.timeout, deadline)

    def _watch(self, conn: TConn) -> None:
        conn.sock.setblocking(False)
        self._held[conn] = b""
        self._poller.register(conn.sock, EVENT_READ, partial(self._readable, conn))

    def _readable(self, conn: TConn, client: socket.socket) -> None:
        try:
            data = client.recv(_MOST_READ)
        except BlockingIOError:
            return
        except OSError:
            data = self._held[conn] = b""
        held = self._held[conn]
        if self._leaving and conn in self._leaving:
            if not data:
                self._drop(conn)
        elif data:
            self._serve(conn, held + data if held else data)
        elif held:
            self._hand_over(conn, held)  # what a torn end means is gunicorn's to say
        else:
            self._drop(conn)

    def _serve(self, conn: TConn, data: bytes) -> None:
        """Answer what is plain, from the beginning, as long as it is."""
        begun = time.monotonic()
        if begun < self._rest_until:
            self._hand_over(conn, data)
            return
        self._new.discard(conn)
        replies, data, then = self._turns.take(data)
        now = time.monotonic()
        if now - begun > HELD_UP:
            self._rest_until = now + REST
        if replies:
            self._held[conn] = b""
            if not self._send(conn, b"".join(replies), data, then):
                return
        if then is Then.OURS:
            self._hold(conn, data, now)
        else:
            self._part(conn, data, then)

    def _part(self, conn: TConn, data: bytes, then: Then) -> None:
        if then is Then.THEIRS:
            self._hand_over(conn, data)
        else:
            self._leave(conn)

    def _hold(self, conn: TConn, data: bytes, now: float) -> None:
        """Wait for the next request, or for the rest of one."""
        if not data:
            conn.timeout = now + self._keepalive
        elif not self._held[conn]:  # a client that drips does not renew it
            conn.timeout = now + PATIENCE
        if not self._worker.alive:
            conn.timeout = min(conn.timeout, now + STOP_KEEPALIVE_LINGER)
        self._held[conn] = data

    def _hand_over(self, conn: TConn, data: bytes) -> None:
        """To gunicorn, as if these bytes had never been read."""
        self._forget(conn)
        if conn.parser is None:
            conn.initialized = True
            conn.parser = get_parser(self._worker.cfg, conn.sock, conn.client)
        conn.parser.unreader.unread(data)
        self._to_thread(conn)

    def _forget(self, conn: TConn) -> None:
        del self._held[conn]
        self._new.discard(conn)
        self._leaving.discard(conn)
        self._poller.unregister(conn.sock)

    def _drop(self, conn: TConn) -> None:
        self._forget(conn)
        self._close(conn)

    def _close(self, conn: TConn) -> None:
        self._worker.nr_conns -= 1
        conn.close()

    def _leave(self, conn: TConn) -> None:
        """Close our half; the client has what was sent before it sees the end."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        self._leaving.add(conn)
        conn.timeout = time.monotonic() + STOP_KEEPALIVE_LINGER

    # a client that does not read what it asked for

    def _send(self, conn: TConn, replies: bytes, data: bytes, then: Then) -> bool:
        """Whether all is sent; else a thread sends the rest, and goes on with `data`."""
        try:
            sent = conn.sock.send(replies)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(conn)
            return False
        if sent == len(replies):
            return True
        self._forget(conn)
        job = self._worker.tpool.submit(_send_all, conn.sock, replies[sent:])
        job.add_done_callback(
            lambda done: self._worker.method_queue.defer(
                self._sent, conn, data, then, done
            )
        )
        return False

    def _sent(self, conn: TConn, data: bytes, then: Then, done: "Future[bool]") -> None:
        if done.cancelled() or not done.result():
            self._close(conn)
        else:
            self._watch(conn)
            if then is Then.OURS:
                self._hold(conn, data, time.monotonic())
            else:
                self._part(conn, data, then)


def _send_all(client: socket.socket, data: bytes) -> bool:
    left, end = memoryview(data), time.monotonic() + MOST_SEND_SECONDS
    try:
        while left and (rest := end - time.monotonic()) > 0:
            client.settimeout(min(SEND_SECONDS, rest))
            left = left[client.send(left) :]
    except OSError:
        return False
    return not left
