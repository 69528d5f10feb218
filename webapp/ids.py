"""Opaque ids, typed by their prefix and made by us alone."""

import secrets

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_LENGTH = 26


def new_id(prefix: str) -> str:
    """`u_` and 26 random base32 characters (130 bits); prefixes are in authz.policy."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
