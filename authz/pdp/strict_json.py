"""JSON that two parsers can not read differently (I-JSON, RFC 7493)."""

import json
import re
from collections import Counter
from typing import Any

from authz.pdp.errors import BadRequestError, LimitError
from authz.pdp.limits import MAX_BODY_BYTES, MAX_DEPTH, MAX_STRING_BYTES

MAX_INTEGER = 2**53
_SHOWN = 60
#: What is no text for anybody after us; only an escape can have written it.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def require_size(body: bytes, most: int) -> None:
    """Refuse what is too large before anything of it is read."""
    if len(body) > most:
        raise too_large(most)


def too_large(most: int) -> LimitError:
    """What a body of more than `most` bytes is told; it need not have been read."""
    limit = "body_bytes" if most == MAX_BODY_BYTES else "batch_body_bytes"
    return LimitError(limit, f"the body is larger than {most} bytes")


def parse(body: bytes, most: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """Read one JSON object.

    Raises:
        BadRequestError: too big, not UTF-8, a byte order mark, duplicate names, numbers
            that a double can not hold, too deep, or not an object.
    """
    require_size(body, most)
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadRequestError(f"the body is not JSON: {error}") from error
    except RecursionError as error:
        raise _too_deep() from error
    if not isinstance(value, dict):
        raise BadRequestError("the body must be a JSON object")
    _require_limits(value)
    return value


def _require_limits(value: dict[str, Any]) -> None:
    level = 0
    front: list[Any] = [value]
    while front:
        level += 1
        if level > MAX_DEPTH:
            raise _too_deep()
        inside = [child for node in front for child in _members(node)]
        for child in inside:
            if isinstance(child, str):
                _require_text(child)
        front = [child for child in inside if isinstance(child, dict | list)]


def _members(node: Any) -> list[Any]:
    return [*node, *node.values()] if isinstance(node, dict) else node


def _require_text(text: str) -> None:
    if _NO_TEXT.search(text):
        raise BadRequestError("a string holds a NUL or half a character")
    if len(text.encode()) > MAX_STRING_BYTES:
        raise LimitError(
            "string_bytes", f"a string is longer than {MAX_STRING_BYTES} bytes"
        )


def _too_deep() -> LimitError:
    return LimitError("depth", f"the body is deeper than {MAX_DEPTH} levels")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise BadRequestError(f"the name {twice[:_SHOWN]!r} stands twice in one object")
    return value


def _no_constant(text: str) -> None:
    raise BadRequestError(f"{text} is not a JSON number")


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise BadRequestError("an integer is larger than 2^53")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise BadRequestError("a number is larger than a double can hold")
    return value
