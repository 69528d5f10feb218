"""A gthread worker that answers plain decision requests on its own loop, before Flask.

INVARIANT: a request is answered here from its first byte to its last, or its bytes go
to gunicorn untouched and in order. Between two requests a connection may change sides:
there is nothing of the last one left, neither here nor in gunicorn's parser.
"""

import gc
import socket
import sys
import time
from concurrent.futures import Future
from enum import Enum
from functools import partial
from selectors import EVENT_READ
from typing import cast

from flask import Flask
from gunicorn import SERVER
from gunicorn.http import get_parser
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from config.settings import Settings
from webapp.decisions.service import decisions
from webapp.lane.answering import Answers
from webapp.lane.fitness import why_closed
from webapp.lane.plain import MOST_BODY_BYTES, MOST_HEAD_BYTES, TORN, Plain, Reader

_MOST_READ = MOST_BODY_BYTES + MOST_HEAD_BYTES
#: How long a torn request is waited for before gunicorn waits instead.
PATIENCE = 5.0
#: How long a client that does not read may keep a thread.
SEND_SECONDS = 5.0
#: A loop that was held up so long leaves decisions to the threads for a while.
HELD_UP, REST = 0.25, 1.0
_SWEEP_EVERY = 0.5
NOTICE_EVERY = 1.0
#: Pages that burn CPU give way to decisions after so many seconds.
_SWITCH = 0.0005


class Then(Enum):
    """What becomes of a connection after what was answered."""

    OURS = "it stays, for the next request or the rest of one"
    THEIRS = "what comes next is for gunicorn"
    LEAVE = "the last answer said that it closes"


