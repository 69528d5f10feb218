"""Stored bytes against the space an account bought.

Whatever stores or frees also writes the policy when the space becomes full or is free
again, in the same transaction: from then on changes are refused, or allowed again.
"""

import hashlib
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from authz import AuthzError
from webapp.extensions import editor
from webapp.i18n import number
from webapp.ids import new_id
from webapp.panel.tables import StoredFile
from webapp.seating import sitting
from webapp.tables import Account, Seat, User


class NoSpaceError(AuthzError):
    """The file does not fit; nothing was stored.

    Attributes:
        needed, free: bytes.
    """

    def __init__(self, needed: int, free: int) -> None:
        self.needed, self.free = needed, free
        super().__init__(f"{needed} bytes do not fit in {free}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Depot:
    """Storing and freeing in one account, by one actor, in the current transaction."""

    session: Session
    account: Account
    actor: str

    def store(self, name: str, content: bytes) -> StoredFile:
        """Keep a file.

        Raises:
            NoSpaceError: it does not fit.
        """
        free = self.account.space_bytes - self.account.used_bytes
        if len(content) > free:
            raise NoSpaceError(len(content), max(free, 0))
        file = StoredFile(
            account_id=self.account.id,
            id=new_id("fi"),
            name=name,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
        )
        self.session.add(file)
        self.session.flush()
        self._use(file.size)
        return file

    def free(self, file: StoredFile) -> None:
        """Forget a file."""
        self.session.delete(file)
        self.session.flush()
        self._use(-file.size)

    def _use(self, size: int) -> None:
        was_full = self.account.space_full
        self.account.used_bytes = max(0, self.account.used_bytes + size)
        if self.account.space_full is was_full:
            return
        self.session.flush()
        query = select(Seat, User).join(User, Seat.user_id == User.id)
        seated = self.session.execute(query.where(Seat.account_id == self.account.id))
        editor(self.account.id, self.actor).set_contract(
            self.account.contract(),
            [sitting(self.session, user, seat) for seat, user in seated],
        )


def depot(session: Session, account: str, actor: str) -> Depot:
    """The depot of an account; its row is locked until the transaction ends."""
    row = session.get_one(Account, account, with_for_update=True)
    return Depot(session=session, account=row, actor=actor)


def no_space(error: NoSpaceError) -> str:
    """What people read."""
    return _(
        "The space is not enough: %(needed)s are needed and %(free)s are free. Delete "
        "what you do not need, or ask the owner for more space.",
        needed=shown_bytes(error.needed),
        free=shown_bytes(error.free),
    )


def shown_bytes(size: int) -> str:
    """`0,62 GB`, `1 GB`, `3,15 kB`."""
    for unit, step in (("GB", 1_000_000_000), ("MB", 1_000_000)):
        if size >= step:
            return f"{_short(size / step)} {unit}"
    return f"{_short(size / 1000)} kB"


def _short(amount: float) -> str:
    """With two decimals, or none when they are zero."""
    rounded = round(amount, 2)
    return number(rounded, 0 if rounded == int(rounded) else 2)
