"""Policy rows as values, and the strict reading and writing of `policy.csv`.

casbin splits lines on commas outside parentheses, keeps quotes as characters, drops
unknown types and swallows comments into values. Here a line either means what a reader
thinks or is a fault with its line number.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from typing_extensions import override

from authz.errors import Fault, RowsError

#: Python prints these, and nobody sees them: Unicode's Default_Ignorable_Code_Point
#: and three blanks that are no spaces.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\ufff0-\ufff8\U0001d159\U000e0000-\U000e0fff]"
)
_QUOTES = ('"', "'")
_TYPE = re.compile(r"[pg]\d*")
_MARKS = re.compile(r"[,\[\]()]")


@dataclass(frozen=True, slots=True)
class Row:
    """One policy row.

    Attributes:
        ptype: `p`, `g`, `g2` …
        values: the columns, in the model's order.
        place: where it came from (`grants.csv:12`, `row 88`); not part of equality.
    """

    ptype: str
    values: tuple[str, ...]
    place: str = ""

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Row):
            return NotImplemented
        return (self.ptype, self.values) == (other.ptype, other.values)

    @override
    def __hash__(self) -> int:
        return hash((self.ptype, self.values))

    @override
    def __str__(self) -> str:
        return ", ".join((self.ptype, *self.values))


class Changed(NamedTuple):
    """What differs between rows and those of the same domain before.

    Attributes:
        starts: every name at which a row begins that came or went.
        rows: all rows that begin there now, in their order.
    """

    starts: frozenset[str]
    rows: Sequence[Row]


def read_policy_csv(text: str, file: str = "policy.csv") -> tuple[Row, ...]:
    """Read rows from casbin's csv form; blank lines and lines starting `#` are skipped.

    Raises:
        RowsError: a line that casbin would read otherwise than it looks.
    """
    rows: list[Row] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip(" \t\r")
        problem = _problem(stripped)
        if problem:
            code, message = problem
            faults.append(
                Fault(code=code, message=f"the line {message}", file=file, line=number)
            )
        elif stripped and not stripped.startswith("#"):
            ptype, *values = _columns(stripped)
            rows.append(Row(ptype, tuple(values), f"{file}:{number}"))
    if faults:
        raise RowsError(faults)
    return tuple(rows)


def _problem(line: str) -> tuple[str, str] | None:
    """Code and words for what a reader or casbin takes otherwise than it looks."""
    if line.startswith("\ufeff"):
        return "DLG320", "starts with a byte order mark; save the file without"
    hidden = hidden_in(line.replace("\t", " "))
    if hidden:
        shown = " ".join(map(ascii, hidden))
        return "DLG101", f"has {shown}, which do not show; write it without"
    return _problem_of_row(line) if line and not line.startswith("#") else None


def _problem_of_row(line: str) -> tuple[str, str] | None:
    columns = _columns(line)
    if "#" in line:
        text = "has a `#`, which casbin takes for part of a value"
        return "DLG323", f"{text}; write comments on lines of their own"
    read = as_casbin(f"{line},next")
    if read is None:
        text = "closes a bracket that was not opened, or has no type before its comma"
        return "DLG326", f"{text}: casbin loads no row at all; mend it"
    if read != (*columns, "next"):
        text = (
            "has a comma or bracket inside a value, at which casbin parts it otherwise"
        )
        return "DLG322", f"{text}; close each bracket, and write no comma within"
    if any(value.startswith(_QUOTES) for value in columns):
        text = "has quotes around a value, which casbin takes for part of it"
        return "DLG321", f"{text}; write it without"
    if len(columns) < 2:
        return "DLG112", "has no columns after its type; write them or take it out"
    return None


def _columns(line: str) -> list[str]:
    return [part.strip() for part in line.split(",")]


def hidden_in(text: str) -> list[str]:
    """Characters that do not show, by which one name looks like another."""
    hidden = {char for char in text if not char.isprintable()}
    return sorted(hidden.union(_INVISIBLE.findall(text)))


def as_casbin(line: str) -> tuple[str, ...] | None:
    """Split as casbin does: on commas outside brackets, any of which closes any other.

    None where it can not: then no row of the file is loaded.
    """
    depth, start, found = 0, 0, []
    for mark in _MARKS.finditer(line):
        if mark[0] in "([":
            depth += 1
        elif mark[0] in ")]":
            depth -= 1
            if depth < 0:
                return None
        elif depth == 0:
            found.append(line[start : mark.start()].strip())
            start = mark.end()
    found.append(line[start:].strip())
    return tuple(found) if found[0] else None


def write_policy_csv(rows: Iterable[Row]) -> str:
    """Write rows so that stock casbin reads exactly them.

    Raises:
        RowsError: a value that the csv form can not carry.
    """
    lines = []
    for row in rows:
        bad = [value for value in row.values if not _survives(value)]
        if bad:
            text = f"the value {bad[0]!r} can not be written as csv"
            raise RowsError([Fault(code="DLG102", message=text, file=row.place)])
        if not (_TYPE.fullmatch(row.ptype) and row.values):
            text = f"a row of type {row.ptype!r} and {len(row.values)} values is no row"
            raise RowsError([Fault(code="DLG102", message=text, file=row.place)])
        lines.append(str(row))
    return "\n".join(lines) + "\n" if lines else ""


def _survives(value: str) -> bool:
    """Whether a value is read as it was written, in whichever column it stands."""
    is_clean = bool(value) and not hidden_in(value) and value == value.strip()
    return is_clean and _problem_of_row(f"p,{value},next") is None and "," not in value
