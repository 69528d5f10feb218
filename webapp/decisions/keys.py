"""Keys of other services: `dlg_live_<id>_<secret><check>`, shown once, kept as a hash."""

import base64
import hashlib
import hmac
import re
import secrets
import zlib
from dataclasses import dataclass, field

_KEY = re.compile(r"dlg_live_([a-z2-7]{26})_([A-Za-z0-9]{43,64})([0-9a-f]{8})")
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is shown once.

    Attributes:
        id: the credential's id without its prefix.
        secret: 256 random bits in letters and digits.
    """

    id: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """What the service sends as its bearer token."""
        body = f"dlg_live_{self.id}_{self.secret}"
        return f"{body}{_check(body)}"

    @property
    def secret_hash(self) -> bytes:
        """SHA-256: enough for a secret of 256 bits."""
        return hashlib.sha256(self.secret.encode()).digest()


def new_key(identity: str) -> Key:
    """A fresh secret for a credential id."""
    raw = int.from_bytes(secrets.token_bytes(_SECRET_BYTES), "big")
    text = base64.b32encode(raw.to_bytes(_SECRET_BYTES, "big")).decode().rstrip("=")
    return Key(identity, text.lower())


def read_key(text: str) -> Key | None:
    """The key in a bearer token, None when it is no key of ours or mistyped."""
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    identity, secret, check = match.groups()
    expected = _check(f"dlg_live_{identity}_{secret}")
    return Key(identity, secret) if hmac.compare_digest(check, expected) else None


def _check(body: str) -> str:
    """Lets a secret scanner tell a real key from a lookalike without asking us."""
    return f"{zlib.crc32(body.encode()):08x}"
