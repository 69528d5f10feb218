"""Path templates: `/a/{account}/invoices/{id:int}`; no path ever fits two of a mapping.

invoices      itself, upper and lower case as written
{id}          any one segment
{id:int}      digits; {id:uuid} a UUID
{account}     the id of an account
{rest...}     at the end: one segment or more

A literal is ASCII, so that no folding of letters makes two of them one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from authz.pdp.forward.errors import RuleError

_LITERAL = re.compile(r"[A-Za-z0-9._~-]*[A-Za-z0-9_~-]")
_PARAMETER = re.compile(r"\{([a-z][a-z0-9_]*)(?::([a-z]+))?\}")
_REST = re.compile(r"\{[a-z][a-z0-9_]*\.\.\.\}")
ACCOUNT = re.compile(r"a_[a-z2-7]{26}")
_ANYTHING = re.compile(r".+", re.DOTALL)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_KINDS = {"int": re.compile(r"[0-9]{1,18}"), "uuid": _UUID}


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one segment must be: the text itself, or whatever has the shape."""

    literal: str = ""
    name: str = ""
    shape: "re.Pattern[str]" = _ANYTHING

    def fits(self, segment: str) -> bool:
        if self.literal:
            return segment == self.literal
        return self.shape.fullmatch(segment) is not None

    def meets(self, other: "_Piece") -> bool:
        """Whether a server that ignores case could take one segment for both."""
        if self.literal and other.literal:
            return self.literal.casefold() == other.literal.casefold()
        if not self.literal and not other.literal:
            return True
        literal, piece = (self, other) if self.literal else (other, self)
        spellings = (literal.literal, literal.literal.casefold())
        return any(piece.fits(spelling) for spelling in spellings)


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read.

    Attributes:
        text: as it was written.
        pieces: one for each segment, without the rest.
        has_slash: the path ends in a slash.
        has_rest: one segment or more follow.
    """

    text: str
    pieces: tuple[_Piece, ...]
    has_slash: bool
    has_rest: bool

    @property
    def names_account(self) -> bool:
        """Whether the path says which account it is about."""
        return any(piece.name == "account" for piece in self.pieces)

    def match(self, segments: Sequence[str]) -> dict[str, str] | None:
        """The parameters of a path that fits, None for any other."""
        count = len(self.pieces)
        own, more = segments[:count], segments[count:]
        # a path that ends in a slash has an empty last segment
        fits = bool(more and more[0]) if self.has_rest else more == self._end
        if not fits or len(own) < count:
            return None
        pairs = list(zip(self.pieces, own, strict=True))
        if not all(piece.fits(segment) for piece, segment in pairs):
            return None
        return {piece.name: segment for piece, segment in pairs if piece.name}

    @property
    def _end(self) -> tuple[str, ...]:
        return ("",) if self.has_slash else ()

    def overlaps(self, other: "Template") -> bool:
        """Whether some path fits both, for a server that ignores case and last slash."""
        mine, theirs = len(self.pieces), len(other.pieces)
        if not (self.has_rest or other.has_rest) and mine != theirs:
            return False
        if self.has_rest and not other.has_rest and theirs <= mine:
            return False
        if other.has_rest and not self.has_rest and mine <= theirs:
            return False
        pairs = zip(self.pieces, other.pieces, strict=False)
        return all(one.meets(another) for one, another in pairs)


def read_template(text: str) -> Template:
    """Read a template.

    Raises:
        RuleError: says what to write.
    """
    if not text.startswith("/"):
        raise RuleError("a path begins with a slash")
    parts = text[1:].split("/")
    has_rest = _REST.fullmatch(parts[-1]) is not None
    has_slash = parts[-1] == ""
    if has_rest or has_slash:
        parts.pop()
    pieces = tuple(_piece(part) for part in parts)
    names = [piece.name for piece in pieces if piece.name]
    if len(set(names)) != len(names):
        raise RuleError("a name stands twice in the path")
    return Template(text, pieces, has_slash, has_rest)


def _piece(part: str) -> _Piece:
    if _LITERAL.fullmatch(part):
        return _Piece(literal=part)
    if _REST.fullmatch(part):
        raise RuleError(f"`{part}` stands at the end alone")
    found = _PARAMETER.fullmatch(part)
    if not found:
        raise RuleError(
            f"`{part}` is no segment: letters, digits, `-_.~` without a dot at the "
            "end, or a whole `{name}`"
        )
    name, kind = found.groups()
    if name == "account":
        if kind:
            raise RuleError("`{account}` has a shape of its own")
        return _Piece(name=name, shape=ACCOUNT)
    if kind and kind not in _KINDS:
        raise RuleError(f"`{part}`: there are {{{name}:int}} and {{{name}:uuid}}")
    return _Piece(name=name, shape=_KINDS[kind] if kind else _ANYTHING)
