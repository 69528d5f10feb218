"""What docs/authzen.md lists is what there is."""

import re

from authz.decision import Reason
from authz.pdp import HEADERS, LIMITS
from authz.policy import default_folder

TEXT = (default_folder().parent / "docs" / "authzen.md").read_text(encoding="utf-8")


def column(heading: str) -> list[str]:
    """The names in the first column of every table below a heading."""
    section = TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


def test_every_reason_to_refuse_is_listed_once() -> None:
    listed = column("Why not")
    assert sorted(listed) == sorted(set(Reason) - {Reason.GRANTED})


def test_every_limit_is_listed_with_its_number() -> None:
    section = TEXT.split("## Errors and limits\n")[1]
    rows = re.findall(r"^\| `([^`]+)` \| ([0-9,]+) \|", section, re.MULTILINE)
    assert {name: int(number.replace(",", "")) for name, number in rows} == LIMITS


def test_every_header_that_is_read_is_listed() -> None:
    listed = {name.partition(":")[0].lower() for name in column("Headers")}
    assert listed >= set(HEADERS)
