"""From a plain request to the bytes of its answer: the calls that the view makes."""

import time
from email.utils import formatdate
from http import HTTPStatus

from authz import NotReadyError
from authz.pdp import SCOPES, Reply
from webapp.decisions.callers import Refused
from webapp.decisions.counts import Door
from webapp.decisions.service import Asked, Decisions
from webapp.headers import NO_STORE, codes, of_every_answer
from webapp.lane.plain import Plain

_PHRASES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
#: What the view's answers have beside them; Flask adds the second one.
_BESIDE = {"Cache-Control": NO_STORE, "Vary": "Cookie"}
_CONNECTION = {True: "keep-alive", False: "close"}


class Answers:
    """Answers plain requests; for one thread."""

    def __init__(self, decisions: Decisions, *, secure: bool, server: str) -> None:
        self._decisions, self._callers = decisions, decisions.callers
        every = {**of_every_answer(secure=secure), **_BESIDE}
        self._every = "".join(f"{name}: {text}\r\n" for name, text in every.items())
        self._server = server
        self._second, self._top = 0, ""
        self._codes = codes(at_once=512)

    def answer(self, plain: Plain, *, keep: bool) -> bytes | None:
        """A whole response; None: nothing was decided, and the view is to say why.

        Args:
            plain: what was asked.
            keep: whether the connection stays open after it.
        """
        try:
            caller = self._callers.admit(plain.authorization, SCOPES[plain.kind])
        except NotReadyError:
            return None
        if isinstance(caller, Refused):
            return None
        asked = Asked(Door.LANE, plain.kind, plain.account, plain.headers, plain.body)
        return self._written(self._decisions.answer(caller, asked), keep=keep)

    def _written(self, reply: Reply, *, keep: bool) -> bytes:
        told = "".join([f"{name}: {text}\r\n" for name, text in reply.headers])
        if "X-Request-ID: " not in told:
            told = f"{told}X-Request-ID: {next(self._codes)}\r\n"
        return (
            f"HTTP/1.1 {_PHRASES[reply.status]}\r\n{self._dated()}"
            f"Connection: {_CONNECTION[keep]}\r\n{told}"
            f"Content-Length: {len(reply.body)}\r\n{self._every}\r\n"
        ).encode("latin-1") + reply.body

    def _dated(self) -> str:
        """Server and Date, written once a second."""
        second = int(time.time())
        if second != self._second:
            date = formatdate(second, usegmt=True)
            self._second = second
            self._top = f"Server: {self._server}\r\nDate: {date}\r\n"
        return self._top
