"""The rows that each fact about people and seats stands for (design, section 4).

Ids are made by us and typed by their prefix, so nodes of different kinds never collide:
`a_` account, `u_` user, `s_` seat, `d_` delegation, `r_` an owner's role.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from authz.engine import Row
from authz.policy.dated import DatedRow

OWNER_ROLE = "role.owner"
SEATED = "seated"
SELF_PASSWORD = "self.password"  # noqa: S105  (a node name)
SELF_SECOND_FACTOR = "self.second_factor"

#: Nodes that no owner can ever grant: they come with a state, a seat or the owner.
NEVER_GRANTED = frozenset({"owner", SEATED, SELF_PASSWORD, SELF_SECOND_FACTOR})


class State(StrEnum):
    """What a user is; each user of an account has one link to `state.<value>`."""

    OWNER = "owner"
    ACTIVE = "active"
    INVITED = "invited"
    TEMPORARY = "temporary"
    SUSPENDED = "suspended"
    DELEGATE = "delegate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delegating:
    """A delegate and his delegation in an account, accepted and not revoked.

    Attributes:
        needs_second_factor: whether the company has its second factor on.
        has_second_factor: whether the delegate has his own on.
    """

    user: str
    delegation: str
    needs_second_factor: bool
    has_second_factor: bool

    @property
    def counts(self) -> bool:
        """INVARIANT: while the company's second factor is on, so is the delegate's."""
        return self.has_second_factor or not self.needs_second_factor


def link(start: str, goal: str, account: str) -> Row:
    """One `g` row."""
    return Row("g", (start, goal, account))


def state_node(state: State) -> str:
    """The node a user of that state links to; no p row and no role may name it."""
    return f"state.{state.value}"


def user_rows(
    user: str,
    account: str,
    state: State,
    *,
    seat: str | None = None,
    seat_until: datetime | None = None,
) -> tuple[DatedRow, ...]:
    """All rows that start at a user.

    A seat counts for an active user alone; it ends at `seat_until`, which is what was
    paid (None: no end). A suspended or invited user keeps his seat in the seat table,
    not here.
    """
    rows = [DatedRow(link(user, state_node(state), account))]
    if state is State.OWNER:
        rows.append(DatedRow(link(user, OWNER_ROLE, account)))
    if state in (State.ACTIVE, State.TEMPORARY):
        rows.append(DatedRow(link(user, SELF_PASSWORD, account)))
    if state is State.ACTIVE:
        rows.append(DatedRow(link(user, SELF_SECOND_FACTOR, account)))
        if seat:
            rows.append(DatedRow(link(user, seat, account), None, seat_until))
    return tuple(rows)


def seat_rows(
    seat: str, account: str, holds: Iterable[str] = ()
) -> tuple[DatedRow, ...]:
    """All rows that start at a seat: `seated`, then a role or permissions."""
    names = (SEATED, *sorted(set(holds)))
    return tuple(DatedRow(link(seat, name, account)) for name in names)


def role_rows(role: str, account: str, holds: Iterable[str]) -> tuple[DatedRow, ...]:
    """All rows that start at a role of the owner's own."""
    return tuple(DatedRow(link(role, name, account)) for name in sorted(set(holds)))


def delegate_rows(delegating: Delegating, account: str) -> tuple[DatedRow, ...]:
    """All rows that start at a delegate: the link only while the delegation counts."""
    rows = user_rows(delegating.user, account, State.DELEGATE)
    if not delegating.counts:
        return rows
    return (*rows, DatedRow(link(delegating.user, delegating.delegation, account)))


def delegation_rows(
    delegation: str, account: str, holds: Iterable[str]
) -> tuple[DatedRow, ...]:
    """All rows that start at a delegation: never `seated`, which keeps it from banks."""
    return tuple(
        DatedRow(link(delegation, name, account)) for name in sorted(set(holds))
    )
