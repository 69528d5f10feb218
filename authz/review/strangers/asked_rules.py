"""What a matcher asks of values, and answers more widely or narrowly than it looks.

The load gate lets these pass: somebody may mean just what casbin makes of them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from authz.engine import Row
from authz.review.strangers.finding import Finding
from authz.review.strangers.reading import Doubt, Reading
from authz.review.strangers.value_rules import with_value

_PATTERN = re.compile(r"\b(keyMatch[2-5]|regexMatch)\([^(),]*,\s*(p\d*)_(\w+)\s*\)")
_PART = re.compile(r"\br\d*_\w+ in (p\d*)_(\w+)\b")
_ATTRIBUTE = re.compile(r"\br\d*_\w+\.(\w+)\b(?!\()")
#: Beside what the key functions are about, these live on as in any regular expression.
_LIVE = re.compile(r"[.+?^$|]")
_SHADOWED = frozenset(name for name in dir(dict) if not name.startswith("_"))


def asked_doubts(reading: Reading) -> Iterator[Doubt]:
    """Patterns, parts of texts, stars in domains, names of attributes."""
    for text in reading.model.matchers.values():
        for function, ptype, name in _PATTERN.findall(text):
            for row, column in _cells(reading, ptype, name):
                judge = _regex if function == "regexMatch" else _key
                yield from judge(reading, row, column, function)
        for ptype, name in _PART.findall(text):
            yield from _part(reading, ptype, name)
    yield from _domains(reading)
    yield from _attributes(reading)


def _cells(reading: Reading, ptype: str, name: str) -> Iterator[tuple[Row, int]]:
    names = reading.model.tokens.get(ptype, ())
    for row in reading.rows:
        if row.ptype == ptype and name in names:
            yield row, names.index(name)


def _key(reading: Reading, row: Row, column: int, function: str) -> Iterator[Doubt]:
    value = row.values[column]
    live = _LIVE.search(value)
    if live:
        says = (
            f"`{live[0]}` in `{value}` is part of a regular expression to {function}",
            "lets a dot stand for any character",
            _LIVE.sub(r"\\\g<0>", value),
        )
        meant = reading.with_(row, with_value(row, column, says[2]))
        doubt = reading.doubt("DLG331", row, says, meant)
        yield replace(doubt, near=with_value(row, column, value.replace(".", "x")))


def _regex(reading: Reading, row: Row, column: int, _function: str) -> Iterator[Doubt]:
    value = row.values[column]
    if value.endswith(("$", ".*", ".+")):
        return
    whole = f"^(?:{value})$"
    says = (
        f"`{value}` says how a value begins, and not how it ends",
        "lets everything match that begins so",
        whole,
    )
    longer = re.sub(r"[\^()\\]", "", value).partition("|")[0] + "x"
    meant = reading.with_(row, with_value(row, column, whole))
    doubt = reading.doubt("DLG332", row, says, meant)
    yield replace(doubt, near=with_value(row, column, longer))


def _part(reading: Reading, ptype: str, name: str) -> Iterator[Doubt]:
    """Of each such column the first row that shows it."""
    for row, column in _cells(reading, ptype, name):
        value = row.values[column]
        if len(value) > 1:
            says = (
                f"the matcher asks whether a value is in `{value}`",
                "looks for it as a part of the text, and a blank is part of every text",
                f"r.{name} == {ptype}.{name}, and a row for each value",
            )
            doubt = reading.doubt("DLG333", row, says, reading.with_(row, None))
            yield replace(doubt, near=with_value(row, column, value[:-1]))
            return


def _domains(reading: Reading) -> Iterator[Doubt]:
    for row in reading.rows:
        if reading.model.links.get(row.ptype) == 3 and "*" in row.values[2]:
            start, goal, domain = row.values[:3]
            says = (
                f"the domain `{domain}` of a link holds a star",
                "compares it as it stands: the link holds in no other domain",
                "a row for each domain",
            )
            known = sorted({value for other in reading.rows for value in other.values})
            links = [Row(row.ptype, (start, goal, name)) for name in known]
            yield reading.doubt("DLG330", row, says, (*reading.rows, *links))


def _attributes(reading: Reading) -> Iterator[Doubt]:
    names = {n for m in reading.model.matchers.values() for n in _ATTRIBUTE.findall(m)}
    for name in sorted(names & _SHADOWED):
        finding = Finding(
            code="DLG334",
            file=reading.model.file,
            line=0,
            wrong=f"the matcher asks for the attribute `{name}`",
            casbin=f"finds the method `{name}` of every dict, never the value under it",
            instead="another name for the attribute, or an object that is no dict",
        )
        yield Doubt(finding=finding)
