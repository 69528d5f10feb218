"""Asking again: only what is safe to repeat, and only while there is time."""

import random
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import IncompleteRead
from time import sleep

from authz.client.clock import Deadline
from authz.client.wire import Answer

TRIES = 3
#: A decision changes nothing, so it may be asked again whenever its answer was lost.
LOST = (ConnectionError, ssl.SSLEOFError, IncompleteRead)
NOT_NOW = (502, 503, 504)
_FIRST_PAUSE = 0.05


def keep_trying(attempt: Callable[[], Answer], deadline: Deadline) -> Answer:
    """The first answer that is one, or the last that is none.

    Raises:
        OSError: the connection is lost each time, or it took too long.
        HTTPException: what came is no answer.
    """
    for number in range(1, TRIES):
        try:
            answer = attempt()
        except LOST:
            wait = _pause(number)
            if wait >= deadline.left():
                raise
        else:
            if answer.status not in NOT_NOW:
                return answer
            asked = retry_after(answer)
            wait = _pause(number) if asked is None else asked
            if wait >= deadline.left():
                return answer
        sleep(wait)
    return attempt()


def retry_after(answer: Answer) -> float | None:
    """The seconds that an answer asks to wait, None when it does not say."""
    text: str = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    seconds: float = (at - datetime.now(UTC)).total_seconds()
    return max(seconds, 0.0)


def _pause(number: int) -> float:
    """Longer each time, and not the same for everybody."""
    return _FIRST_PAUSE * 2.0**number * random.uniform(0.5, 1.0)  # noqa: S311
