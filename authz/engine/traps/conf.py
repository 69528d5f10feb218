"""A model.conf as written, line by line: casbin's parser forgets where things stood."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: section -> the letter of the keys that casbin looks up in it
SECTIONS = {
    "request_definition": "r",
    "policy_definition": "p",
    "role_definition": "g",
    "policy_effect": "e",
    "matchers": "m",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key = value` with its line, or a section's header with an empty key."""

    section: str
    key: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Conf:
    """Headers and entries, in order."""

    entries: tuple[Entry, ...]

    def headers(self) -> Iterator[Entry]:
        """Each section's first line."""
        return (entry for entry in self.entries if not entry.key)

    def options(self) -> Iterator[Entry]:
        """Each entry."""
        return (entry for entry in self.entries if entry.key)

    def of(self, letter: str) -> tuple[Entry, ...]:
        """The entries that casbin may find for a letter: `m`, `m2` and so on."""
        return tuple(
            entry
            for entry in self.options()
            if SECTIONS.get(entry.section) == letter
            and re.fullmatch(rf"{letter}\d*", entry.key)
        )

    def line_of(self, key: str) -> int:
        """Where casbin's value of a key stands, 0 if nowhere."""
        found = [entry.line for entry in self.of(key[:1]) if entry.key == key]
        return found[-1] if found else 0


def read_conf(text: str) -> Conf:
    """Read as casbin does: a backslash joins lines, a blank or comment ends an entry."""
    entries: list[Entry] = []
    section, buffer, began = "", "", 0
    for number, raw in enumerate([*text.split("\n"), ""], start=1):
        line = raw.strip()
        is_header = line.startswith("[") and line.endswith("]")
        if line and not is_header and line[0] not in "#;":
            began = began if buffer else number
            buffer += f"{line[:-1].strip()} " if line.endswith("\\") else line
            if line.endswith("\\"):
                continue
        if buffer:
            key, _, value = buffer.partition("=")
            entries.append(Entry(section, key.strip(), value.strip(), began))
            buffer = ""
        if is_header:
            section = line[1:-1]
            entries.append(Entry(section, "", "", number))
    return Conf(tuple(entries))
