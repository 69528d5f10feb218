"""A form that is sent twice, by a double click or a reload, makes one user.

The form carries a random word. The user's id, and what lets him in the first time, are
derived with the application's key from it and from who is to be made: the second time
the same user is found, and the same page can be shown, without a secret having been kept
anywhere. Sent again for somebody else it makes another user.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app

#: How long after the first time the second one shows the password or the link again.
SHOWN_AGAIN = timedelta(minutes=15)
_ID_LENGTH = 26


def new_word() -> str:
    """For a form that is opened."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Once:
    """What follows from one form of one person in one account.

    Attributes:
        whom: what was typed of the new user, and how the first sign-in goes.
    """

    account: str
    actor: str
    word: str
    whom: tuple[str, ...]

    @property
    def user(self) -> str:
        """The id of the user that this form makes: as random as any other."""
        letters = base64.b32encode(self._derive("user")).decode("ascii").lower()
        return "u_" + letters[:_ID_LENGTH]

    @property
    def password(self) -> bytes:
        """What a temporary password is made of."""
        return self._derive("password")

    @property
    def link(self) -> str:
        """The word of the activation link."""
        return base64.urlsafe_b64encode(self._derive("link")[:24]).decode()

    def _derive(self, purpose: str) -> bytes:
        key = f"delega.team.once\0{current_app.secret_key!s}".encode()
        facts = "\0".join((purpose, self.account, self.actor, self.word, *self.whom))
        return hmac.digest(key, facts.encode(), hashlib.sha256)
