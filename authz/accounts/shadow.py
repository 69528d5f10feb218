"""Shadow mode: some of the answers that were given are also asked of casbin itself.

In the background, never in the way of a decision: what does not fit into the queue is
left out and counted, and a comparison is followed by a pause that keeps all of them
under a twentieth of one core.
"""

import json
import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle
from queue import Full, Queue
from threading import Lock, Thread
from typing import NamedTuple

from authz.accounts.forks import in_children
from authz.accounts.releases import Releases
from authz.engine import CompiledEvaluator, EvaluatorFactory, ReferenceEvaluator, Row
from authz.errors import AuthzError
from authz.policy import AccountPolicy, Release, policy_at
from authz.storage import EVERY_ACCOUNT, PolicyStore

_log = logging.getLogger(__name__)

ONE_IN = 1_000
#: Questions that wait at most.
WAITING = 64
#: casbin needs long to take in more links than this.
MOST_LINKS = 500
#: How many times as long as a comparison the pause after it is.
PAUSES = 19


class Asked(NamedTuple):
    """A question that was answered.

    Attributes:
        at: seconds of the wall clock.
    """

    request: tuple[str, str, str, str]
    allowed: bool
    revision: int
    at: float


class Shadow:
    """Asks casbin one question in so many, on a thread of its own.

    Attributes:
        due: its next value says whether the next question is to be asked.
        counts: `agreed`, `disagreed`; and what could not be compared: `moved` (the
            account changed meanwhile), `large`, `dropped` (no room), `failed`.
    """

    def __init__(
        self,
        store: PolicyStore,
        one_in: int = ONE_IN,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """Nothing is asked where `one_in` is 0."""
        self._store, self._releases, self._pause = store, Releases(store), pause
        self.due = cycle((*(False,) * (one_in - 1), one_in > 0))
        self.counts: Counter[str] = Counter()
        self._forget()
        in_children(self._forget)

    def offer(self, asked: Asked) -> None:
        """Have a question asked again, if there is room; returns at once."""
        if self._thread is None:
            self._start()
        try:
            self._queue.put_nowait(asked)
        except Full:
            self.counts["dropped"] += 1

    def wait(self) -> None:
        """Until all that was offered is compared."""
        self._queue.join()

    def forget(self) -> None:
        """Read releases anew: the store is another, or went back."""
        self._releases.forget()

    def _forget(self) -> None:
        """A child of a fork has no thread, and whoever held the lock is gone."""
        self._queue: Queue[Asked] = Queue(WAITING)
        self._thread: Thread | None = None
        self._starting = Lock()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._work, name="shadow", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        queue = self._queue
        while True:
            asked = queue.get()
            started = time.perf_counter()
            try:
                self.counts[self._compared(asked)] += 1
            except Exception:  # noqa: BLE001  (nobody waits for it: the log tells)
                self.counts["failed"] += 1
                _log.exception("casbin could not be asked the same")
            finally:
                queue.task_done()
            self._pause(PAUSES * (time.perf_counter() - started))

    def _compared(self, asked: Asked) -> str:
        account = asked.request[1]
        stored = self._store.load(account)
        if stored.revision != asked.revision:
            changed = self._store.changes(asked.revision).accounts
            if not changed.isdisjoint((account, EVERY_ACCOUNT)):
                return "moved"
        release = self._releases.get(stored.release_number)
        instant = datetime.fromtimestamp(asked.at, UTC)
        policy = policy_at(release, account, stored.rows, instant)
        if sum(row.ptype != "p" for row in policy.own) > MOST_LINKS:
            return "large"
        answer = ReferenceEvaluator(release.model, policy.rows).decide(asked.request)
        if answer == asked.allowed:
            return "agreed"
        _log.error("casbin disagrees: %s", _told(policy, asked))
        return "disagreed"


def _told(policy: AccountPolicy, asked: Asked) -> str:
    """Everything that `replay` needs; ids and permissions, no personal data."""
    rows = [(row.ptype, *row.values) for row in policy.own]
    facts = asked._asdict() | {"release": policy.release.hash, "rows": rows}
    return json.dumps(facts)


def replay(release: Release, told: str) -> dict[str, bool]:
    """What each evaluator answers to a question that the log tells of.

    Args:
        release: the one whose hash is told.
        told: the text after `casbin disagrees:`.

    Raises:
        AuthzError: it is another release.
    """
    facts = json.loads(told)
    if facts["release"] != release.hash:
        text = f"the question was asked under release {facts['release'][:12]}"
        raise AuthzError(f"{text}; give that one, not {release.hash[:12]}")
    own = tuple(Row(ptype, tuple(values)) for ptype, *values in facts["rows"])
    policy = AccountPolicy(
        release=release,
        account=facts["request"][1],
        own=own,
        valid_until=None,
        dropped=(),
    )
    kinds: tuple[EvaluatorFactory, ...] = (CompiledEvaluator, ReferenceEvaluator)
    compiled, casbin = (
        kind(release.model, policy.rows).decide(facts["request"]) for kind in kinds
    )
    return {"compiled": compiled, "casbin": casbin}
