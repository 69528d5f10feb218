"""Changing who a user is and until when he comes, in the caller's transaction."""

from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy.orm import Session

from authz import StaleVersionError
from webapp.extensions import editor
from webapp.links import end_links
from webapp.people import require_person
from webapp.seating import seat_of, sitting
from webapp.tables import User


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """What the owner may change of a user, under the names that the table has."""

    full_name: str
    email: str
    access_until: date | None
    note: str


def details_of(user: User) -> Details:
    """What stands there now."""
    return Details(
        full_name=user.full_name,
        email=user.email,
        access_until=user.access_until,
        note=user.note,
    )


def differences(one: Details, other: Details) -> list[str]:
    """The names of what is not the same in both."""
    names = (field.name for field in fields(Details))
    return [name for name in names if getattr(one, name) != getattr(other, name)]


def change_details(
    session: Session, user: User, new: Details, version: int, actor: str
) -> None:
    """Write them; an end of access counts in the policy from this commit on.

    Links that went to an address of before end: whoever reads there could enter.

    Raises:
        StaleVersionError: somebody changed the user or the seat since `version`.
        UnfitPersonError: a name or address that can not be stored.
    """
    seat = seat_of(session, user)
    if seat is None or seat.version != version:
        raise StaleVersionError("the user changed in the meantime")
    require_person(user.user_name, new.email, new.full_name)
    changed = differences(details_of(user), new)
    for name in changed:
        setattr(user, name, getattr(new, name))
    seat.version += 1
    session.flush()
    if "email" in changed:
        end_links(user.id)
    if "access_until" in changed:
        editor(seat.account_id, actor).set_state(
            sitting(session, user, seat), "user.end_changed"
        )
