"""How much a key may ask: counted in decisions, in this process's share of the limit."""

import math
import threading

#: So many seconds' worth may be asked for at once after a quiet time.
BURST_SECONDS = 10
#: Decisions that rounding may lose: who waits as long as he was told is let in.
_ROUNDING = 1e-6


class Meter:
    """A bucket for each key, filled evenly.

    A batch larger than a bucket is taken when the bucket is full and leaves a debt, so
    that no size is impossible and the rate holds over time.
    """

    def __init__(self, per_minute: float) -> None:
        self._rate = per_minute / 60
        self._most = max(self._rate * BURST_SECONDS, 1.0)
        self._lock = threading.Lock()
        #: key -> [decisions left, when that was so]
        self._buckets: dict[str, list[float]] = {}

    def take(self, identity: str, decisions: int, now: float, *, held: int = 0) -> int:
        """0 when they may be asked; else the seconds to wait, and none of them is taken.

        Args:
            identity: of the key.
            decisions: how many.
            now: seconds of a clock that never goes back.
            held: what the same request has taken before, so that it does not stand in
                its own way. It stays taken: reading a request to refuse it has a price.
        """
        if not self._rate:
            return 0
        with self._lock:
            bucket = self._buckets.get(identity)
            if bucket is None:
                bucket = self._buckets[identity] = [self._most, now]
            left = bucket[0] + held + (now - bucket[1]) * self._rate
            if left > self._most:
                left = self._most
            wanted = decisions + held
            needed = min(self._most, wanted)
            if left >= needed - _ROUNDING:
                bucket[0], bucket[1] = left - wanted, now
                return 0
        return math.ceil((needed + held - left) / self._rate)
