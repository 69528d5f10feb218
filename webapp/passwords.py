"""Passwords: hashing, what is accepted, and what is offered.

NIST SP 800-63B (final): 15 characters where it is the only factor, no composition
rules, nothing common, nothing that names the person.
"""

import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask_babel import gettext as _
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

SHORTEST = 15
LONGEST_BYTES = 1_024
STRENGTH = 3
_WORDS = Path(__file__).with_name("wordlists")
_TEMPORARY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher()
#: hashing takes 64 MiB and a core: a burst of sign-ins must leave pages alive
_slots = BoundedSemaphore(2)


@cache
def _nobody() -> str:
    """A hash that no password gives, so that unknown names cost the same time."""
    return _hasher.hash(secrets.token_hex(32))


def normal(password: str) -> str:
    """One form for what keyboards write in several (NFC)."""
    return unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    """Argon2id, salted."""
    with _slots:
        return _hasher.hash(normal(password))


def verify(stored: str | None, password: str) -> bool:
    """Whether it is the password; as slow for an unknown user (None) as for a known."""
    if len(password.encode()) > LONGEST_BYTES:
        password = ""
    with _slots:
        try:
            matches = _hasher.verify(stored or _nobody(), normal(password))
        except (VerifyMismatchError, InvalidHashError):
            return False
    return bool(matches) and stored is not None and stored != ""


def complaints(password: str, about: Iterable[str] = ()) -> list[str]:
    """What is wrong with a new password, for the person who types it; [] is good.

    `about`: user name, e-mail, company: none of them may stand in it.
    """
    if len(password.encode()) > LONGEST_BYTES:
        return [_("The password is too long.")]
    if len(password) < SHORTEST:
        return [_("Use at least %(num)d characters.", num=SHORTEST)]
    low = password.lower()
    if low in _common() or len(set(low)) < 5:
        return [_("This password is too common: others would guess it.")]
    hints = [part for text in about for part in _parts(text)]
    if any(part in low for part in hints):
        return [_("The password must not contain your name, e-mail or company.")]
    if zxcvbn(password[:72], user_inputs=hints)["score"] < STRENGTH:
        return [_("This password is too easy to guess: add another word.")]
    return []


def suggestion() -> str:
    """Four random Italian words: easy to keep in mind, hard to guess."""
    return "-".join(secrets.choice(_italian()) for _ in range(4))


def temporary(source: bytes | None = None) -> str:
    """A temporary password: 16 characters, 79 bits, nothing easily confused.

    `source`: 32 secret bytes, which give the same one each time; else it is random.
    """
    number = int.from_bytes(source or secrets.token_bytes(32))
    letters = ""
    for _place in range(16):
        number, place = divmod(number, len(_TEMPORARY_ALPHABET))
        letters += _TEMPORARY_ALPHABET[place]
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


@cache
def _common() -> frozenset[str]:
    own = (_WORDS / "common_passwords.txt").read_text(encoding="utf-8").split()
    return frozenset(own) | frozenset(FREQUENCY_LISTS["passwords"])


@cache
def _italian() -> tuple[str, ...]:
    return tuple((_WORDS / "italian_words.txt").read_text(encoding="utf-8").split())


def _parts(text: str) -> list[str]:
    split = "".join(char if char.isalnum() else " " for char in text.lower()).split()
    return [part for part in split if len(part) >= 4]
