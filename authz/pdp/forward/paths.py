"""A request target that every server reads alike; any other is refused.

INVARIANT: a path is taken only when it is its own canonical form, and when no decoding,
splitting or folding that a lenient server may do makes other segments of it.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus, unquote_to_bytes

from authz.pdp.forward.errors import ShapeError

MAX_TARGET_BYTES = 8_192
MAX_PATH_BYTES = 2_048
MAX_SEGMENTS = 64

#: RFC 3986's pchar without `;`, whose parameters some servers cut off.
_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,=:@/-]|%[0-9A-Fa-f]{2})*")
#: RFC 3986's query, and what browsers do not encode in one.
_QUERY = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?\[\]{}|^-]|%[0-9A-Fa-f]{2})*")
_TRIPLET = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
#: Never inside a segment, however they are written: they end one, or begin another thing.
_NEVER = frozenset("/\\%;?#")
#: Read as a slash by some; NFKC leaves them alone.
_SLASH_ALIKE = frozenset("⁄∕⧸∖⧵⧹")
#: Query parameters by which some frameworks take another method than the request's.
_OVERRIDES = frozenset(
    {"_method", "x_http_method", "x_http_method_override", "x_method_override"}
)


@dataclass(frozen=True, slots=True)
class Target:
    """A path in canonical form.

    Attributes:
        path: as it was sent.
        segments: decoded; the last is empty when the path ends in a slash.
    """

    path: str
    segments: tuple[str, ...]


def read_target(text: str) -> Target:
    """Read the path and query of a request line, or of a header that repeats it.

    The query takes no part in any decision, and is refused when it is malformed.

    Raises:
        ShapeError: `bad_path` or `bad_query`.
    """
    if len(text) > MAX_TARGET_BYTES:
        raise _bad_path(f"path and query are longer than {MAX_TARGET_BYTES} bytes")
    path, _, query = text.partition("?")
    _require_query(query)
    return Target(path, _segments(path))


def canonical_form(path: str) -> str:
    """The one spelling of a path: RFC 3986 section 6.2.2, and slashes merged."""
    while (again := _normalised(path)) != path:
        path = again
    return path


def _segments(path: str) -> tuple[str, ...]:
    if not path.startswith("/"):
        raise _bad_path("the path must begin with a slash")
    if len(path) > MAX_PATH_BYTES:
        raise _bad_path(f"the path is longer than {MAX_PATH_BYTES} bytes")
    if not _PATH.fullmatch(path):
        raise _bad_path("the path holds a character that stands in none")
    if _normalised(path) != path:
        raise _bad_path("the path is not in its canonical form")
    segments = tuple(_decoded(part) for part in path[1:].split("/"))
    if len(segments) > MAX_SEGMENTS:
        raise _bad_path(f"the path has more than {MAX_SEGMENTS} segments")
    return segments


def _normalised(path: str) -> str:
    """One pass; a path that it leaves alone is canonical."""
    path = _TRIPLET.sub(_triplet, path)
    kept: list[str] = []
    *parents, last = path.split("/")
    for segment in parents:
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    if last in (".", ".."):
        if last == "..":
            del kept[-1:]
        last = ""
    return "/".join(["", *kept, last])


def _triplet(found: "re.Match[str]") -> str:
    plain = unquote(found[0], "latin-1")
    return plain if _UNRESERVED.fullmatch(plain) else found[0].upper()


def _decoded(part: str) -> str:
    try:
        segment = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad_path("a segment of the path is not UTF-8") from error
    if not (_NEVER | _SLASH_ALIKE).isdisjoint(segment):
        raise _bad_path("a segment holds an encoded `/`, `\\`, `%`, `;`, `?` or `#`")
    if not segment.isprintable():
        raise _bad_path("a segment holds a character that is not shown")
    if unicodedata.normalize("NFKC", segment) != segment:
        raise _bad_path("a segment holds a character that has a plainer form")
    if segment != segment.strip() or segment.endswith("."):
        raise _bad_path("a segment ends in a dot, or begins or ends in a blank")
    return segment


def _require_query(query: str) -> None:
    if not _QUERY.fullmatch(query):
        raise _bad_query("the query holds a character that stands in none")
    try:
        text = unquote_to_bytes(query).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad_query("the query is not UTF-8") from error
    if "\0" in text:
        raise _bad_query("the query holds a NUL")
    names = (_plain_name(part) for part in re.split("[&;]", query))
    if not _OVERRIDES.isdisjoint(names):
        raise _bad_query("the query asks for another method")


def _plain_name(parameter: str) -> str:
    """The parameter's name, as frameworks that fold names read it."""
    name = unquote_plus(parameter.partition("=")[0]).strip().casefold()
    return re.sub(r"[^a-z]+", "_", name)


def _bad_path(message: str) -> ShapeError:
    return ShapeError("bad_path", message)


def _bad_query(message: str) -> ShapeError:
    return ShapeError("bad_query", message)
