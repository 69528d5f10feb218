"""CSV that a spreadsheet shows and never runs, line by line."""

from collections.abc import Iterator

import pytest

from webapp.spreadsheet import csv_lines, safe


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_run_is_text(start: str) -> None:
    assert safe(f"{start}1+1") == f"'{start}1+1"
    assert safe("Anna") == "Anna"


def test_a_line_leaves_before_the_next_is_read() -> None:
    read = []

    def lines() -> Iterator[tuple[str, str]]:
        for number in range(3):
            read.append(number)
            yield str(number), "=a;b"

    out = csv_lines(lines())
    assert next(out) == b"\xef\xbb\xbf"
    assert next(out) == b'0;"\'=a;b"\r\n'
    assert read == [0]
    assert b"".join(out) == b'1;"\'=a;b"\r\n2;"\'=a;b"\r\n'
