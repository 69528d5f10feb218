"""What the lane takes: one whole plain request for a decision; all else is gunicorn's.

INVARIANT: two readers agree on every request that is taken. `_HEAD` says what is plain,
in so narrow a form that no server reads it otherwise; the C parser finds the headers
and the end of the body. What gunicorn would refuse, or read differently, is not taken.
A head that was taken once is known by its hash, and not parsed again.
"""

import re
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import NamedTuple

import httptools

from authz.pdp import HEADERS, Kind, is_lone

#: Longer ones are gunicorn's. A batch may be larger than this: then it is Flask's.
MOST_HEAD_BYTES = 8_000
LONGEST_LINE = 128
MOST_FIELDS = 64
MOST_BODY_BYTES = 65_536

_LINE = rb"POST (?:/a/([A-Za-z0-9_]{1,64}))?/access/v1/(evaluations?) HTTP/1\.1\r\n"
_NAME, _TEXT = rb"[A-Za-z0-9-]++", rb"[ -~]*+"
_FIELD = rb"(?:" + _NAME + rb":" + _TEXT + rb"\r\n)"
_HEAD = re.compile(_LINE + _FIELD + rb"{1,64}+\r\n")
#: Whole fields, and the beginning of one more or of the end.
_BEGUN = re.compile(
    _LINE + _FIELD + rb"{0,64}+(?:" + _NAME + rb"(?::" + _TEXT + rb")?)?\r?"
)
_START, _END = b"POST /a", b"\r\n\r\n"
#: Heads recognised without reading them anew; more than these are forgotten together.
_MOST_KNOWN = 1024
_KINDS = {b"evaluation": Kind.EVALUATION, b"evaluations": Kind.EVALUATIONS}
#: These change how a message is framed, what connection it is on, or how long an answer
#: takes: an explanation is looked for in the rows, on a thread.
_NOT_PLAIN = frozenset(
    {
        b"content-encoding",
        b"delega-explain",
        b"expect",
        b"http2-settings",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
#: Several of them may disagree.
_SCHEMES = frozenset(
    {b"x-forwarded-proto", b"x-forwarded-protocol", b"x-forwarded-ssl"}
)
#: Most requests have none of these.
_LOOKED_AT = _NOT_PLAIN | _SCHEMES | {b"connection"}
#: What Flask takes too: it refuses empty and very long labels.
_LABEL = rb"[A-Za-z0-9-]{1,63}"
_HOST = re.compile(
    rb"(?:"
    + _LABEL
    + rb"(?:\."
    + _LABEL
    + rb"){0,7}|\[[0-9a-f]{0,4}:[0-9a-f:]{1,35}\])"
    rb"(?::[1-9][0-9]{0,4})?"
)
_LENGTH = re.compile(rb"0|[1-9][0-9]{0,5}")
_READ = tuple((name.encode(), name) for name in HEADERS)


class Torn(Enum):
    """The rest of a request is still to come."""

    TORN = "torn"


TORN = Torn.TORN


@dataclass(slots=True, eq=False)  # not frozen: that would cost more than reading it
class Head:
    """What stands before a body; the same object as long as the same bytes come.

    Attributes:
        size: its bytes.
        length: the bytes of the body.
        key: where the `Authorization` stands; secrets are not kept.
        headers: those that authz.pdp reads, names in lower case.
        is_lone: whether the answer depends on the body alone, but for its name.
    """

    size: int
    length: int
    kind: Kind
    account: str | None
    key: slice
    headers: dict[str, str]
    is_lone: bool


class Plain(NamedTuple):
    """A request that is taken; what follows `size` bytes is the next request's."""

    size: int
    head: Head
    authorization: bytes
    body: bytes


class _Message:
    """What the parser found."""

    def __init__(self) -> None:
        self.fields: dict[bytes, bytes] = {}
        #: called with each name and text
        self.on_header = self.fields.__setitem__
        self.body, self.ends = b"", 0

    def on_body(self, part: bytes) -> None:
        self.body += part

    def on_message_complete(self) -> None:
        self.ends += 1


class Reader:
    """Reads requests from the beginning of what a client sent; for one thread."""

    def __init__(self) -> None:
        #: Clients that keep a connection send the same head again and again.
        self._known: dict[bytes, Head] = {}

    def read(self, data: bytes) -> Plain | Torn | None:
        """A plain request, `TORN` while it may become one, None: gunicorn's."""
        size = data.find(_END) + 4
        if size < 4:
            return TORN if _may_become_plain(data) else None
        # INVARIANT: the same bytes are the same head, and end at the same place
        digest = sha256(data[:size]).digest()
        head = self._known.get(digest)
        if head is None:
            head = _read_head(data)
            if head is None:
                return None
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[digest] = head
        whole = size + head.length
        if len(data) < whole:
            return TORN
        return Plain(whole, head, data[head.key], data[size:whole])


def _read_head(data: bytes) -> Head | None:
    """The head of a request, of whose body any part may be still to come."""
    plain = _HEAD.match(data)
    if plain is None or plain.end() > MOST_HEAD_BYTES:
        return None
    try:
        return _read(data, plain)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None


def _read(data: bytes, plain: "re.Match[bytes]") -> Head | None:
    found = _Message()
    parser = httptools.HttpRequestParser(found)
    head, size = plain[0], plain.end()
    parser.feed_data(head)
    fields = {name.lower(): text.strip(b" ") for name, text in found.fields.items()}
    length = _body_length(fields)
    # INVARIANT: as many names as lines: none came twice, in whatever letters
    if length is None or len(fields) != head.count(b"\n") - 2:
        return None
    # blanks for what is to come: no byte of a body changes where it ends
    body = data[size : size + length].ljust(length)
    if body:
        parser.feed_data(body)
    # INVARIANT: the parser has seen one message, and it ends where we say
    if found.ends != 1 or found.body != body or not parser.should_keep_alive():
        return None
    return _head(plain, fields, length)


def _head(
    plain: "re.Match[bytes]", fields: dict[bytes, bytes], length: int
) -> Head | None:
    key = fields.get(b"authorization")
    if not key:
        return None
    account, kind = plain[1], _KINDS[plain[2]]
    start = plain[0].index(key)
    headers = {text: fields[name].decode() for name, text in _READ if name in fields}
    return Head(
        plain.end(),
        length,
        kind,
        None if account is None else account.decode(),
        slice(start, start + len(key)),
        headers,
        is_lone(kind, headers),
    )


def _may_become_plain(data: bytes) -> bool:
    """Whether it is the beginning of something plain, as far as can be told now."""
    if len(data) > MOST_HEAD_BYTES:
        return False
    if b"\r\n" in data:
        return _BEGUN.fullmatch(data) is not None
    return data[: len(_START)] == _START[: len(data)] and len(data) < LONGEST_LINE


def _body_length(fields: dict[bytes, bytes]) -> int | None:
    """Of a message whose headers are plain; None: they are not."""
    length, host = fields.get(b"content-length", b""), fields.get(b"host", b"")
    if not (_LENGTH.fullmatch(length) and _HOST.fullmatch(host)):
        return None
    if not (_LOOKED_AT.isdisjoint(fields) or _is_plain(fields)):
        return None
    return int(length) if int(length) <= MOST_BODY_BYTES else None


def _is_plain(fields: dict[bytes, bytes]) -> bool:
    """Whether a message is framed as it seems, and leaves its connection open."""
    kept = fields.get(b"connection", b"keep-alive").lower() == b"keep-alive"
    return kept and _NOT_PLAIN.isdisjoint(fields) and len(fields.keys() & _SCHEMES) < 2
