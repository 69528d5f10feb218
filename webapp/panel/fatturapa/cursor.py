"""Reading an element: values out of it, and every fault met written down."""

import base64
import binascii
import datetime as dt
import re
from decimal import Decimal
from typing import Final

from lxml import etree

from webapp.panel.fatturapa.codes import Labels
from webapp.panel.fatturapa.problems import WARNING, Problem, Severity, problem
from webapp.panel.fatturapa.shape import local_name, source_line, step

MAX_PROBLEMS: Final = 500

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")
_CENTS = re.compile(r"-?[0-9]+\.[0-9]{2}")
_FINE = re.compile(r"-?[0-9]+\.[0-9]{2,8}")
_INTEGER = re.compile(r"[0-9]{1,6}")
# The schema's date may carry a time zone; it says nothing about the day.
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
_LINE_BREAKS = str.maketrans("\t\r\n", "   ")
_NOTHING = Decimal(0)
_NO_DATE = dt.date(1970, 1, 1)


class Findings:
    """The problems of one file, at most `MAX_PROBLEMS` errors and as many warnings."""

    def __init__(self) -> None:
        self._errors: list[Problem] = []
        self._warnings: list[Problem] = []

    @property
    def has_errors(self) -> bool:
        """Whether the file is to be refused."""
        return bool(self._errors)

    def add(self, found: Problem) -> None:
        """Keep one more problem, unless a hostile file already filled the list."""
        # INVARIANT: warnings never crowd out an error, or a bad file would pass.
        kept = self._errors if found.is_error else self._warnings
        if len(kept) < MAX_PROBLEMS:
            kept.append(found)

    def in_file_order(self) -> tuple[Problem, ...]:
        """Every problem kept, by source line."""
        return tuple(
            sorted([*self._errors, *self._warnings], key=lambda each: each.line or 0)
        )


