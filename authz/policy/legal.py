"""The policy of one account at one instant: a pure function of release, rows, time.

Rows are checked a second time here, where they become what casbin sees: whatever the
forms and the editor let through, or somebody poked in by SQL, a seat, role or delegation
never holds more than a legal set, and a link of a kind the design lacks never counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from authz.engine import Row
from authz.policy.dated import DatedRow
from authz.policy.facts import (
    OWNER_ROLE,
    SEATED,
    SELF_PASSWORD,
    SELF_SECOND_FACTOR,
    State,
    state_node,
)
from authz.policy.release import Release

EVERY_ACCOUNT = "*"
STATES = frozenset(state_node(state) for state in State)
#: state -> what its user may link to beside it; `s_*` any seat, `d_*` any delegation
_LINKS = {
    state_node(State.OWNER): {OWNER_ROLE},
    state_node(State.ACTIVE): {"s_*", SELF_PASSWORD, SELF_SECOND_FACTOR},
    state_node(State.TEMPORARY): {SELF_PASSWORD},
    state_node(State.INVITED): set[str](),
    state_node(State.SUSPENDED): set[str](),
    state_node(State.DELEGATE): {"d_*"},
}
#: how the names of seats and delegations begin
_SEATS = ("s_", "d_")
#: what any user may link to, beside those
_OF_USERS = {OWNER_ROLE, SELF_PASSWORD, SELF_SECOND_FACTOR} | STATES


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountPolicy:
    """What casbin sees of one account.

    Attributes:
        release: whose rows every account has, its own name written out in them.
        account: its name.
        own: its own rows, which come after those.
        valid_until: the next instant at which a date changes the rows, or None.
        dropped: rows that break the rules and do not count; to be reported.
        dated: the rows it was made of.
        instant: when it was in force, and is until `valid_until`.
        is_whole: every row in force counts, once; and none is without values.
    """

    release: Release
    account: str
    own: tuple[Row, ...]
    valid_until: datetime | None
    dropped: tuple[Row, ...]
    dated: Sequence[DatedRow] = ()
    instant: datetime | None = None
    is_whole: bool = False

    @property
    def rows(self) -> tuple[Row, ...]:
        """All of them in casbin's order, written out anew each time."""
        return (*release_rows(self.release, self.account), *self.own)


def policy_at(
    release: Release, account: str, dated: Sequence[DatedRow], instant: datetime
) -> AccountPolicy:
    """The rows in force for the account at that instant (UTC)."""
    now = in_force(dated, instant)
    kept, dropped = legal(release, account, now)
    return AccountPolicy(
        release=release,
        account=account,
        own=kept,
        valid_until=next_change(dated, instant),
        dropped=dropped,
        dated=dated,
        instant=instant,
        is_whole=len(kept) == len(now) and all(item.row.values for item in dated),
    )


def in_force(dated: Iterable[DatedRow], instant: datetime) -> list[Row]:
    """The rows that count at that instant, as far as dates go."""
    return [
        item.row
        for item in dated
        if item.not_before is item.not_after is None or item.in_force(instant)
    ]


def next_change(dated: Iterable[DatedRow], instant: datetime) -> datetime | None:
    """The first later moment at which a date changes what is in force."""
    edges = [
        item.next_change(instant) for item in dated if item.not_before or item.not_after
    ]
    return min((edge for edge in edges if edge), default=None)


def release_rows(release: Release, account: str) -> tuple[Row, ...]:
    """Grants and presets as the account sees them: its own name in place of `*`."""
    return tuple(
        Row(row.ptype, (*row.values[:-1], account), row.place)
        if row.ptype == "g" and row.values[-1] == EVERY_ACCOUNT
        else row
        for row in release.rows
    )


def legal(
    release: Release, account: str, rows: Sequence[Row]
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The rows that count, in their order and each once; and those that break the rules.

    INVARIANT: what becomes of a row depends on the rows that begin where it begins, and
    on no others.
    """
    dropped: list[Row] = []
    sets: dict[str, dict[str, Row]] = {}
    if len({row.values for row in rows}) < len(rows):
        rows = tuple(dict.fromkeys(rows))
    states, permissions = _states(rows), release.permissions
    for row in rows:
        if not _of_a_known_kind(release, account, row) or not _fits_state(row, states):
            dropped.append(row)
        elif row.values[1] in permissions and row.ptype == "g":
            sets.setdefault(row.values[0], {})[row.values[1]] = row
    for node, held in sets.items():
        counts = permissions.largest_legal(held, delegable_only=node.startswith("d_"))
        dropped += [row for name, row in held.items() if name not in counts]
    if not dropped:
        return tuple(rows), ()
    lost = set(map(id, dropped))
    return tuple(row for row in rows if id(row) not in lost), tuple(dropped)


def _of_a_known_kind(release: Release, account: str, row: Row) -> bool:
    if row.ptype == "g2":
        return len(row.values) == 2 and row.values[0] == account
    if row.ptype != "g" or len(row.values) != 3 or row.values[2] != account:
        return False
    start, goal, _ = row.values
    kind = start[:2]
    if kind == "u_":
        return goal[:2] in _SEATS or goal in _OF_USERS
    if kind == "s_":
        return goal == SEATED or _is_grantable(release, goal)
    if kind == "d_":
        return _is_grantable(release, goal)
    return kind == "r_" and goal in release.permissions


def _states(rows: Iterable[Row]) -> dict[str, set[str]]:
    states: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.ptype == "g" and row.values[1:2] and row.values[1] in STATES:
            states[row.values[0]].add(row.values[1])
    return states


def _fits_state(row: Row, states: dict[str, set[str]]) -> bool:
    """INVARIANT: a user's links are those of his one state; of two states, none counts."""
    start, goal = row.values[:2]
    if row.ptype != "g" or not start.startswith("u_"):
        return True
    held = states.get(start, ())
    if len(held) != 1:
        return False
    (state,) = held
    allowed = _LINKS[state]
    return goal == state or goal in allowed or f"{goal[:2]}*" in allowed


def _is_grantable(release: Release, goal: str) -> bool:
    is_preset = goal in release.presets and goal != OWNER_ROLE
    return is_preset or goal.startswith("r_") or goal in release.permissions
