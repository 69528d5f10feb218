"""The lines of a policy.csv twice: as casbin splits them, and as they look."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass

from authz.engine import as_casbin


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it was found.

    Attributes:
        number: 1-based line, or the id of the row of a table.
        text: as written.
        meant: the columns a reader sees: quotes and spaces taken off.
        read: the columns casbin sees, None if it can not load at all.
    """

    number: int
    text: str
    meant: tuple[str, ...]
    read: tuple[str, ...] | None


def read_lines(text: str) -> tuple[Line, ...]:
    """A policy.csv; blank lines and comments are nothing."""
    found = []
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if line and not line.startswith("#"):
            found.append(Line(number, line, _as_it_looks(line), as_casbin(line)))
    return tuple(found)


def table_lines(rows: Iterable[tuple[int, tuple[str | None, ...]]]) -> tuple[Line, ...]:
    """The rows of a `casbin_rule` table: id, then ptype and v0 to v5.

    The adapters for it end a row at its first NULL, join what is left with commas, and
    let casbin split that text again.
    """
    found = []
    for number, columns in rows:
        kept = list(columns)
        while kept and kept[-1] is None:
            kept.pop()
        joined = columns[: columns.index(None)] if None in columns else columns
        text = ", ".join(str(value) for value in joined)
        meant = tuple("" if value is None else value for value in kept)
        found.append(Line(number, text, meant, as_casbin(text.strip())))
    return tuple(found)


def _as_it_looks(line: str) -> tuple[str, ...]:
    columns = next(csv.reader([line.lstrip("\ufeff")], skipinitialspace=True))
    return tuple(column.strip() for column in columns)
