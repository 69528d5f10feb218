"""Eight threads decide while an account's policy is replaced again and again.

Each version allows one of two questions, never both and never none, so that an answer
from two versions at once would show; so would one under another version's revision.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from authz import Enforcer, NotReadyError, State
from authz.policy import DatedRow
from authz.policy.facts import seat_rows, user_rows
from tests.benchmarks.report import Part, Table, ratio
from tests.benchmarks.synthetic import (
    RELEASE,
    SyntheticStore,
    account_of,
    account_rows,
    synthetic,
    user_of,
)

THREADS, ACCOUNT = 8, account_of(0)
USER = user_of(0, 9)
#: Allowed in even versions, allowed in odd ones.
HELD = ("role.invoicing", "role.settings")
QUESTIONS = [("draft", "create"), ("mail_server", "update")]
#: Seconds after which a thread lets another go on; in between nobody replaces anything.
TURN = 0.0005
COLUMNS = (
    *("threads", "replaced", "whole", "torn", "no answer"),
    *("a second", "x alone"),
)


def run(*, quick: bool, sizes: Sequence[int] = ()) -> Part:
    """Decisions a second, with nothing changing and with changes."""
    times = 20 if quick else 1_000
    lines, equal, alone = [], 0, None
    for threads, replaced in ((1, 0), (THREADS, 0), (1, times), (THREADS, times)):
        done, seconds = _deciding(threads, replaced)
        assert not done["torn"], done
        equal += done["whole"]
        rate = done["whole"] / seconds
        alone = alone or rate
        given = (done["whole"], done["torn"], done["none"])
        lines.append((threads, replaced, *given, rate, ratio(rate, alone)))
    table = Table(
        title="threads: while an account's policy is replaced",
        columns=COLUMNS,
        lines=lines,
        notes=(
            "each asks two questions about the account that changes; whole: both are"
            " answered by the version whose revision they name",
        ),
    )
    return Part([table], equal)


def rows_of(number: int, changes: int) -> tuple[DatedRow, ...]:
    """One user more, who holds what the version says."""
    account, seat = account_of(number), "s_0_9"
    held = RELEASE.presets[HELD[changes % 2]].permissions
    own = user_rows(USER, account, State.ACTIVE, seat=seat)
    return (*account_rows(number), *seat_rows(seat, account, held), *own)


def _deciding(threads: int, times: int) -> tuple[Counter[str], float]:
    """What became of the answers, and the seconds it took."""
    is_over = Event()
    with synthetic(10, rows_of) as (store, enforcer), _short_turns():
        start = time.monotonic()
        with ThreadPoolExecutor(threads) as pool:
            asked = [pool.submit(_ask, enforcer, is_over) for _ in range(threads)]
            try:
                _replace(store, times)
            finally:
                is_over.set()
            counts = [future.result() for future in asked]
        seconds = time.monotonic() - start
    return sum(counts, Counter()), seconds


def _ask(enforcer: Enforcer, is_over: Event) -> Counter[str]:
    whole = torn = none = 0
    while not is_over.is_set():
        try:
            first, second = enforcer.decide_many(USER, ACCOUNT, QUESTIONS)
        except NotReadyError:
            none += 1
            continue
        # the release is revision 1, the first change is revision 2
        is_even = first.revision % 2 == 1
        if (first.allowed, second.allowed) == (is_even, not is_even):
            whole += 1
        else:
            torn += 1
    return Counter(whole=whole, torn=torn, none=none)


def _replace(store: SyntheticStore, times: int) -> None:
    """As often, or wait as long as it would take."""
    for _ in range(times or 100):
        if times:
            store.change(ACCOUNT)
        time.sleep(0.002)


@contextmanager
def _short_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
