"""One-time links: a random token in the address, only its hash in the database."""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select, update

from authz import State
from webapp.extensions import db
from webapp.identity import OPERATOR, hash_of
from webapp.tables import Mail, OneTimeLink, User

ACTIVATION = "activation"
RESET = "reset"
_STATES = {
    ACTIVATION: (State.INVITED, State.OWNER, OPERATOR),
    RESET: (State.ACTIVE, State.OWNER, OPERATOR),
}
LASTS = {ACTIVATION: timedelta(hours=72), RESET: timedelta(minutes=15)}
#: What stands before the token in an address; nothing else in a mail looks so.
PATHS = {ACTIVATION: "/activate/", RESET: "/reset/"}
#: Why a mail whose link ended did not go.
ENDED = "link ended"


def make_link(user: User, purpose: str, token: str = "") -> str:
    """A new token for the user; older ones of the same purpose end. Not committed.

    `token`: one that nobody can guess, where it must be known again; else it is random.
    """
    end_links(user.id, purpose)
    token = token or secrets.token_urlsafe(24)
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
    """Make a user's open links useless, and keep their mails back. Not committed."""
    purposes = LASTS if purpose is None else (purpose,)
    links = update(OneTimeLink).where(
        OneTimeLink.user_id == user_id,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.purpose.in_(purposes),
    )
    db.session.execute(links.values(used_at=datetime.now(UTC)))
    mails = update(Mail).where(
        Mail.user_id == user_id,
        Mail.sent_at.is_(None),
        or_(*(Mail.body.contains(PATHS[name]) for name in purposes)),
    )
    facts = {
        "body": "",
        "failed_at": datetime.now(UTC),
        "failure": f"{ENDED}: not sent",
    }
    db.session.execute(mails.values(facts))


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