class DecisionWorker(ThreadWorker):
    """Stock gthread wherever the lane is closed; says so in the log."""

    alive: bool
    _answers: Answers | None = None
    _next_notice = 0.0

    def load_wsgi(self) -> None:
        """Open the lane when everything is as tested."""
        super().load_wsgi()
        self._reader = Reader()
        #: what each connection on our side sent of a request that is not whole yet
        self._held: dict[TConn, bytes] = {}
        #: half closed, until the client closes too
        self._leaving: set[TConn] = set()
        self._next_sweep = self._rest_until = 0.0
        self._keepalive = self.cfg.keepalive
        why = why_closed(self.cfg, self.wsgi)
        if why:
            self.log.warning("the lane is closed: %s", why)
            return
        app = cast(Flask, self.wsgi)
        settings: Settings = app.config["DELEGA"]
        self._answers = Answers(
            decisions(app), secure=settings.secure_cookies, server=SERVER
        )
        sys.setswitchinterval(_SWITCH)
        # what the application is made of is never garbage: no need to look at it again
        gc.collect()
        gc.freeze()

    # gunicorn's own names, in the order of a connection's life

    def notify(self) -> None:
        """Tell the master that the loop goes round; once a second is enough."""
        now = time.monotonic()
        if now >= self._next_notice:
            self._next_notice = now + NOTICE_EVERY
            super().notify()

    def enqueue_req(self, conn: TConn) -> None:
        """A new connection stays here; one with something to read goes to a thread."""
        if self._answers is None or conn.initialized:
            super().enqueue_req(conn)
        else:
            self._watch(conn)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """The next request after one that gunicorn answered: whose is it?"""
        if self._answers is None:
            super().on_client_socket_readable(conn, client)
            return
        self.keepalived_conns.remove(conn)
        self._held[conn] = b""
        self.poller.modify(client, EVENT_READ, partial(self._readable, conn))
        self._readable(conn, client)

    def murder_pending(self) -> None:
        """End what waited for too long."""
        super().murder_pending()
        now = time.monotonic()
        if self._answers is not None and now >= self._next_sweep:
            self._next_sweep = now + _SWEEP_EVERY
            self._sweep(now)

    def murder_keepalived(self, force: bool = False) -> None:
        """With `force`, at the end of the worker, ours too."""
        super().murder_keepalived(force)
        if force and self._answers is not None:
            for conn in list(self._held):
                self._drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        if self._answers is not None:
            for conn in self._held:
                conn.timeout = min(conn.timeout, deadline)

    # the lane

    def _watch(self, conn: TConn) -> None:
        conn.sock.setblocking(False)
        conn.set_timeout()
        self._held[conn] = b""
        self.poller.register(conn.sock, EVENT_READ, partial(self._readable, conn))

    def _readable(self, conn: TConn, client: socket.socket) -> None:
        try:
            data = client.recv(_MOST_READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
            self._held[conn] = b""
        if conn in self._leaving:
            if not data:
                self._drop(conn)
            return
        held = self._held[conn]
        if data:
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
        replies, data, then = self._take(data)
        now = time.monotonic()
        if now - begun > HELD_UP:
            self._rest_until = now + REST
        if replies:
            self._held[conn] = b""
        if not replies or self._send(conn, b"".join(replies), data, then):
            self._go_on(conn, data, then)

    def _take(self, data: bytes) -> tuple[list[bytes], bytes, Then]:
        """The replies to what is plain, what is left, and whose the connection is."""
        replies: list[bytes] = []
        while data:
            plain = self._reader.read(data)
            if plain is TORN:
                break
            keep = self._may_keep()
            answer = None if plain is None else self._answer(plain, keep=keep)
            if plain is None or answer is None:
                return replies, data, Then.THEIRS
            replies.append(answer)
            data = data[plain.size :]
            if not keep:
                return replies, data, Then.LEAVE
        return replies, data, Then.OURS

    def _go_on(self, conn: TConn, data: bytes, then: Then) -> None:
        if then is Then.OURS:
            self._hold(conn, data)
        elif then is Then.THEIRS:
            self._hand_over(conn, data)
        else:
            self._leave(conn)

    def _may_keep(self) -> bool:
        """What gunicorn asks before it keeps a connection open."""
        kept = len(self._held) + len(self.keepalived_conns)
        more = self.alive and self.nr + 1 < self.max_requests
        return more and self._keepalive > 0 and kept <= self.max_keepalived

    def _answer(self, plain: Plain, *, keep: bool) -> bytes | None:
        """The response, None: gunicorn and the view are to say what is wrong."""
        assert self._answers is not None  # noqa: S101  (nothing is watched without it)
        try:
            answer = self._answers.answer(plain, keep=keep)
        except Exception:
            # INVARIANT: whatever broke here, the loop goes on and nothing was allowed
            self.log.exception("the lane could not answer")
            return None
        if answer is not None:
            self.nr += 1
            if self.nr >= self.max_requests and self.alive:
                self.log.info("Autorestarting worker after current request.")
                self.alive = False
        return answer

    def _hold(self, conn: TConn, data: bytes) -> None:
        """Wait for the next request, or for the rest of one."""
        now = time.monotonic()
        if not data:
            conn.timeout = now + self._keepalive
        elif not self._held[conn]:  # a client that drips does not renew it
            conn.timeout = now + PATIENCE
        if not self.alive:
            conn.timeout = min(conn.timeout, now + STOP_KEEPALIVE_LINGER)
        self._held[conn] = data

    def _hand_over(self, conn: TConn, data: bytes) -> None:
        """To gunicorn, as if these bytes had never been read."""
        self._forget(conn)
        if conn.parser is None:
            conn.initialized = True
            conn.parser = get_parser(self.cfg, conn.sock, conn.client)
        conn.parser.unreader.unread(data)
        super().enqueue_req(conn)

    def _forget(self, conn: TConn) -> None:
        del self._held[conn]
        self._leaving.discard(conn)
        self.poller.unregister(conn.sock)

    def _drop(self, conn: TConn) -> None:
        self._forget(conn)
        self.nr_conns -= 1
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

    def _sweep(self, now: float) -> None:
        for conn, data in list(self._held.items()):
            if conn.timeout > now:
                continue
            if data:
                self._hand_over(conn, data)
            else:
                self._drop(conn)

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
        job = self.tpool.submit(_send_all, conn.sock, replies[sent:])
        job.add_done_callback(
            lambda done: self.method_queue.defer(self._sent, conn, data, then, done)
        )
        return False

    def _sent(self, conn: TConn, data: bytes, then: Then, done: "Future[bool]") -> None:
        if done.cancelled() or not done.result():
            self.nr_conns -= 1
            conn.close()
        else:
            self._watch(conn)
            self._go_on(conn, data, then)


def _send_all(client: socket.socket, data: bytes) -> bool:
    try:
        client.settimeout(SEND_SECONDS)
        client.sendall(data)
    except OSError:
        return False
    return True
