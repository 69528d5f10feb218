"""Time that never goes back, and how much of it a call has."""

import time
from dataclasses import dataclass
from functools import partial

from authz.client.errors import SettingsError

#: Seconds since the host started, its sleep included where the system tells.
now = (
    partial(time.clock_gettime, time.CLOCK_BOOTTIME)
    if hasattr(time, "CLOCK_BOOTTIME")
    else time.monotonic
)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds.

    Attributes:
        connect: for a connection to one address, and again for its TLS.
        read: for the next bytes of an answer.
        whole: for a call, with its waiting and its further tries; looking a name up is
            the system's, and not counted.
    """

    connect: float = 1.0
    read: float = 2.0
    whole: float = 3.0

    def __post_init__(self) -> None:
        if not all(0 < s < 3600 for s in (self.connect, self.read, self.whole)):
            raise SettingsError("a timeout is more than 0 and less than 3600 seconds")


class Deadline:
    """The end of a call."""

    def __init__(self, seconds: float) -> None:
        self._at = now() + seconds

    def left(self) -> float:
        """Seconds until then; negative afterwards."""
        return self._at - now()

    def within(self, seconds: float) -> float:
        """So many seconds, or what is left of the call.

        Raises:
            TimeoutError: nothing is left.
        """
        left = min(self.left(), seconds)
        if left <= 0:
            raise TimeoutError("the time of the call is over")
        return left
