"""One-time links: a random token in the address, only its hash in the database."""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from authz import State
from webapp.extensions import db
from webapp.identity import OPERATOR, hash_of
from webapp.tables import OneTimeLink, User

ACTIVATION = "activation"
RESET = "reset"
_STATES = {
    ACTIVATION: (State.INVITED, State.OWNER, OPERATOR),
    RESET: (State.ACTIVE, State.OWNER, OPERATOR),
}
LASTS = {ACTIVATION: timedelta(hours=72), RESET: timedelta(minutes=15)}


def make_link(user: User, purpose: str) -> str:
    """A new token for the user; older ones of the same purpose end. Not committed."""
    end_links(user.id, purpose)
    token = secrets.token_urlsafe(24)
    db.session.add(
        OneTimeLink(
            token_hash=hash_of(token),
            user_id=user.id,
            purpose=purpose,
            expires_at=datetime.now(UTC) + LASTS[purpose],
        )
    )
    return token


def end_links(user_id: str, purpose: str | None = None) -> None:
    """Make a user's open links useless. Not committed."""
    statement = update(OneTimeLink).where(
        OneTimeLink.user_id == user_id, OneTimeLink.used_at.is_(None)
    )
    if purpose is not None:
        statement = statement.where(OneTimeLink.purpose == purpose)
    db.session.execute(statement.values(used_at=datetime.now(UTC)))


def user_of(token: str, purpose: str) -> User | None:
    """Whose link it is; None when it was used, ended, never was, or he may not enter."""
    return db.session.scalar(
        select(User)
        .join(OneTimeLink, OneTimeLink.user_id == User.id)
        .where(
            OneTimeLink.token_hash == hash_of(token),
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > datetime.now(UTC),
            User.state.in_(_STATES[purpose]),
        )
    )
