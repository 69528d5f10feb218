"""What is asked of each row by itself, before casbin gets it.

Values are judged once each, not once a row: a column holds few that differ.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from casbin.util import builtin_operators as casbin_operators
from casbin.util import util as casbin_util

from authz.engine.gate.condition_rules import Judge, Verdict, condition_judge
from authz.engine.model import Model
from authz.engine.patterns import FUNCTIONS
from authz.engine.rows import Row, as_casbin, hidden_in
from authz.errors import Fault

#: Beside what does not show or is beyond ASCII: a value that has one is looked at.
_UNUSUAL = (" ", ",", "(", ")", "[", "]")
_NAMES = casbin_operators.KEY_MATCH4_PATTERN
_PATTERNS = re.compile(r"\b(\w+)\([^(),]*,\s*(p\d*_\w+)\s*\)")


class ColumnRule(NamedTuple):
    """What is asked of one column of a type of row."""

    column: int
    judge: Judge


def row_rules(model: Model, ptype: str) -> list[ColumnRule]:
    """What is asked of the columns of a type of row, beside `any_value` of each."""
    names = model.tokens.get(ptype, ())
    text = " ".join(model.matchers.values())
    asked: dict[str, list[Judge]] = {}
    for function, column in _PATTERNS.findall(text):
        if function in FUNCTIONS:
            asked.setdefault(column, []).append(_pattern_judge(function))
    for column in casbin_util.get_eval_value(text):
        asked.setdefault(column, []).append(condition_judge(model, column))
    found = []
    for column, name in enumerate(names):
        judges = [*asked.get(f"{ptype}_{name}", ()), *_JUDGE_OF.get(name, ())]
        is_unread = not re.search(rf"\b{ptype}_{name}\b", text)
        if is_unread and not judges and "eft" not in names:
            judges = [effect_nobody_reads]
        found += [ColumnRule(column, judge) for judge in judges]
    return found


def rows_of_one_type(
    model: Model, ptype: str, rows: Sequence[Row], rules: Sequence[ColumnRule]
) -> Iterator[tuple[Row, Fault]]:
    """What is wrong with rows of a type that the model has."""
    width = model.width(ptype)
    fitting = [row for row in rows if len(row.values) == width]
    if len(fitting) < len(rows):
        for row in rows:
            if len(row.values) != width:
                text = f"`{ptype}` has {width} columns, this row {len(row.values)}"
                text = f"{text}; write {width} values after the type"
                yield row, fault_of(row, "DLG112", text)
    columns = list(zip(*[row.values for row in fitting], strict=True))
    asked = [ColumnRule(n, any_value) for n in range(len(columns))]
    plain = all(map(are_plain, columns))
    for column, judge in [*(() if plain else asked), *(rules if columns else ())]:
        wrong = {v: said for v in set(columns[column]) if (said := judge(v))}
        for row in fitting if wrong else ():
            said = wrong.get(row.values[column])
            if said:
                yield row, fault_of(row, *said)


def wrong_columns(model: Model, row: Row) -> dict[str, int]:
    """Code -> the first column that has it, of a row that is as wide as its type."""
    found: dict[str, int] = {}
    rules = [ColumnRule(n, any_value) for n in range(len(row.values))]
    for column, judge in [*rules, *row_rules(model, row.ptype)]:
        verdict = judge(row.values[column])
        if verdict:
            found.setdefault(verdict[0], column)
    return found


def fault_of(row: Row, code: str, text: str) -> Fault:
    """A fault at the place of a row: file and line, or the row's id in a store."""
    file, _, line = row.place.rpartition(":")
    place = (file, int(line)) if line.isdecimal() and file else (row.place, 0)
    message = f"{text} ({row})"
    return Fault(code=code, message=message, file=place[0], line=place[1])


def are_plain(values: Sequence[str]) -> bool:
    """Whether `any_value` has nothing to say to any of them, told at one look."""
    text = "".join(values)
    is_ascii = text.isascii() and text.isprintable() and "" not in values
    return is_ascii and not any(mark in text for mark in _UNUSUAL)


def any_value(value: str) -> Verdict:
    """What no value may be."""
    if not value or value != value.strip():
        return (
            "DLG113",
            "a value is blank or has blanks around it, and whoever asks with "
            "the same has it; write a name in every column",
        )
    if hidden_in(value):
        return (
            "DLG101",
            f"the value {value!a} has characters that do not show, which "
            "make it another name; write it without them",
        )
    if as_casbin(f"{value},next") != (value, "next"):
        return (
            "DLG118",
            f"the value `{value}` has a comma or bracket that moves the columns "
            "wherever casbin reads rows as text; write a name without",
        )
    return None


def effect(value: str) -> Verdict:
    """Casbin lets a row with any other effect count for nothing."""
    if value in ("allow", "deny"):
        return None
    text = "the effect is neither `allow` nor `deny`, and the row counts for nothing"
    return "DLG114", f"{text}; write one of the two"


def effect_nobody_reads(value: str) -> Verdict:
    """In a model without a column `eft` every row allows."""
    if value.lower() not in ("allow", "deny"):
        return None
    text = (
        f"`{value}` stands in a column that casbin does not look at, every row allows"
    )
    return "DLG128", f"{text}; write `eft` for the name of the column"


def priority(value: str) -> Verdict:
    """Casbin takes digits for a number, and sorts anything else as text."""
    if value.isdecimal():
        return None
    text = f"the priority `{value}` is sorted as text or keeps all rows from loading"
    return "DLG119", f"{text}; write a number from 0 up"


#: By the names that casbin knows a column by.
_JUDGE_OF = {"eft": (effect,), "priority": (priority,)}


def _pattern_judge(function: str) -> Judge:
    if function == "keyMatch":
        return key_pattern
    if function == "ipMatch":
        return network
    return lambda value: pattern(function, value)


def key_pattern(value: str) -> Verdict:
    """`keyMatch` looks at nothing behind the first star."""
    before, star, after = value.partition("*")
    if not star or not after:
        return None
    text = f"keyMatch ends at the first star: `{value}` opens all that `{before}*` does"
    return "DLG125", f"{text}; write `{before}*`, or ask keyMatch2 with `:name`"


def network(value: str) -> Verdict:
    """A deny for a network that casbin can not read never denies."""
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        text = f"`{value}` is no address and no network, and never matches"
        return "DLG126", f"{text}; write one, such as 10.0.0.0/8"
    return None


def pattern(function: str, value: str) -> Verdict:
    """A pattern that raises fails every request that reaches its row."""
    try:
        FUNCTIONS[function]("x", value)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is the pattern's)
        text = f"{function} raises at the pattern `{value}`, {error}"
        return "DLG126", f"{text}; write a pattern that it can read"
    if function == "keyMatch4" and _has_groups(value):
        text = f"keyMatch4 raises at all that fits `{value}`: a group counts for a name"
        new = re.sub(r"(\\.)|\((?!\?)", lambda mark: mark[1] or "(?:", value)
        return "DLG126", f"{text}; write `{new}`"
    return None


def _has_groups(value: str) -> bool:
    """Whether a pattern of keyMatch4 has groups beside those that stand for names."""
    names = _NAMES.findall(value)
    asked = _NAMES.sub("([^/]+)", value.replace("/*", "/.*"))
    return re.compile(f"^{asked}$").groups != len(names)
