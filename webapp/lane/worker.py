"""A gthread worker that answers plain decision requests on its own loop, before Flask."""

import gc
import socket
import sys
import time
from typing import cast

from flask import Flask
from gunicorn import SERVER
from gunicorn.workers.gthread import TConn, ThreadWorker

from config.settings import Settings
from webapp.decisions.service import decisions
from webapp.lane.answering import Answers
from webapp.lane.connections import Connections
from webapp.lane.fitness import why_closed
from webapp.lane.turns import Turns

NOTICE_EVERY = 1.0
#: Pages that burn CPU give way to decisions after so many seconds.
_SWITCH = 0.0005


class DecisionWorker(ThreadWorker):
    """Stock gthread wherever the lane is closed; says so in the log.

    The methods bear gunicorn's own names, in the order of a connection's life.
    """

    alive: bool
    _lane: Connections | None = None
    _next_notice = 0.0

    def load_wsgi(self) -> None:
        """Open the lane when everything is as tested."""
        super().load_wsgi()
        why = why_closed(self.cfg, self.wsgi)
        if why:
            self.log.warning("the lane is closed: %s", why)
            return
        app = cast(Flask, self.wsgi)
        settings: Settings = app.config["DELEGA"]
        answers = Answers(decisions(app), secure=settings.secure_cookies, server=SERVER)
        self._keeps = self.cfg.keepalive > 0
        turns = Turns(answers, self._may_keep, self._answered, self.log)
        self._lane = Connections(self, turns, super().enqueue_req)
        sys.setswitchinterval(_SWITCH)
        # what the application is made of is never garbage: no need to look at it again
        gc.collect()
        gc.freeze()

    def notify(self) -> None:
        """Tell the master that the loop goes round; once a second is enough."""
        now = time.monotonic()
        if now >= self._next_notice:
            self._next_notice = now + NOTICE_EVERY
            super().notify()

    def enqueue_req(self, conn: TConn) -> None:
        """A new connection stays here; one with something to read goes to a thread."""
        if self._lane is None or conn.initialized:
            super().enqueue_req(conn)
        else:
            self._lane.welcome(conn)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """The next request after one that gunicorn answered."""
        if self._lane is None:
            super().on_client_socket_readable(conn, client)
            return
        # INVARIANT: it was kept because its last request was read to its end, and
        # nothing beyond: what comes now begins a request
        self.keepalived_conns.remove(conn)
        self._lane.take_back(conn)

    def murder_pending(self) -> None:
        """End what waited for too long."""
        super().murder_pending()
        if self._lane is not None:
            self._lane.sweep()

    def murder_keepalived(self, force: bool = False) -> None:
        """With `force`, at the end of the worker, ours too."""
        super().murder_keepalived(force)
        if force and self._lane is not None:
            self._lane.drop_all()

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        if self._lane is not None:
            self._lane.cap(deadline)

    def _may_keep(self) -> bool:
        """What gunicorn asks before it keeps a connection open."""
        assert self._lane is not None  # noqa: S101  (it is what asks)
        kept = self._lane.kept + len(self.keepalived_conns)
        more = self.alive and self.nr + 1 < self.max_requests
        return more and self._keeps and kept <= self.max_keepalived

    def _answered(self) -> None:
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("Autorestarting worker after current request.")
            self.alive = False
