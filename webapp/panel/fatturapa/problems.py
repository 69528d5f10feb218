"""What is wrong in a file: one `Problem` a fault, in Italian and in English."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from webapp.panel.fatturapa.texts import TEXTS

Severity = Literal["error", "warning"]
ERROR: Final = "error"
WARNING: Final = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault of a file.

    `code` is the exchange's own (`00423`) where the rule is theirs, else `DLG-…`.
    `line` counts from 1 in the file; `element` is a path from under the root, with
    an index only where an element may repeat.
    """

    code: str
    message_it: str
    message_en: str
    line: int | None = None
    element: str | None = None
    severity: Severity = "error"

    @property
    def is_error(self) -> bool:
        """Whether the file is refused for it."""
        return self.severity == ERROR

    def message(self, language: str) -> str:
        """The sentence in `it`, else in English."""
        return self.message_it if language.startswith("it") else self.message_en

    def as_error(self) -> "Problem":
        """The same fault, now a reason to refuse."""
        return replace(self, severity=ERROR)


class InvalidInvoiceError(Exception):
    """A file that can not be taken in, or a value that can not be written.

    `problems` holds every fault found, warnings included, in the order of the file.
    """

    def __init__(self, problems: Iterable[Problem], file_name: str) -> None:
        self.problems = tuple(problems)
        self.file_name = file_name
        codes = ", ".join(sorted({found.code for found in self.problems}))
        super().__init__(f"`{file_name}` is not an acceptable invoice: {codes}")


def problem(
    code: str,
    *,
    line: int | None = None,
    element: str | None = None,
    severity: Severity = "error",
    **values: object,
) -> Problem:
    """The problem of this code, its texts filled in with `values`."""
    italian, english = TEXTS[code]
    return Problem(
        code=code,
        message_it=italian.format(**values),
        message_en=english.format(**values),
        line=line,
        element=element,
        severity=severity,
    )
