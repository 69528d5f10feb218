"""Operators: who runs Delega. Made and removed on the command line alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from authz import UnknownNameError
from webapp.identity import OPERATOR, end_all_sessions
from webapp.ids import new_id
from webapp.links import end_links
from webapp.people import require_person
from webapp.tables import User

REMOVED = "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewOperator:
    """Who it is; the password comes with the activation link."""

    user_name: str
    email: str
    full_name: str = ""


def create_operator(session: Session, new: NewOperator) -> User:
    """A row and no policy: whatever account is asked about, casbin refuses.

    Raises:
        UnfitPersonError: a name or e-mail that can not be.
    """
    require_person(new.user_name, new.email, new.full_name)
    user = User(
        id=new_id("o"),
        account_id=None,
        user_name=new.user_name,
        folded_name=new.user_name.lower(),
        full_name=new.full_name,
        email=new.email,
        state=OPERATOR,
        created_at=datetime.now(UTC),
    )
    session.add(user)
    session.flush()
    return user


def operators(session: Session) -> Sequence[User]:
    """Those there are, by user name."""
    query = select(User).where(User.state == OPERATOR).order_by(User.folded_name)
    return session.scalars(query).all()


def remove_operator(session: Session, name: str) -> User:
    """Out at once, by id or user name; the row stays, as the history names it.

    Raises:
        UnknownNameError: there is no such operator.
    """
    named = or_(User.id == name, User.folded_name == name.lower())
    user = session.scalar(select(User).where(User.state == OPERATOR, named))
    if user is None:
        raise UnknownNameError("operator", name, "see `delega operators list`")
    user.state, user.removed_at = REMOVED, datetime.now(UTC)
    user.password_hash = ""
    end_all_sessions(user.id)
    end_links(user.id)
    return user
