"""Editor: every change of policy rows, with its revision and its history entry.

Works on the writer it is given, so rows commit together with the caller's own tables,
and never commits. Each method is one revision. What it writes is legal or refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from authz.errors import UnknownNameError
from authz.policy import (
    SEATED,
    Contract,
    DatedRow,
    Release,
    State,
    seat_rows,
    service_rows,
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

    def create_user(self, sitting: Sitting, permissions: Iterable[str]) -> int:
        """A user and what his seat holds.

        Raises:
            IllegalSetError: the permissions are not a legal set.
        """
        seat = _seat_of(sitting)
        wanted = {
            sitting.user: self._rows_of(sitting),
            seat: self._holding(seat, permissions),
        }
        return self._replace("user.created", sitting.user, wanted)

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

    def held(self, seat: str) -> frozenset[str]:
        """The permissions a seat holds by its own links, `seated` apart."""
        rows = (dated.row for dated in self._writer.rows(self._account))
        return frozenset(
            row.values[1]
            for row in rows
            if row.ptype == "g" and row.values[0] == seat and row.values[1] != SEATED
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
    ) -> int:
        """Put these rows in place of all rows that start at each of the nodes."""
        current = [
            dated
            for dated in self._writer.rows(self._account)
            if dated.row.values[0] in wanted
        ]
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


def _words(rows: Iterable[DatedRow]) -> tuple[str, ...]:
    return tuple(f"{dated.row.values[0]} {dated.row.values[1]}" for dated in rows)
