"""All that is wrong with a mapping file, with its lines: the TOML parser keeps none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_HEADING = re.compile(r"\s*\[+\s*([^\[\]]+?)\s*\]+\s*(?:#.*)?")


def heading_lines(text: str, name: str) -> list[int]:
    """Those of `[name]` and `[[name]]`."""
    lines = enumerate(text.split("\n"), start=1)
    found = ((number, _HEADING.fullmatch(line)) for number, line in lines)
    return [number for number, match in found if match and match[1] == name]


def key_line(text: str, key: str, heading: int) -> int:
    """The line of a key below a heading; that of the heading where it is not found.

    Args:
        text: of the file.
        key: as the parser read it.
        heading: the line of its table, 0 for the whole file's own or where it has none.
    """
    lines = text.split("\n")
    plain = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]")
    for number, line in enumerate(lines[heading:], start=heading + 1):
        if plain.match(line):
            return number
        if _HEADING.fullmatch(line):
            break
    inside = re.compile(rf"[{{,.]\s*[\"']?{re.escape(key)}[\"']?\s*=")
    found = [number for number, line in enumerate(lines, 1) if inside.search(line)]
    if heading == 0 and len(found) != 1:
        found = heading_lines(text, key)[:1]
    return found[0] if found and heading == 0 else heading


@dataclass(frozen=True, slots=True)
class Problems:
    """What was noted while all else was read on.

    Attributes:
        noted: line, 0 where it is not known, and what is wrong there.
    """

    text: str
    noted: list[tuple[int, str]] = field(default_factory=list)

    def note(self, line: int, problem: str) -> None:
        """Go on, and say it later."""
        self.noted.append((line, problem))

    def known(
        self, table: Mapping[str, Any], keys: Sequence[str], line: int, about: str = ""
    ) -> dict[str, Any]:
        """A table without its unknown keys, which are noted."""
        for key in table:
            if key not in keys:
                problem = f"unknown key `{key}`; there are {', '.join(keys)}"
                self.note(key_line(self.text, key, line), f"{about}{problem}")
        return {key: value for key, value in table.items() if key in keys}

    def value(
        self, table: Mapping[str, Any], key: str, line: int, kind: Any, usual: T
    ) -> T:
        """What stands there; `usual` where nothing does, or what is noted as wrong."""
        if key not in table:
            return usual
        try:
            found: T = msgspec.convert(table[key], kind)
        except msgspec.ValidationError as error:
            place = key_line(self.text, key, line)
            self.note(place, f"`{key}`: {readable(error)}")
            return usual
        return found


def readable(error: Exception) -> str:
    """One line that begins in lower case, as all of ours."""
    text = str(error)
    return text[:1].lower() + text[1:]
