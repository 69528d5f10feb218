"""From a plain request to the bytes of its answer: the calls that the view makes."""

import time
from email.utils import formatdate
from http import HTTPStatus

from authz import NotReadyError
from authz.pdp import SCOPES, Outcome, Reply, not_now, plain_id, told
from webapp.decisions.callers import Caller, Refused
from webapp.decisions.counts import Door
from webapp.decisions.keyring import StoredKey
from webapp.decisions.service import Asked, Decisions
from webapp.decisions.source import About
from webapp.headers import NO_STORE, codes, of_every_answer
from webapp.lane.plain import Head, Plain
from webapp.lane.questions import Questions

#: As Flask writes them.
_PHRASES = {each.value: f"{each.value} {each.phrase.upper()}" for each in HTTPStatus}
_LANE = Door.LANE
_as_line = "%s: %s\r\n".__mod__
_ID = "x-request-id"
#: Outcomes whose words are known; more than these are forgotten together.
_MOST_OUTCOMES = 64
#: Heads whose keys are known; the same.
_MOST_KEYS = 1_024


class Answers:
    """Answers plain requests; for one thread."""

    def __init__(self, decisions: Decisions, *, secure: bool, server: str) -> None:
        self._decisions, self._callers = decisions, decisions.callers
        self._questions = Questions(decisions)
        #: the key in each head, as it was last time
        self._keys: dict[Head, StoredKey] = {}
        every = {**of_every_answer(secure=secure), "Cache-Control": NO_STORE}
        self._every = "".join(map(_as_line, every.items()))
        self._server = server
        self._second, self._dated = 0, ""
        self._tops: dict[tuple[int, bool], bytes] = {}
        self._codes = codes(at_once=512)
        #: by identity, which is an outcome's own as long as it stands here
        self._words: dict[int, tuple[Outcome, bytes, bytes]] = {}

    def answer(self, plain: Plain, *, keep: bool) -> bytes | None:
        """A whole response; None: nothing was decided, and the view is to say why.

        Args:
            plain: what was asked.
            keep: whether the connection stays open after it.
        """
        try:
            stored = self._key(plain)
            if isinstance(stored, Refused):
                return None
            caller = self._callers.let_in(stored, SCOPES[plain.head.kind])
        except NotReadyError:
            return None
        if isinstance(caller, Refused):
            return None
        try:
            about = self._questions.about(plain, stored)
            if about is not None:
                return self._decided(about, plain, keep=keep)
        except NotReadyError as error:
            self._decisions.counts.add(_LANE, 0)
            reply = not_now(error, self._named(plain.head))
        else:
            reply = self._answered(caller, plain)
        return self._top(reply.status, keep=keep) + self._rest(reply)

    def _key(self, plain: Plain) -> StoredKey | Refused:
        """The key of a request; its secret is in the head, which is known by its hash."""
        stored = self._keys.get(plain.head)
        if stored is not None and self._callers.is_unchanged(stored):
            return stored
        found = self._callers.recognise(plain.authorization.decode())
        if isinstance(found, Refused):
            return found
        if len(self._keys) >= _MOST_KEYS:
            self._keys.clear()
        self._keys[plain.head] = found
        return found

    def _answered(self, caller: Caller, plain: Plain) -> Reply:
        """As the view has it answered."""
        head = plain.head
        asked = Asked(_LANE, head.kind, head.account, self._named(head), plain.body)
        return self._decisions.answer(caller, asked)

    def _named(self, head: Head) -> dict[str, str]:
        """Its headers, with a name for the request."""
        headers = head.headers
        return headers if _ID in headers else {**headers, _ID: next(self._codes)}

    def _decided(self, about: About, plain: Plain, *, keep: bool) -> bytes:
        """The same of one decision: an outcome has always the same words.

        Raises:
            NotReadyError: none can be made now.
        """
        panel = self._decisions.panel
        outcome = panel.outcome(panel.enforcer.decide(*about))
        self._decisions.counts.add(_LANE, 1)
        words = self._words.get(id(outcome))
        if words is None:
            words = self._learn(outcome)
        name = plain_id(plain.head.headers) or next(self._codes)
        top = self._top(200, keep=keep)
        return b"".join((top, words[1], name.encode(), words[2]))

    def _learn(self, outcome: Outcome) -> tuple[Outcome, bytes, bytes]:
        """What stands before and after the name of a request with that outcome."""
        name = next(self._codes)
        before, _, after = self._rest(told(outcome, name)).partition(name.encode())
        if len(self._words) >= _MOST_OUTCOMES:
            self._words.clear()
        words = self._words[id(outcome)] = outcome, before, after
        return words

    def _rest(self, reply: Reply) -> bytes:
        """All but the first lines."""
        lines = "".join(map(_as_line, reply.headers))
        is_named = "X-Request-ID: " in lines
        own = "" if is_named else f"X-Request-ID: {next(self._codes)}\r\n"
        return (
            f"{lines}Content-Length: {len(reply.body)}\r\n"
            f"{self._every}{own}Vary: Cookie\r\n\r\n"
        ).encode("latin-1") + reply.body

    def _top(self, status: int, *, keep: bool) -> bytes:
        """The first lines, which are gunicorn's own; written once a second."""
        second = int(time.time())
        if second != self._second:
            self._second, self._dated = second, formatdate(second, usegmt=True)
            self._tops.clear()
        top = self._tops.get((status, keep))
        if top is None:
            connection = "keep-alive" if keep else "close"
            top = self._tops[status, keep] = (
                f"HTTP/1.1 {_PHRASES[status]}\r\nServer: {self._server}\r\n"
                f"Date: {self._dated}\r\nConnection: {connection}\r\n"
            ).encode("latin-1")
        return top
