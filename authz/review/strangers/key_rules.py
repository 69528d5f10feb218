"""Key patterns that are wider or narrower than they look: keyMatch2 to keyMatch5."""

from collections.abc import Iterator
from dataclasses import replace

from authz.engine import Row
from authz.review.strangers.key_marks import (
    Mark,
    escaped,
    grouped,
    live_marks,
    long_names,
)
from authz.review.strangers.reading import Doubt, Reading
from authz.review.strangers.value_rules import with_value

#: What a mark does in a regular expression.
_DOES = {
    ".": "lets a dot stand for any character",
    "+": "lets what stands before the + come once or more, and no + itself",
    "?": "lets what stands before the ? be missing",
    "|": "takes what stands before the | without an end: all that begins so matches",
    "^": "asks for the beginning there, and never matches",
    "$": "asks for the end there, and never matches",
}


def key_doubts(
    reading: Reading, row: Row, column: int, function: str
) -> Iterator[Doubt]:
    """At most one for a pattern."""
    value = row.values[column]
    for name, short in long_names(function, value):
        yield _long(reading, row, column, (function, name, short))
        return
    marks = live_marks(function, value)
    if marks:
        says = (
            f"`{marks[0].text}` in `{value}` is part of a regular expression to "
            f"{function}",
            _DOES[marks[0].text],
            escaped(function, value, marks),
        )
        meant = reading.with_(row, with_value(row, column, says[2]))
        doubt = reading.doubt("DLG331", row, says, meant)
        yield replace(doubt, near=with_value(row, column, _near(value, marks)))


def _near(value: str, marks: list[Mark]) -> str:
    """What the pattern matches and does not look like."""
    if marks[0].text == "|":
        return value.partition("|")[0] + "x"
    for mark in reversed(marks):
        letter = "x" if mark.text == "." else ""
        missing = 1 if mark.text == "?" else 0
        value = value[: mark.at - missing] + letter + value[mark.at + 1 :]
    return value


def _long(
    reading: Reading, row: Row, column: int, found: tuple[str, str, str]
) -> Doubt:
    function, name, short = found
    value = row.values[column]
    before, _, after = value.partition(name)
    new = f"{before}{short}{after}"
    says = (
        f"`{name}` in `{value}` is one name to {function}",
        f"lets anything but a slash stand for all of it: `{before}x{after}` is matched",
        grouped(function, new) if "|" in name else new,
    )
    meant = reading.with_(row, with_value(row, column, says[2]))
    doubt = reading.doubt("DLG331", row, says, meant)
    return replace(doubt, near=with_value(row, column, f"{before}x{after}"))
