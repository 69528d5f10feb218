"""What a matcher asks of values, and answers more widely or narrowly than it looks.

The load gate lets these pass: somebody may mean just what casbin makes of them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from authz.engine import Row
from authz.review.strangers.finding import Finding
from authz.review.strangers.key_rules import key_doubts
from authz.review.strangers.meant import written_matcher
from authz.review.strangers.reading import Doubt, Reading
from authz.review.strangers.value_rules import with_value

_PATTERN = re.compile(r"\b(keyMatch[2-5]|regexMatch)\([^(),]*,\s*(p\d*)_(\w+)\s*\)")
_PART = re.compile(r"\br\d*_\w+ in (p\d*)_(\w+)\b")
_ATTRIBUTE = re.compile(r"\br\d*_\w+\.(\w+)\b(?!\()")
_SHADOWED = frozenset(name for name in dir(dict) if not name.startswith("_"))


def asked_doubts(reading: Reading) -> Iterator[Doubt]:
    """Patterns, parts of texts, stars in domains, names of attributes."""
    for text in reading.model.matchers.values():
        for function, ptype, name in _PATTERN.findall(text):
            for row, column in _cells(reading, ptype, name):
                judge = _regex if function == "regexMatch" else key_doubts
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
        is_starred = reading.model.links.get(row.ptype) == 3 and "*" in row.values[2]
        if is_starred and row.values[2] not in _asked_domains(reading, row.ptype):
            start, goal, domain = row.values[:3]
            says = (
                f"the domain `{domain}` of a link holds a star",
                "compares it as it stands: the link holds in no other domain",
                "a row for each domain" + _star_idiom(reading, row.ptype),
            )
            known = {value for other in reading.rows for value in other.values}
            near = Row(row.ptype, (start, goal, domain.replace("*", "x")))
            links = [Row(row.ptype, (start, goal, name)) for name in sorted(known)]
            meant = (*reading.rows, near, *links)
            yield replace(reading.doubt("DLG330", row, says, meant), near=near)


def _asked_domains(reading: Reading, name: str) -> set[str]:
    """The domains that a matcher asks a link in, as a text or by what p rows say."""
    found: set[str] = set()
    for text in reading.model.matchers.values():
        for word, ptype, column in re.findall(
            rf"""\b{name}\([^()]*,\s*(?:["']([^"']*)["']|(p\d*)_(\w+))\s*\)""", text
        ):
            cells = _cells(reading, ptype, column)
            found |= {row.values[place] for row, place in cells} if ptype else {word}
    return found


def _star_idiom(reading: Reading, name: str) -> str:
    """How a matcher asks for links in all domains, made of the call it has."""
    if "*" in _asked_domains(reading, name):
        return ", or `*` alone, which the matcher asks for"
    pattern = rf"\b{name}\(([^()]*),\s*r\.\w+\s*\)"
    call = re.search(pattern, written_matcher(reading.model))
    if not call:
        return ""
    return f', or ({call[0]} || {name}({call[1]}, "*")) in the matcher for `*` alone'


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
