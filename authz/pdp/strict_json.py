"""JSON that two parsers can not read differently (I-JSON, RFC 7493)."""

import json
import re
from collections import Counter
from typing import Any

from authz.pdp.messages import BadRequestError

MAX_BODY_BYTES = 1_048_576
MAX_DEPTH = 32
MAX_INTEGER = 2**53
#: An escape that may stand for no character: looked into only when there is one.
_ODD = re.compile(rb"\\u(0000|[dD][89a-fA-F])")


def parse(body: bytes) -> dict[str, Any]:
    """Read one JSON object.

    Raises:
        BadRequestError: too big, not UTF-8, a byte order mark, duplicate names, numbers
            that a double can not hold, too deep, or not an object.
    """
    if len(body) > MAX_BODY_BYTES:
        raise BadRequestError(f"the body is larger than {MAX_BODY_BYTES} bytes")
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
        raise BadRequestError(f"the body is deeper than {MAX_DEPTH} levels") from error
    if not isinstance(value, dict):
        raise BadRequestError("the body must be a JSON object")
    if _depth(value) > MAX_DEPTH:
        raise BadRequestError(f"the body is deeper than {MAX_DEPTH} levels")
    if _ODD.search(body):
        _require_text(value)
    return value


def _require_text(value: Any) -> None:
    """Refuse NULs and lone surrogates: escapes that are no text for anybody after us."""
    front = [value]
    while front:
        node = front.pop()
        if isinstance(node, dict):
            front += [*node.keys(), *node.values()]
        elif isinstance(node, list):
            front += node
        elif isinstance(node, str) and any(
            char == "\0" or "\ud800" <= char <= "\udfff" for char in node
        ):
            raise BadRequestError("a string holds a NUL or half a character")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise BadRequestError(f"the name {twice!r} stands twice in one object")
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


def _depth(value: Any) -> int:
    level, front = 0, [value]
    while front:
        level += 1
        front = [
            child
            for node in front
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
    return level
