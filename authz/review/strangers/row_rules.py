"""What the load gate refuses, told to somebody who runs casbin without it."""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from authz.engine import Row, nobody_row, row_faults
from authz.errors import Fault
from authz.review.strangers.finding import Finding
from authz.review.strangers.reading import Doubt, Reading
from authz.review.strangers.value_rules import value_doubt

#: What others put between values.
_APART = re.compile(r"[;|\t ]")
#: chains are longer here, and priorities told apart: see order_rules
_NOT_OURS = frozenset({"DLG116", "DLG119"})


def row_doubts(reading: Reading, skip: set[int]) -> Iterator[Doubt]:
    """The gate's faults, but for lines of which another rule knows the cause."""
    faults = row_faults(reading.model, reading.all_rows)
    rows = {_line(row): row for row in reading.all_rows}
    seen: set[str] = set()
    for fault in sorted(faults, key=lambda fault: fault.code, reverse=True):
        row = rows.get(fault.line)
        if row is None:
            yield _no_policy(reading, fault)
        elif fault.code not in _NOT_OURS and _line(row) not in skip:
            if fault.code == "DLG113" and row.place in seen:
                continue  # the blank is the effect, which has a finding of its own
            seen.add(row.place)
            rule = _RULES.get(fault.code)
            yield rule(reading, row) if rule else value_doubt(reading, row, fault)


def _no_policy(reading: Reading, fault: Fault) -> Doubt:
    ptype = fault.message.split()[1]
    finding = Finding(
        code="DLG110",
        file=reading.file,
        line=0,
        wrong=f"there is no {ptype} row at all",
        casbin="asks the matcher once with every column blank, and allows what is true",
        instead=f"a row that nobody meets: {nobody_row(reading.model, ptype)}",
    )
    return Doubt(finding=finding)


def _unknown_type(reading: Reading, row: Row) -> Doubt:
    new = _of_known_type(reading, row)
    or_new = (
        "" if _APART.search(row.ptype) else f", or define `{row.ptype}` in the model"
    )
    says = (
        f"the model has no type `{row.ptype}`",
        "drops the row without a word: a deny so lost allows",
        f"{new}{or_new}" if new else _how(reading, row),
    )
    return reading.doubt("DLG111", row, says, reading.with_(row, new))


def _of_known_type(reading: Reading, row: Row) -> Row | None:
    """The row as it was meant, None if none of the model's types is that wide."""
    known = _types(reading)
    tried = [_split(row, _APART), _split(row, re.compile("[;|\t]"))]
    if not _APART.search(row.ptype):
        near = get_close_matches(row.ptype.lower(), known, n=1, cutoff=0.3)
        tried = [Row((near or ["p"])[0], row.values, row.place)]
    for one in tried:
        if one.ptype in known and reading.is_sound(one):
            return one
    return None


def _split(row: Row, separator: re.Pattern[str]) -> Row:
    """The row with its type, where commas were forgotten, taken apart."""
    parts = [part.strip() for part in separator.split(row.ptype) if part.strip()]
    ptype, *values = parts or [""]
    return Row(ptype, (*values, *row.values), row.place)


def _types(reading: Reading) -> list[str]:
    model = reading.model
    return [key for key in (*model.tokens, *model.links) if key[0] != "r"]


def _how(reading: Reading, row: Row) -> str:
    if _APART.search(row.ptype):
        return "commas between the type and each of the values"
    widths = [f"{key} with {reading.model.width(key)}" for key in _types(reading)]
    return f"a row of a type that the model has, {', '.join(widths)} values"


def _width(reading: Reading, row: Row) -> Doubt:
    width = reading.model.width(row.ptype) or 0
    has = len(row.values)
    if row.ptype[0] == "p":
        casbin = "raises `invalid policy size` on every request that reaches the row"
    elif has < width:
        casbin = "can not load any row at all"
    else:
        casbin = f"cuts the row to {width} columns: the link holds whatever they said"
    says = (
        f"`{row.ptype}` has {width} columns, this row {has}",
        casbin,
        _wide(reading, row) or f"a row of {width} columns after its type",
    )
    return reading.doubt("DLG112", row, says, reading.with_(row, None))


def _wide(reading: Reading, row: Row) -> str:
    """What to write where the model is at fault and not the row."""
    links = f"{row.ptype} = _, _"
    of_link = [t for t in reading.model.traps if f"`{links}` has none" in t.wrong]
    return f"{links}, _ in the model" if of_link and len(row.values) == 3 else ""


def _blank(reading: Reading, row: Row) -> Doubt:
    says = (
        "a value is blank",
        "takes the blank for a name: whoever asks with a blank has it",
        "a name in every column",
    )
    return reading.doubt("DLG113", row, says, reading.with_(row, None))


def _effect(reading: Reading, row: Row) -> Doubt:
    column = reading.model.tokens[row.ptype].index("eft")
    written = row.values[column]
    near = get_close_matches(written.lower(), ("allow", "deny"), n=1, cutoff=0.3)
    values = (*row.values[:column], (near or ["deny"])[0], *row.values[column + 1 :])
    new = Row(row.ptype, values, row.place)
    says = (
        f"the effect `{written}` is neither `allow` nor `deny`",
        "lets the row count for nothing: a deny so written allows",
        str(new),
    )
    return reading.doubt("DLG114", row, says, reading.with_(row, new))


def _twice(reading: Reading, row: Row) -> Doubt:
    first = next(other for other in reading.all_rows if other == row)
    says = (
        f"the same row stands at line {_line(first)}",
        "takes away one when told to remove it: the other is back at the next load",
        "the row once",
    )
    none = tuple(other for other in reading.rows if other != row)
    none = none if any(r.ptype == "p" for r in none) else (*none, reading.nobody)
    return reading.doubt("DLG115", row, says, none, before="after removing it once, ")


_RULES: dict[str, Callable[[Reading, Row], Doubt]] = {
    "DLG111": _unknown_type,
    "DLG112": _width,
    "DLG113": _blank,
    "DLG114": _effect,
    "DLG115": _twice,
}


def _line(row: Row) -> int:
    return int(row.place.rpartition(":")[2])
