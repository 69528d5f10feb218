"""Who is asking: sessions as rows, read on the decision path's connection.

Flask-Login carries an opaque secret in the signed cookie; its hash names the row. A
session ends for every worker the moment its row says so.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from flask import Response, current_app, g, session
from flask_login import current_user, login_user, logout_user
from sqlalchemy import Row, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from authz import NotReadyError, State
from webapp.extensions import begin_write, db, login_manager, reading
from webapp.tables import SignInSession, User

SEEN_EVERY = timedelta(minutes=1)
#: `User.state` of who runs Delega: no member of any account, so casbin refuses him all.
OPERATOR = "operator"
_MAY_GO_ON = (State.OWNER, State.ACTIVE, State.TEMPORARY, State.DELEGATE, OPERATOR)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """The signed-in user, as Flask-Login wants him.

    Attributes:
        state: a `State`, or OPERATOR.
        secret: the cookie's value, which names the session row by its hash.
        confirmed_at: when the password was last typed in this session.
    """

    id: str
    account_id: str | None
    name: str
    user_name: str
    state: str
    language: str
    secret: str
    seen_at: datetime
    confirmed_at: datetime

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What Flask-Login keeps: the session's secret, never the user's id."""
        return self.secret


def hash_of(secret: str) -> str:
    """The row name of a session or one-time secret of at least 128 bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def person() -> Person:
    """The signed-in user; only where the guard let one in."""
    return cast(Person, current_user._get_current_object())


@login_manager.user_loader  # type: ignore[untyped-decorator,unused-ignore]
def load(secret: str) -> Person | None:
    """The user behind a cookie, None when the session or the user may not go on."""
    found = _find(secret)
    if found is None:
        return None
    now = datetime.now(UTC)
    idle = current_app.config["DELEGA"].session_idle
    if found.expires_at <= now or found.seen_at + idle <= now:
        return None
    if found.state not in _MAY_GO_ON:
        return None
    return Person(
        id=found.id,
        account_id=found.account_id,
        name=found.full_name or found.user_name,
        user_name=found.user_name,
        state=found.state,
        language=found.language,
        secret=secret,
        seen_at=found.seen_at,
        confirmed_at=found.confirmed_at or found.created_at,
    )


def _find(secret: str) -> Row | None:  # type: ignore[type-arg]
    query = (
        select(
            User.id, User.account_id, User.full_name, User.user_name, User.state,
            User.language, SignInSession.created_at, SignInSession.expires_at,
            SignInSession.seen_at, SignInSession.confirmed_at,
        )
        .join(SignInSession, SignInSession.user_id == User.id)
        .where(SignInSession.id_hash == hash_of(secret))
        .where(SignInSession.ended_at.is_(None))
    )  # fmt: skip
    try:
        with reading() as connection:
            return connection.execute(query).one_or_none()
    except SQLAlchemyError as error:
        raise NotReadyError(f"sessions can not be read: {error}") from error


def begin_session(user: User) -> None:
    """Sign a user in, in the current transaction; a new secret each time."""
    now = datetime.now(UTC)
    secret = secrets.token_urlsafe(32)
    db.session.add(
        SignInSession(
            id_hash=hash_of(secret),
            user_id=user.id,
            created_at=now,
            seen_at=now,
            confirmed_at=now,
            expires_at=now + current_app.config["DELEGA"].session_absolute,
        )
    )
    user.last_access_at = now
    session.clear()
    login_user(
        Person(
            id=user.id,
            account_id=user.account_id,
            name=user.shown_name,
            user_name=user.user_name,
            state=user.state,
            language=user.language,
            secret=secret,
            seen_at=now,
            confirmed_at=now,
        )
    )


def confirm_session() -> None:
    """Note that the password was typed again here, in the current transaction."""
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.id_hash == hash_of(person().secret))
        .values(confirmed_at=datetime.now(UTC))
    )


def session_is_open() -> bool:
    """Whether this browser's session still runs, as the current transaction sees it."""
    query = select(SignInSession.id_hash).where(
        SignInSession.id_hash == hash_of(person().secret),
        SignInSession.ended_at.is_(None),
    )
    return db.session.scalar(query) is not None


def end_session() -> None:
    """Sign the current browser out, in a transaction of its own."""
    secret = person().secret
    begin_write()
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.id_hash == hash_of(secret))
        .values(ended_at=datetime.now(UTC))
    )
    db.session.commit()
    logout_user()
    session.clear()


def end_all_sessions(user_id: str, *, but: str | None = None) -> None:
    """Sign a user out everywhere, or everywhere `but` where that secret is.

    In the current transaction.
    """
    statement = update(SignInSession).where(
        SignInSession.user_id == user_id, SignInSession.ended_at.is_(None)
    )
    if but is not None:
        statement = statement.where(SignInSession.id_hash != hash_of(but))
    db.session.execute(statement.values(ended_at=datetime.now(UTC)))


def open_sessions(
    session: Session, who: Person
) -> list[tuple[datetime, datetime, bool]]:
    """(begun, last seen, whether it is this one) of each live session, newest first."""
    now = datetime.now(UTC)
    idle = current_app.config["DELEGA"].session_idle
    query = (
        select(SignInSession)
        .where(SignInSession.user_id == who.id, SignInSession.ended_at.is_(None))
        .where(SignInSession.expires_at > now, SignInSession.seen_at > now - idle)
        .order_by(SignInSession.seen_at.desc())
    )
    here = hash_of(who.secret)
    return [
        (found.created_at, found.seen_at, found.id_hash == here)
        for found in session.scalars(query)
    ]


def note_access(response: Response) -> Response:
    """Remember that the session lives; at most once a minute, in its own transaction."""
    now = datetime.now(UTC)
    if not _is_person() or person().seen_at + SEEN_EVERY > now:
        return response
    try:
        _write_access(now)
    except OperationalError:  # the page is right without it
        db.session.rollback()
    return response


def _write_access(now: datetime) -> None:
    g.pop("ask_again", None)  # the page is done
    begin_write()
    # the user before his sessions, as everywhere: writers never deadlock
    db.session.execute(
        update(User).where(User.id == person().id).values(last_access_at=now)
    )
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.id_hash == hash_of(person().secret))
        .values(seen_at=now)
    )
    db.session.commit()


def _is_person() -> bool:
    """Whether this request was somebody's; asks nothing new of the database."""
    return g.get("_login_user") is not None and current_user.is_authenticated
