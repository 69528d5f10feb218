"""CSV for spreadsheets: `;`, UTF-8 with a mark, and no cell that a spreadsheet runs."""

import csv
import io
from collections.abc import Iterable, Iterator

#: A spreadsheet runs a cell that starts so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(lines: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """The lines, each as soon as it is there: a long list is never in memory."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    yield "\ufeff".encode()
    for line in lines:
        writer.writerow(map(safe, line))
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def safe(text: str) -> str:
    """The text as a spreadsheet shows it, never as one it runs."""
    return f"'{text}" if text.startswith(_FORMULA) else text
