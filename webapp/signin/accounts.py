"""Who may sign in, and what a new password changes; in the caller's transaction."""

from datetime import UTC, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from authz import State
from webapp.extensions import editor
from webapp.identity import OPERATOR, begin_session, end_all_sessions
from webapp.links import end_links
from webapp.passwords import verify
from webapp.seating import seat_of, sitting
from webapp.tables import Account, User

MAY_SIGN_IN = frozenset(
    {State.OWNER, State.ACTIVE, State.TEMPORARY, State.DELEGATE, OPERATOR}
)


def find(session: Session, user_name: str) -> User | None:
    """A user by the name he types: blanks around it and case do not count."""
    return session.scalar(_named(user_name))


def find_locked(session: Session, user_name: str) -> User | None:
    """The same, held until the transaction ends.

    INVARIANT: no session begins on a state or a password that another transaction is
    just taking away: whoever ends sessions writes the user's row first.
    """
    query = _named(user_name).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def matches(user: User | None, password: str) -> bool:
    """Whether the user may enter with it; an unknown user costs the same time."""
    stored = user.password_hash if user and may_enter(user) else None
    if verify(stored, password):
        return True
    stripped = password.strip()
    return stripped != password and verify(stored, stripped)


def set_password(session: Session, user: User, password_hash: str) -> None:
    """Give the user his own password: he becomes active, older sessions end."""
    user.password_hash = password_hash
    user.password_expires_at = None
    end_all_sessions(user.id)
    end_links(user.id)
    if user.account_id and user.state in (State.INVITED, State.TEMPORARY):
        user.state = State.ACTIVE
        seat = seat_of(session, user)
        editor(user.account_id, user.id).set_state(
            sitting(session, user, seat), "user.activated"
        )
    begin_session(user)


def about(session: Session, user: User) -> tuple[str, ...]:
    """What must not stand in the user's password."""
    account = session.get(Account, user.account_id) if user.account_id else None
    company = (account.name, account.vat) if account else ()
    return (user.user_name, user.email, user.full_name, *company)


def may_enter(user: User) -> bool:
    """Whether the user's state lets him sign in now."""
    ended = user.password_expires_at and user.password_expires_at <= datetime.now(UTC)
    return user.state in MAY_SIGN_IN and not ended


def _named(user_name: str) -> Select[User]:
    folded = user_name.replace("\0", "").strip().lower()
    return select(User).where(User.folded_name == folded)
