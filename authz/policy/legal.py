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
#: what any user may link to, beside seats and delegations
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
    """

    release: Release
    account: str
    own: tuple[Row, ...]
    valid_until: datetime | None
    dropped: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All of them in casbin's order, written out anew each time."""
        return (*release_rows(self.release, self.account), *self.own)


def policy_at(
    release: Release, account: str, dated: Sequence[DatedRow], instant: datetime
) -> AccountPolicy:
    """The rows in force for the account at that instant (UTC)."""
    now = [item.row for item in dated if item.in_force(instant)]
    kept, dropped = _legal(release, account, dict.fromkeys(now))
    edges = (item.next_change(instant) for item in dated)
    return AccountPolicy(
        release=release,
        account=account,
        own=kept,
        valid_until=min((edge for edge in edges if edge), default=None),
        dropped=dropped,
    )


def release_rows(release: Release, account: str) -> tuple[Row, ...]:
    """Grants and presets as the account sees them: its own name in place of `*`."""
    return tuple(
        Row(row.ptype, (*row.values[:-1], account), row.place)
        if row.ptype == "g" and row.values[-1] == EVERY_ACCOUNT
        else row
        for row in release.rows
    )


def _legal(
    release: Release, account: str, rows: Iterable[Row]
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    kept: list[Row] = []
    dropped: list[Row] = []
    sets: dict[str, dict[str, Row]] = defaultdict(dict)
    rows = tuple(rows)
    states = _states(rows)
    for row in rows:
        known = _of_a_known_kind(release, account, row)
        if not known or not _fits_state(row, states):
            dropped.append(row)
        elif row.ptype == "g" and row.values[1] in release.permissions:
            sets[row.values[0]][row.values[1]] = row
        else:
            kept.append(row)
    for node, held in sets.items():
        legal = release.permissions.largest_legal(
            held, delegable_only=node.startswith("d_")
        )
        kept += [row for name, row in held.items() if name in legal]
        dropped += [row for name, row in held.items() if name not in legal]
    return tuple(kept), tuple(dropped)


def _of_a_known_kind(release: Release, account: str, row: Row) -> bool:
    if row.ptype == "g2":
        return len(row.values) == 2 and row.values[0] == account
    if row.ptype != "g" or len(row.values) != 3 or row.values[2] != account:
        return False
    start, goal, _ = row.values
    match start[:2]:
        case "u_":
            return goal in _OF_USERS or goal.startswith(("s_", "d_"))
        case "s_":
            return goal == SEATED or _is_grantable(release, goal)
        case "d_":
            return _is_grantable(release, goal)
        case "r_":
            return goal in release.permissions
    return False


def _states(rows: Iterable[Row]) -> dict[str, set[str]]:
    states: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.ptype == "g" and row.values[1] in STATES:
            states[row.values[0]].add(row.values[1])
    return states


def _fits_state(row: Row, states: dict[str, set[str]]) -> bool:
    """INVARIANT: a user's links are those of his one state; of two states, none counts."""
    start, goal = row.values[:2]
    if row.ptype != "g" or not start.startswith("u_"):
        return True
    held = states.get(start, set())
    if len(held) != 1:
        return False
    (state,) = held
    allowed = _LINKS[state]
    return goal == state or goal in allowed or f"{goal[:2]}*" in allowed


def _is_grantable(release: Release, goal: str) -> bool:
    is_preset = goal in release.presets and goal != OWNER_ROLE
    return is_preset or goal.startswith("r_") or goal in release.permissions
