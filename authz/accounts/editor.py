"""Editor: every change of policy rows, with its revision and its history entry.

Works on the writer it is given, so rows commit together with the caller's own tables,
and never commits. Each method is one revision. What it writes is legal or refused.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from authz.errors import (
    DelegateOrUserError,
    DelegatesLeftOutError,
    UnknownNameError,
)
from authz.policy import (
    SEATED,
    Contract,
    DatedRow,
    Delegating,
    Edition,
    Release,
    State,
    delegate_rows,
    delegation_rows,
    seat_rows,
    service_rows,
    state_node,
    user_rows,
)
from authz.storage import Change, PolicyWriter


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """A user, what he is, and where he sits until when (None: no end)."""

    user: str
    state: State
    seat: str | None = None
    seat_until: datetime | None = None


class Editor:
    """Changes in one account, by one actor (an id, or `system`)."""

    def __init__(
        self, writer: PolicyWriter, release: Release, account: str, actor: str
    ) -> None:
        self._writer, self._release = writer, release
        self._account, self._actor = account, actor

    def open_account(self, owner: str, contract: Contract, seats: Iterable[str]) -> int:
        """A new account: its owner, what it bought, its empty seats."""
        wanted: dict[str, tuple[DatedRow, ...]] = {
            owner: user_rows(owner, self._account, State.OWNER),
            self._account: service_rows(self._account, contract),
        }
        wanted |= {seat: seat_rows(seat, self._account) for seat in seats}
        return self._replace("account.opened", owner, wanted)

    def set_contract(self, contract: Contract, sittings: Iterable[Sitting] = ()) -> int:
        """What runs until when; seats that are sat in get their new end with it."""
        wanted = {self._account: service_rows(self._account, contract)}
        wanted |= {sitting.user: self._rows_of(sitting) for sitting in sittings}
        return self._replace("services.changed", self._account, wanted)

    def add_seats(self, seats: Sequence[str]) -> int:
        """Seats that a registered payment brought."""
        wanted = {seat: seat_rows(seat, self._account) for seat in seats}
        return self._replace("seats.added", self._account, wanted)

    def create_user(
        self, sitting: Sitting, permissions: Iterable[str], kind: str = "user.created"
    ) -> int:
        """A user and what his seat holds; `kind` is the history's word for it.

        Raises:
            IllegalSetError: the permissions are not a legal set.
        """
        seat = _seat_of(sitting)
        wanted = {
            sitting.user: self._rows_of(sitting),
            seat: self._holding(seat, permissions),
        }
        return self._replace(kind, sitting.user, wanted)

    def set_state(self, sitting: Sitting, kind: str) -> int:
        """Invited, active, temporary, suspended: `kind` is the history's word for it."""
        return self._replace(kind, sitting.user, {sitting.user: self._rows_of(sitting)})

    def set_permissions(
        self, seat: str, permissions: Iterable[str], *, user: str, reason: str = ""
    ) -> int:
        """Put a legal set in place of whatever the seat held, role or permissions.

        Raises:
            IllegalSetError: the permissions are not a legal set.
        """
        wanted = {seat: self._holding(seat, permissions)}
        return self._replace("permissions.changed", user, wanted, reason)

    def remove_user(self, user: str, seat: str) -> int:
        """Revoke at once; the freed seat keeps no grants."""
        wanted = {user: (), seat: seat_rows(seat, self._account)}
        return self._replace("user.deleted", user, wanted)

    def set_delegation(
        self,
        delegating: Delegating,
        permissions: Iterable[str],
        edition: Edition,
        kind: str,
    ) -> int:
        """A delegation that both sides accepted, and what it holds.

        `kind` is the history's word for it. One that is only asked for has no rows: it
        makes nobody a member.

        Raises:
            IllegalSetError: the permissions are not a legal set, or one of them can not
                be delegated or is on a module that the edition lacks.
            DelegateOrUserError: the delegate is a user of the account.
        """
        names = frozenset(permissions)
        self._release.permissions.require_legal(
            names, edition=edition, delegable_only=True
        )
        node = delegating.delegation
        wanted = {
            delegating.user: delegate_rows(delegating, self._account),
            node: delegation_rows(node, self._account, names),
        }
        return self._replace(kind, delegating.user, wanted, delegates=True)

    def revoke_delegation(self, user: str, delegation: str) -> int:
        """Revoke at once; nothing is left of it.

        Raises:
            DelegateOrUserError: there is a user of the account by that id.
        """
        wanted: dict[str, tuple[DatedRow, ...]] = {user: (), delegation: ()}
        return self._replace("delegation.revoked", user, wanted, delegates=True)

    def set_second_factor(self, delegatings: Collection[Delegating]) -> int:
        """The company's second factor, or a delegate's, went on or off.

        Takes every delegate of the account, so that none keeps a link by oversight.

        Raises:
            DelegatesLeftOutError: it does not.
            DelegateOrUserError: one of them is a user of the account.
            UnknownNameError: one of them is no delegate of the account, or no longer.
        """
        wanted = {
            delegating.user: delegate_rows(delegating, self._account)
            for delegating in delegatings
        }
        states = _states(self._writer.rows(self._account))
        delegates = {user for user, state in states.items() if state == State.DELEGATE}
        if left_out := sorted(delegates - wanted.keys()):
            raise DelegatesLeftOutError(left_out)
        # INVARIANT: a switch never makes a delegate of somebody who was not accepted
        if strangers := sorted(wanted.keys() - states.keys()):
            raise UnknownNameError("delegate", strangers[0], "read the delegates anew")
        return self._replace(
            "second_factor.changed", self._account, wanted, delegates=True
        )

    def held(self, node: str) -> frozenset[str]:
        """The permissions a seat or delegation holds, `seated` apart."""
        rows = (dated.row for dated in self._writer.rows(self._account))
        return frozenset(
            row.values[1]
            for row in rows
            if row.ptype == "g" and row.values[0] == node and row.values[1] != SEATED
        )

    def _rows_of(self, sitting: Sitting) -> tuple[DatedRow, ...]:
        return user_rows(
            sitting.user,
            self._account,
            sitting.state,
            seat=sitting.seat,
            seat_until=sitting.seat_until,
        )

    def _holding(self, seat: str, permissions: Iterable[str]) -> tuple[DatedRow, ...]:
        names = frozenset(permissions)
        self._release.permissions.require_legal(names)
        return seat_rows(seat, self._account, names)

    def _replace(
        self,
        kind: str,
        node: str,
        wanted: Mapping[str, Sequence[DatedRow]],
        reason: str = "",
        *,
        delegates: bool = False,
    ) -> int:
        """Put these rows in place of all rows that start at each of the nodes.

        Users among the nodes are delegates, or else none of them is.
        """
        current = [
            dated
            for dated in self._writer.rows(self._account)
            if dated.row.values[0] in wanted
        ]
        _keep_apart(current, delegates=delegates)
        target = [dated for rows in wanted.values() for dated in rows]
        remove = [dated for dated in current if dated not in target]
        add = [dated for dated in target if dated not in current]
        return self._writer.apply(
            Change(
                account=self._account,
                actor=self._actor,
                kind=kind,
                node=node,
                remove=remove,
                add=add,
                before=_words(remove),
                after=_words(add),
                reason=reason,
            )
        )


def _seat_of(sitting: Sitting) -> str:
    if sitting.seat is None:
        raise UnknownNameError("seat", "", "a new user sits in a free seat")
    return sitting.seat


def _states(rows: Iterable[DatedRow]) -> dict[str, State]:
    """What each user of the account is."""
    named = {state_node(state): state for state in State}
    links = (dated.row.values for dated in rows if dated.row.ptype == "g")
    return {user: named[goal] for user, goal, *_ in links if goal in named}


def _keep_apart(rows: Iterable[DatedRow], *, delegates: bool) -> None:
    """INVARIANT: a user never becomes a delegate of his own account, nor the reverse."""
    for user, state in _states(rows).items():
        if (state == State.DELEGATE) != delegates:
            raise DelegateOrUserError(user, state)


def _words(rows: Iterable[DatedRow]) -> tuple[str, ...]:
    return tuple(f"{dated.row.values[0]} {dated.row.values[1]}" for dated in rows)
