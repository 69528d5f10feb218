"""The signature of a webhook: who sent these bytes, and when.

`Delega-Signature: t=<unix seconds>,v1=<hex>` where `hex` is the HMAC-SHA256 of the
text `<t>.` and the body's bytes. Several `v1` let a sender change its secret.
"""

import hmac
import re
from collections.abc import Sequence

from authz import AuthzError

HEADER = "Delega-Signature"
TOLERANCE_SECONDS = 300
_LONGEST = 1_000
_TIME = re.compile(r"[0-9]{1,12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class SignatureError(AuthzError):
    """Not sent by who knows a secret, or not now; says which, never the secret."""


def require_signature(
    header: str, body: bytes, secrets: Sequence[str], *, now: float
) -> None:
    """Refuse bytes that nobody signed; the body is not read otherwise.

    Raises:
        SignatureError: the header is malformed, too old, too new, or not ours.
    """
    time, digests = _parts(header)
    if abs(now - int(time)) > TOLERANCE_SECONDS:
        raise SignatureError("the signature's time is not now; sign each delivery anew")
    expected = [sign(secret, time, body) for secret in secrets]
    # no early end: how long it takes tells nothing of the digests
    matches = [hmac.compare_digest(a, b) for a in expected for b in digests]
    if not any(matches):
        raise SignatureError("the signature is not made with our secret")


def sign(secret: str, time: str, body: bytes) -> str:
    """The hex digest that stands after `v1=`."""
    return hmac.digest(secret.encode(), time.encode() + b"." + body, "sha256").hex()


def _parts(header: str) -> tuple[str, list[str]]:
    """Its one time and its digests; other names are for versions to come."""
    if not header or len(header) > _LONGEST:
        raise SignatureError(f"send `{HEADER}: t=<unix seconds>,v1=<hex>`")
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    digests = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not _TIME.fullmatch(times[0]):
        raise SignatureError("the signature needs one `t`, in unix seconds")
    if not digests or not all(_DIGEST.fullmatch(digest) for digest in digests):
        raise SignatureError("the signature needs `v1` with 64 lowercase hex digits")
    return times[0], digests
