"""Where a search goes on: a token that nobody but us can make or change.

It is good for one caller, one question and one history of revisions; it carries the
revision of its page, so that the next page is never older.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

import msgspec

from authz.pdp.errors import BadRequestError

_TAG_BYTES = 16
#: A position is cut so that a token is never longer than a string may be.
_POSITION = 64


class Place(msgspec.Struct, frozen=True, array_like=True):
    """What a token says.

    Attributes:
        after: the sort key of the last candidate that was done with.
        limit: results to a page.
        revision: of the page before.
    """

    after: str
    limit: int
    revision: int


def sort_key(name: str) -> str:
    """A short text that orders names, and differs when they do."""
    if len(name) <= _POSITION:
        return name
    return name[:_POSITION] + hashlib.sha256(name.encode()).hexdigest()


class PageTokens:
    """Makes and reads them, by the first of its keys; older keys are still read."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def write(self, place: Place, bound_to: bytes) -> str:
        """The token of a place in the answer to `bound_to`."""
        said = msgspec.msgpack.encode(place)
        tag = _tag(self._keys[0], said, bound_to)
        return _text(tag + said)

    def read(self, token: str, bound_to: bytes) -> Place:
        """The place.

        Raises:
            BadRequestError: not a token of ours, or one for another question or caller.
        """
        raw = _raw(token)
        tag, said = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        for key in self._keys:
            if hmac.compare_digest(tag, _tag(key, said, bound_to)):
                return msgspec.msgpack.decode(said, type=Place)
        raise BadRequestError(
            "`page.token` is not for this request; begin again without it"
        )


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(token: str) -> bytes:
    """What a token holds; nothing when it is written in any other way than ours."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return b""
    return raw if _text(raw) == token else b""


def _tag(key: bytes, said: bytes, bound_to: bytes) -> bytes:
    # INVARIANT: two parts of a known length each, so that none can borrow from the other
    parts = hashlib.sha256(said).digest() + hashlib.sha256(bound_to).digest()
    return hmac.digest(key, b"page token" + parts, "sha256")[:_TAG_BYTES]
