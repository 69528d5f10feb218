"""The policy of an account after a change, made of the one before it.

What becomes of a row depends on the rows that begin where it begins (`legal.py`), so only
those are looked at where a row came or went. The rows of a large account are read in a
hundredth of the time so, and wherever there is a doubt they are all looked at anew.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import compress, count
from operator import is_not

from authz.engine import Changed
from authz.policy.dated import DatedRow
from authz.policy.legal import AccountPolicy, in_force, legal, next_change

#: Of more rows that went nobody tells where they began: all are looked at.
MOST_GONE = 200


def policy_after(
    before: AccountPolicy, dated: Sequence[DatedRow], instant: datetime
) -> tuple[AccountPolicy, Changed, Sequence[DatedRow]] | None:
    """What `policy_at` makes of the rows, and what differs; None: not to be told so.

    What differs is told of the rows in force, then of all, whatever their dates.

    Args:
        before: of the same account and release.
        dated: the rows now; those that stayed are the same objects.
        instant: now.
    """
    if not before.is_whole or not _holds(before, instant):
        return None
    starts = _starts(before.dated, dated)
    if starts is None:
        return None
    some = tuple([item for item in dated if item.row.values[0] in starts])
    rows = in_force(some, instant)
    kept, dropped = legal(before.release, before.account, rows)
    if dropped or len(kept) < len(rows):
        return None
    policy = AccountPolicy(
        release=before.release,
        account=before.account,
        # INVARIANT: of the others, nothing came, went or was left out
        own=tuple(in_force(dated, instant)),
        valid_until=next_change(dated, instant),
        dropped=(),
        dated=dated,
        instant=instant,
        is_whole=True,
    )
    return policy, Changed(starts, kept), some


def _holds(policy: AccountPolicy, instant: datetime) -> bool:
    """Whether the dates of its rows say at that instant what they said at its own."""
    since, until = policy.instant, policy.valid_until
    return since is not None and since <= instant and (until is None or instant < until)


def _starts(
    before: Sequence[DatedRow], after: Sequence[DatedRow]
) -> frozenset[str] | None:
    """Where the rows begin that only one of the two has, or a few more; None: no telling.

    INVARIANT: what is skipped stands in both. Rows come at the end, so whatever is not
    where it is looked for is said to have gone, and if it has not, to have come again.
    """
    went: list[DatedRow] = []
    old = new = 0
    while (same := _alike(before[old:], after[new:])) < len(before) - old:
        old, new = old + same + 1, new + same
        went.append(before[old - 1])
        if len(went) > MOST_GONE:
            return None
    came = after[new + same :]
    if not all(item.row.values for item in came):
        return None
    return frozenset(item.row.values[0] for item in (*went, *came))


def _alike(one: Sequence[DatedRow], other: Sequence[DatedRow]) -> int:
    """How many rows they begin with are the same objects."""
    differ = compress(count(), map(is_not, one, other))
    return next(differ, min(len(one), len(other)))
