"""Strict reading of the release's toml files: every mistake has a file and a line."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from authz.errors import Fault, PolicyError
from authz.policy.permissions import Label


class Section:
    """One table of a toml file, read key by key; what is not as expected is a fault.

    Attributes:
        name: its dotted name, for messages.
        file: where it stands.
        line: the line of its header, 0 if that was not found.
        faults: where mistakes are collected, shared by all sections of a file.
    """

    def __init__(
        self, name: str, table: object, place: tuple[str, int], faults: list[Fault]
    ) -> None:
        self.name, self.faults = name, faults
        self.file, self.line = place
        self._table: Mapping[str, object] = {}
        if isinstance(table, dict):
            self._table = table
        else:
            self.fault("must be a table")

    def fault(self, text: str) -> None:
        """Note that this table is wrong."""
        message = f"`{self.name}` {text}"
        fault = Fault(code="DLG121", message=message, file=self.file, line=self.line)
        self.faults.append(fault)

    def only(self, *keys: str) -> None:
        """Refuse keys that nobody reads: they are typing mistakes."""
        for key in self._table:
            if key not in keys:
                self.fault(f"has the unknown key `{key}`; known are {', '.join(keys)}")

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self._table.get(key)
        if isinstance(value, str) and value.strip():
            return value
        self.fault(f"needs `{key}`, a text that is not empty")
        return ""

    def flag(self, key: str) -> bool:
        """True or false, written out."""
        value = self._table.get(key)
        if isinstance(value, bool):
            return value
        self.fault(f"needs `{key}`, true or false")
        return False

    def word(self, key: str, default: str) -> str:
        """A text, or the default when the key is absent."""
        return self.text(key) if self.has(key) else default

    def maybe_texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty when the key is absent."""
        return self.texts(key) if self.has(key) else ()

    def number(self, key: str) -> int:
        """A whole number."""
        value = self._table.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.fault(f"needs `{key}`, a whole number")
        return 0

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, [] when there is none."""
        value = self._table.get(key)
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
        self.fault(f"needs `{key}`, a list of texts")
        return ()

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._table

    def children(self, key: str) -> dict[str, "Section"]:
        """The tables inside the table `key`, none when it is absent."""
        table = self._table.get(key, {})
        if not isinstance(table, dict):
            self.fault(f"needs `{key}`, a table")
            return {}
        return {
            name: self._child(f"{key}.{name}", inner) for name, inner in table.items()
        }

    def rows(self, key: str) -> tuple["Section", ...]:
        """The tables of the array `key`, none when it is absent."""
        array = self._table.get(key, [])
        if not isinstance(array, list):
            self.fault(f"needs `{key}`, an array of tables")
            return ()
        return tuple(
            self._child(f"{key} {n}", table) for n, table in enumerate(array, 1)
        )

    def label(self, key: str) -> Label:
        """The same words in both languages: `{ it = "…", en = "…" }`."""
        words = self._child(key, self._table.get(key))
        words.only("it", "en")
        return Label(words.text("it"), words.text("en"))

    def labels(self) -> dict[str, Label]:
        """The whole table as names with their words."""
        return {key: self.label(key) for key in self._table}

    def _child(self, name: str, table: object) -> "Section":
        place = (self.file, self.line)
        return Section(f"{self.name}.{name}", table, place, self.faults)


class TomlFile:
    """A toml file as sections.

    Attributes:
        faults: everything found wrong so far.
    """

    def __init__(self, text: str, file: str) -> None:
        self.faults: list[Fault] = []
        self._text, self._file = text, file
        try:
            self._tables: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            message = f"can not be read as toml: {error}"
            raise PolicyError(
                [Fault(code="DLG121", message=message, file=file)]
            ) from error

    def section(self, name: str) -> Section:
        """The table `[name]`."""
        return self._section(name, self._tables.get(name), f"[{name}]")

    def sections(self, name: str) -> Iterator[tuple[str, Section]]:
        """The tables `[name."key"]` with their keys."""
        group = self._tables.get(name, {})
        for key, table in group.items() if isinstance(group, dict) else ():
            yield key, self._section(f"{name}.{key}", table, f'[{name}."{key}"]')

    def array(self, name: str) -> Iterator[Section]:
        """The tables `[[name]]` in order."""
        found = self._tables.get(name, [])
        lines = self._lines(f"[[{name}]]")
        for index, table in enumerate(found if isinstance(found, list) else ()):
            place = (self._file, lines[index] if index < len(lines) else 0)
            yield Section(f"{name} {index + 1}", table, place, self.faults)

    def text(self, key: str) -> str:
        """A text at the top of the file."""
        return Section("the file", self._tables, (self._file, 1), self.faults).text(key)

    def only(self, *names: str) -> None:
        """Refuse tables that nobody reads."""
        for name in self._tables:
            if name not in names:
                Section(name, {}, (self._file, 0), self.faults).fault(
                    "is not known here"
                )

    def raise_faults(self) -> None:
        """Stop when anything was wrong.

        Raises:
            PolicyError: with all of it.
        """
        if self.faults:
            raise PolicyError(self.faults)

    def _section(self, name: str, table: object, header: str) -> Section:
        lines = self._lines(header)
        place = (self._file, lines[0] if lines else 0)
        return Section(name, table, place, self.faults)

    def _lines(self, header: str) -> list[int]:
        numbered = enumerate(self._text.splitlines(), start=1)
        return [number for number, line in numbered if line.strip() == header]
