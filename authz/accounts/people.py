"""Who is in an account, and the facts about each that reasons name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from authz.accounts.reasons import Facts
from authz.engine import Changed, Row
from authz.policy import AccountPolicy, DatedRow, State, state_node

_STATES = {state_node(state): state for state in State}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class People:
    """The users of an account at the instant of its policy.

    Attributes:
        states: each user -> what he is.
        sitting: who has a seat or delegation, whatever its dates.
        delegated: who has a delegation that counts now.
        running: services that run.
        sold: services the account has or had rows for, whatever their dates.
    """

    states: dict[str, State]
    sitting: frozenset[str]
    delegated: frozenset[str]
    running: frozenset[str]
    sold: frozenset[str]

    def facts(self, user: str, *, is_seated: bool) -> Facts:
        """Of one of them; whether he is seated, the evaluator says."""
        return Facts(
            state=self.states[user],
            is_seated=is_seated,
            sits=user in self.sitting,
            has_delegation=user in self.delegated,
            running=self.running,
            sold=self.sold,
        )


def people_of(own: Sequence[Row], dated: Sequence[DatedRow]) -> People:
    """Those of the rows in force; the others say who had a seat, and what was sold."""
    # also those that break the rules, which are cut to what is known of them
    rows = [item.row for item in dated if len(item.row.values) > 1]
    return People(
        states=_states(own),
        sitting=_linked(rows, "s_", "d_"),
        delegated=_linked(own, "d_"),
        running=_services(own),
        sold=_services(rows),
    )


def people_after(
    before: People,
    policy: AccountPolicy,
    changed: Changed,
    dated: Sequence[DatedRow],
) -> People:
    """Those of a policy, made of those before and of what differs.

    Args:
        before: of the policy before.
        policy: the one now.
        changed: what differs of its rows in force.
        dated: the same of all its rows.
    """
    starts, now = changed.starts, people_of(changed.rows, dated)
    others = {u: s for u, s in before.states.items() if u not in starts}
    return People(
        states=others | now.states,
        sitting=before.sitting - starts | now.sitting,
        delegated=before.delegated - starts | now.delegated,
        running=_services(policy.own),
        sold=_services([item.row for item in policy.dated]),  # INVARIANT: whole
    )


def _states(rows: Iterable[Row]) -> dict[str, State]:
    return {
        row.values[0]: _STATES[row.values[1]]
        for row in rows
        if row.ptype == "g" and row.values[1] in _STATES
    }


def _services(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset([row.values[1] for row in rows if row.ptype == "g2"])


def _linked(rows: Iterable[Row], *kinds: str) -> frozenset[str]:
    """Where a link begins to something of these kinds."""
    return frozenset(
        [
            row.values[0]
            for row in rows
            if row.ptype == "g" and row.values[1][:2] in kinds
        ]
    )