class Cursor:
    """An element of the file, its path, and where its faults are written down.

    `need_…` methods report a missing element and answer a stand-in, so that reading
    goes on and every fault is found; the caller throws the result away if
    `findings` has errors.
    """

    def __init__(self, element: etree._Element, path: str, findings: Findings) -> None:
        self.path = path
        self.line = source_line(element)
        self.findings = findings
        self._text = element.text
        self._children: dict[str, list[etree._Element]] = {}
        for child in element:
            self._children.setdefault(local_name(child), []).append(child)

    def has(self, name: str) -> bool:
        """Whether a child of this name exists."""
        return name in self._children

    def children(self, name: str) -> list["Cursor"]:
        """Every child of this name, in the order of the file."""
        found = self._children.get(name, ())
        return [
            Cursor(
                child, step(self.path, name, place=place, of=len(found)), self.findings
            )
            for place, child in enumerate(found, start=1)
        ]

    def need_children(self, name: str) -> list["Cursor"]:
        """Every child of this name, of which at least one must exist."""
        found = self.children(name)
        if not found:
            self._missing(name)
        return found

    def child(self, name: str) -> "Cursor | None":
        """The only child of this name."""
        found = self.children(name)
        if len(found) > 1:
            found[1].report("DLG-REPEATED", name=name)
        return found[0] if found else None

    def need_child(self, name: str) -> "Cursor":
        """The only child of this name, or an empty one after reporting it missing."""
        if not self.has(name):
            self._missing(name)
        return self.optional(name)

    def optional(self, name: str) -> "Cursor":
        """The only child of this name, or an empty one where it is absent."""
        # The faults of an absent parent are one fault, reported by the caller.
        absent = Cursor(etree.Element(name), step(self.path, name), Findings())
        return self.child(name) or absent

    def text(self, name: str) -> str | None:
        """The trimmed value of a child; None where it is absent or blank."""
        leaf = self.child(name)
        return None if leaf is None else leaf._value(name)

    def need_text(self, name: str) -> str:
        """The value of a mandatory child."""
        value = self.text(name)
        if value is None:
            self._missing(name)
            return ""
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """The values of every child of this name."""
        values = (leaf._value(name) for leaf in self.children(name))
        return tuple(value for value in values if value is not None)

    def code(self, name: str, known: Labels) -> str | None:
        """A value that should be among `known`; another one is only a warning."""
        value = self.text(name)
        if value is not None and value not in known:
            self._fault("DLG-CODE", name, value=value, name=name, severity=WARNING)
        return value

    def need_code(self, name: str, known: Labels) -> str:
        """A mandatory value that should be among `known`."""
        value = self.code(name, known)
        if value is None:
            self._missing(name)
            return ""
        return value

    def amount(self, name: str, *, fine: bool = False) -> Decimal | None:
        """A number; `fine` where the schema allows up to eight decimals."""
        value = self.text(name)
        if value is None:
            return None
        if not _NUMBER.fullmatch(value):
            self._fault("DLG-NUMBER", name, value=value)
            return _NOTHING
        if not (_FINE if fine else _CENTS).fullmatch(value):
            expected = "2-8" if fine else "2"
            self._fault(
                "DLG-DECIMALS", name, value=value, expected=expected, severity=WARNING
            )
        return Decimal(value)

    def need_amount(self, name: str, *, fine: bool = False) -> Decimal:
        """A mandatory number."""
        value = self.amount(name, fine=fine)
        if value is None:
            self._missing(name)
            return _NOTHING
        return value

    def integer(self, name: str) -> int | None:
        """A whole number, not negative."""
        value = self.text(name)
        if value is None:
            return None
        if not _INTEGER.fullmatch(value):
            self._fault("DLG-NUMBER", name, value=value)
            return 0
        return int(value)

    def integers(self, name: str) -> tuple[int, ...]:
        """The whole numbers of every child of this name."""
        numbers: list[int] = []
        for leaf in self.children(name):
            value = leaf._value(name) or ""
            if _INTEGER.fullmatch(value):
                numbers.append(int(value))
            else:
                leaf.report("DLG-NUMBER", value=value)
        return tuple(numbers)

    def need_integer(self, name: str) -> int:
        """A mandatory whole number."""
        value = self.integer(name)
        if value is None:
            self._missing(name)
            return 0
        return value

    def date(self, name: str) -> dt.date | None:
        """A day of the calendar."""
        value = self.text(name)
        if value is None:
            return None
        match = _DATE.fullmatch(value)
        try:
            return dt.date.fromisoformat(match.group(1) if match else "")
        except ValueError:
            self._fault("DLG-DATE", name, value=value)
            return _NO_DATE

    def need_date(self, name: str) -> dt.date:
        """A mandatory day."""
        value = self.date(name)
        if value is None:
            self._missing(name)
            return _NO_DATE
        return value

    def content(self, name: str) -> bytes:
        """The bytes of a mandatory base64 child."""
        value = self.need_text(name)
        try:
            return base64.b64decode("".join(value.split()), validate=True)
        except (binascii.Error, ValueError):
            self._fault("DLG-BASE64", name)
            return b""

    def report(
        self, code: str, *, severity: Severity = "error", **values: object
    ) -> None:
        """Write down a fault of this element."""
        self.findings.add(
            problem(
                code, line=self.line, element=self.path, severity=severity, **values
            )
        )

    def _value(self, name: str) -> str | None:
        # What a person's viewer shows must be what we read: no half values.
        if self._children:
            self.report("DLG-LEAF", name=name)
        return (self._text or "").translate(_LINE_BREAKS).strip(" ") or None

    def _fault(
        self,
        code: str,
        child: str,
        *,
        severity: Severity = "error",
        **values: object,
    ) -> None:
        self.children(child)[0].report(code, severity=severity, **values)

    def _missing(self, name: str) -> None:
        self.findings.add(
            problem(
                "DLG-MISSING",
                line=self.line,
                element=step(self.path, name),
                name=name,
            )
        )
