"""Additional users: creating them and changing what they may do.

Every function works in the caller's transaction, begun with `begin_write()`, and reads
again what it relies on: seats are counted and versions compared under the lock.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from authz import AuthzError, Release, StaleVersionError, State
from webapp.extensions import editor, enforcer
from webapp.ids import new_id
from webapp.people import require_person
from webapp.seating import free_seats, sitting
from webapp.tables import Account, Seat, User
from webapp.team.modules import permissions_in_view

TEMPORARY_LASTS = timedelta(hours=72)


class NameTakenError(AuthzError):
    """The user name is not available."""


class NoFreeSeatError(AuthzError):
    """Every seat is taken: the way on is the cart, not an error page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewUser:
    """What the owner typed.

    Attributes:
        language: of the mail and of the first pages, `it` or `en`.
        password_hash: of a generated temporary password; "" sends an activation link.
        access_until: the last day he is let in, None without end.
        id: where the form says it; else it is random.
    """

    user_name: str
    full_name: str
    email: str
    permissions: frozenset[str]
    password_hash: str = ""
    language: str = "it"
    note: str = ""
    access_until: date | None = None
    id: str = ""


def create_user(session: Session, account: Account, new: NewUser, actor: str) -> User:
    """A user in a free seat, with what the seat may do.

    Raises:
        NoFreeSeatError, NameTakenError, IllegalSetError: nothing was written.
    """
    require_person(new.user_name, new.email, new.full_name)
    release = enforcer().release()
    release.permissions.require_legal(new.permissions, edition=account.edition)
    seat = free_seats(session, account)[:1]
    if not seat:
        raise NoFreeSeatError("no free seat; add seats first")
    if is_taken(session, new.user_name):
        raise NameTakenError("the user name is not available")
    user = _user(account, new)
    session.add(user)
    session.flush()
    seat[0].user_id = user.id
    seat[0].preset = preset_of(release, account, new.permissions)
    seat[0].version += 1
    session.flush()
    editor(account.id, actor).create_user(
        sitting(session, user, seat[0]), new.permissions
    )
    return user


def change_permissions(
    session: Session, seat: Seat, permissions: Collection[str], version: int, actor: str
) -> int:
    """Put a set of permissions in place of the seat's; answers the revision.

    Raises:
        StaleVersionError: somebody changed the seat since `version`.
        IllegalSetError: the set is not legal for the account.
    """
    if seat.version != version or seat.user_id is None:
        raise StaleVersionError("the user's permissions changed in the meantime")
    release = enforcer().release()
    account = session.get_one(Account, seat.account_id)
    release.permissions.require_legal(permissions, edition=account.edition)
    seat.version += 1
    seat.preset = preset_of(release, account, permissions)
    return editor(seat.account_id, actor).set_permissions(
        seat.id, permissions, user=seat.user_id
    )


def is_taken(session: Session, user_name: str) -> bool:
    """Whether anybody, in any account, has that name."""
    folded = user_name.lower()
    return session.scalar(select(User.id).where(User.folded_name == folded)) is not None


def preset_of(release: Release, account: Account, permissions: Collection[str]) -> str:
    """The preset that is this set in what the account has in view, "" when none is."""
    shown = {permission.name for permission in permissions_in_view(release, account)}
    wanted = shown.intersection(permissions)
    return next(
        (n for n, p in release.presets.items() if wanted == p.permissions & shown), ""
    )


def _user(account: Account, new: NewUser) -> User:
    now = datetime.now(UTC)
    temporary = bool(new.password_hash)
    return User(
        id=new.id or new_id("u"),
        account_id=account.id,
        user_name=new.user_name,
        folded_name=new.user_name.lower(),
        full_name=new.full_name,
        email=new.email,
        language=new.language,
        note=new.note,
        access_until=new.access_until,
        state=State.TEMPORARY if temporary else State.INVITED,
        password_hash=new.password_hash,
        password_expires_at=now + TEMPORARY_LASTS if temporary else None,
        created_at=now,
    )
