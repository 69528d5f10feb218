"""Undo of the last change of permissions: what was before, signed, in the browser.

INVARIANT: it works on the version that the change left, so that it never takes away
what somebody did afterwards; and for the seat and user it was made for alone.
"""

from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from webapp.tables import Seat, User

_SALT = "delega.team.undo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """The set of permissions to put back, and the version it was replaced with."""

    before: frozenset[str]
    version: int


def undo_token(user: User, seat: Seat, before: frozenset[str]) -> str:
    """For the seat as it is now; nobody else can make one."""
    facts = [user.account_id, user.id, seat.id, seat.version, sorted(before)]
    return _serializer().dumps(facts)


def read_undo(token: str, user: User, seat: Seat) -> Undo | None:
    """What a token says of this user in this seat; None for any other."""
    try:
        account, who, where, version, before = _serializer().loads(token)
    except BadData:
        return None
    if (account, who, where) != (user.account_id, user.id, seat.id):
        return None
    return Undo(before=frozenset(before), version=version)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=_SALT)
