"""Suspending, removing and letting in again: each revokes or restores at once.

Every function works in the caller's transaction, begun with
`begin_write(account, policy=True)`.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from authz import StaleVersionError, State
from webapp.extensions import editor, enforcer
from webapp.identity import end_all_sessions
from webapp.links import end_links
from webapp.seating import free_seats, seat_of, sitting
from webapp.tables import Account, Seat, User
from webapp.team.users import (
    TEMPORARY_LASTS,
    NoFreeSeatError,
    preset_of,
)

#: What `User.state` says of somebody who was removed; no link of the policy has it.
REMOVED = "removed"
UNDO_LASTS = timedelta(days=30)


def suspend(session: Session, user: User, actor: str) -> int:
    """No session, no permission; seat, name and what was made stay."""
    _require(user, State.ACTIVE, State.TEMPORARY, State.INVITED)
    user.state = State.SUSPENDED
    end_all_sessions(user.id)
    end_links(user.id)
    return _write_state(session, user, actor, "user.suspended")


def reactivate(session: Session, user: User, actor: str) -> int:
    """As before the suspension; who had no password of his own needs a new way in."""
    _require(user, State.SUSPENDED)
    has_own = user.password_hash and user.password_expires_at is None
    user.state = State.ACTIVE if has_own else State.INVITED
    return _write_state(session, user, actor, "user.reactivated")


def give_temporary(session: Session, user: User, password_hash: str, actor: str) -> int:
    """A new temporary password in place of whatever there was."""
    _require(user, State.ACTIVE, State.TEMPORARY, State.INVITED)
    user.state = State.TEMPORARY
    user.password_hash = password_hash
    user.password_expires_at = datetime.now(UTC) + TEMPORARY_LASTS
    end_all_sessions(user.id)
    end_links(user.id)
    return _write_state(session, user, actor, "user.password_reset")


def remove(session: Session, user: User, actor: str) -> int:
    """Revoke at once and free the seat, which keeps no grants; undone for 30 days."""
    _require(user, State.ACTIVE, State.TEMPORARY, State.INVITED, State.SUSPENDED)
    seat = seat_of(session, user)
    if seat is None:
        raise StaleVersionError("the user sits nowhere")
    writer = editor(seat.account_id, actor)
    user.held_before = " ".join(sorted(writer.held(seat.id)))
    user.state, user.removed_at = REMOVED, datetime.now(UTC)
    seat.user_id, seat.preset = None, ""
    seat.version += 1
    end_all_sessions(user.id)
    end_links(user.id)
    session.flush()
    return writer.remove_user(user.id, seat.id)


def restore(session: Session, user: User, actor: str) -> int:
    """Everything as it was, in any free seat.

    Raises:
        NoFreeSeatError: the way on is buying one.
        StaleVersionError: it is too late, or he is not removed.
    """
    if user.state != REMOVED or not can_be_restored(user):
        raise StaleVersionError("the removal can no longer be undone")
    account = session.get_one(Account, user.account_id)
    free = free_seats(session, account)
    if not free:
        raise NoFreeSeatError("no free seat; add seats first")
    permissions = (user.held_before or "").split()
    has_own = user.password_hash and user.password_expires_at is None
    user.state = State.ACTIVE if has_own else State.INVITED
    user.removed_at, user.held_before = None, None
    seat: Seat = free[0]
    seat.user_id = user.id
    seat.preset = preset_of(enforcer().release(), account, permissions)
    seat.version += 1
    session.flush()
    return editor(account.id, actor).create_user(
        sitting(session, user, seat), permissions, "user.restored"
    )


def require_invited(user: User) -> None:
    """A link is for who has not started yet.

    Raises:
        StaleVersionError: he has, meanwhile.
    """
    _require(user, State.INVITED)


def can_be_restored(user: User) -> bool:
    """Whether the 30 days of a removal still run."""
    return user.removed_at is not None and (
        datetime.now(UTC) < user.removed_at + UNDO_LASTS
    )


def _require(user: User, *states: State) -> None:
    if user.state not in states:
        raise StaleVersionError(f"the user is {user.state} meanwhile")


def _write_state(session: Session, user: User, actor: str, kind: str) -> int:
    session.flush()
    seat = seat_of(session, user)
    return editor(str(user.account_id), actor).set_state(
        sitting(session, user, seat), kind
    )
