"""docs/lint.md lists every code that `delega lint` may print."""

import re
from pathlib import Path

import authz.review.strangers as strangers
from authz.engine import gate

CODE = re.compile(r"DLG\d{3}")
SOURCE = Path(strangers.__file__).parent
DOCS = Path(__file__).parents[4] / "docs" / "lint.md"


def test_every_code_is_in_the_docs_and_no_other():
    used = {c for file in SOURCE.glob("*.py") for c in CODE.findall(file.read_text())}
    told = set(re.findall(r"^\| (DLG\d{3}) \|", DOCS.read_text(), re.MULTILINE))
    assert told == used


def test_every_code_of_the_gate_is_in_the_docs():
    source = Path(gate.__code__.co_filename).read_text()
    assert set(CODE.findall(source)) <= set(CODE.findall(DOCS.read_text()))
