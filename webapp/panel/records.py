"""Finding records of one account, and nobody else's."""

from typing import Any, TypeVar

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from authz import StaleVersionError
from authz.storage import Base
from webapp.tables import User

Record = TypeVar("Record", bound=Base)


def find(session: Session, table: type[Record], account: str, identity: str) -> Record:
    """The record of that account; another company's does not exist: 404."""
    # PostgreSQL refuses a NUL where SQLite finds nothing
    found = None if "\0" in identity else session.get(table, (account, identity))
    if found is None:
        abort(404)
    return found


def fold(*texts: str | None) -> str:
    """What a search looks in: case folded, one line, no NUL for PostgreSQL's sake."""
    joined = " ".join(text for text in texts if text)
    return " ".join(joined.casefold().replace("\0", " ").split())


def matching(query: Select[Any], column: Any, text: str) -> Select[Any]:
    """The rows whose folded column contains the text as typed, wildcards included."""
    wanted = fold(text)
    return query.where(column.contains(wanted, autoescape=True)) if wanted else query


def require_version(record: Any, version: str | int | None) -> None:
    """Refuse to change what somebody else changed since the page was opened.

    Raises:
        StaleVersionError: it did change, or the page did not say what it saw.
    """
    if str(record.version) != str(version):
        raise StaleVersionError("somebody changed it since the page was opened")


def names_of(session: Session, users: set[str]) -> dict[str, str]:
    """The shown names of user ids; who was removed is absent."""
    query = select(User).where(User.id.in_(users))
    return {user.id: user.shown_name for user in session.scalars(query)}
