"""What is answered of the bytes that a connection sent; knows no sockets."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from webapp.lane.answering import Answers
from webapp.lane.plain import TORN, Reader


class Then(Enum):
    """What becomes of a connection after what was answered."""

    OURS = "it stays, for the next request or the rest of one"
    THEIRS = "what comes next is for gunicorn"
    LEAVE = "the last answer said that it closes"


class Turns:
    """Answers plain requests one after the other; for one thread.

    Args:
        answers: answers one.
        may_keep: whether a connection may stay open after the next answer.
        answered: called after each answer.
        log: is told what broke.
    """

    def __init__(
        self,
        answers: Answers,
        may_keep: Callable[[], bool],
        answered: Callable[[], None],
        log: Any,
    ) -> None:
        self._reader, self._answers = Reader(), answers
        self._may_keep, self._answered, self._log = may_keep, answered, log

    def take(self, data: bytes) -> tuple[list[bytes], bytes, Then]:
        """The replies to what is plain, what is left, and whose the connection is."""
        replies: list[bytes] = []
        while data:
            keep = self._may_keep()
            try:
                plain = self._reader.read(data)
                if plain is TORN:
                    break
                answer = plain and self._answers.answer(plain, keep=keep)
            except Exception:  # noqa: BLE001  (logged; gunicorn goes on)
                # INVARIANT: whatever broke here, the loop goes on, nothing was allowed
                self._log.exception("the lane could not answer")
                return replies, data, Then.THEIRS
            if plain is None or answer is None:
                return replies, data, Then.THEIRS
            self._answered()
            replies.append(answer)
            data = data[plain.size :]
            if not keep:
                return replies, data, Then.LEAVE
        return replies, data, Then.OURS
