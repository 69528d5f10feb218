"""Connections that are kept: each used by one thread at a time, none after a fork."""

import threading
from collections import deque
from collections.abc import Callable

from authz.client.clock import Deadline, now
from authz.client.forking import after_fork
from authz.client.wire import Answer, Request, Wire

#: Less than gunicorn, nginx and most balancers keep an idle connection.
IDLE_SECONDS = 50.0


class Pool:
    """So many connections at most; whoever finds none free waits."""

    def __init__(self, open_one: Callable[[Deadline], Wire], most: int) -> None:
        self._open, self._most = open_one, most
        self._idle: deque[Wire] = deque()
        self._start()
        after_fork(self._start_again)

    def exchange(self, request: Request, deadline: Deadline) -> Answer:
        """Ask on a kept connection, or on a new one.

        Raises:
            OSError: the connection is lost, or it took too long.
            HTTPException: what came is no answer.
        """
        seats = self._seats
        if not seats.acquire(timeout=deadline.within(threading.TIMEOUT_MAX)):
            raise TimeoutError("every connection was in use")
        try:
            return self._exchange(request, deadline)
        finally:
            seats.release()

    def close(self) -> None:
        """Close what is not in use; what is asked afterwards opens anew."""
        while (wire := self._take()) is not None:
            wire.close()

    def _exchange(self, request: Request, deadline: Deadline) -> Answer:
        while (wire := self._take()) is not None:
            # INVARIANT: nothing is asked where more came than one whole answer, so that
            # no question gets the answer of another
            if now() - wire.idle_since < IDLE_SECONDS and wire.is_quiet():
                try:
                    return self._use(wire, request, deadline)
                except ConnectionError:
                    break  # closed at the very moment: a new one tells how things are
            wire.close()
        return self._use(self._open(deadline), request, deadline)

    def _use(self, wire: Wire, request: Request, deadline: Deadline) -> Answer:
        keeps = False
        try:
            answer, keeps = wire.exchange(request, deadline)
        finally:
            if not keeps:
                wire.close()
        if keeps:
            self._keep(wire)
        return answer

    def _keep(self, wire: Wire) -> None:
        with self._lock:
            self._idle.append(wire)
            oldest = self._idle[0]
            if now() - oldest.idle_since < IDLE_SECONDS:
                return
            self._idle.popleft()
        oldest.close()

    def _take(self) -> Wire | None:
        """The one used last, so that what is not needed grows old."""
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _start(self) -> None:
        self._lock = threading.Lock()
        self._seats = threading.BoundedSemaphore(self._most)

    def _start_again(self) -> None:
        # INVARIANT: a child never speaks on its parent's connections; closing its copy
        # says nothing to the other side. Whatever was locked is locked for ever
        for wire in self._idle:
            wire.close()
        self._idle.clear()
        self._start()
