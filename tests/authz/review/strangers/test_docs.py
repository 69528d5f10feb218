"""docs/lint.md lists every code that `delega lint` may print."""

import re
from pathlib import Path

import authz.engine as engine
import authz.review.strangers as strangers

CODE = re.compile(r"DLG\d{3}")
SOURCE = Path(strangers.__file__).parent
ENGINE = Path(engine.__file__).parent
RULES = ("model.py", "gate/*.py", "traps/*.py")
DOCS = Path(__file__).parents[4] / "docs" / "lint.md"


def codes_in(files) -> set[str]:
    return {code for file in files for code in CODE.findall(file.read_text())}


def test_every_code_is_in_the_docs_and_no_other():
    used = codes_in(SOURCE.glob("*.py"))
    for files in RULES:
        used |= codes_in(ENGINE.glob(files))
    told = set(re.findall(r"^\| (DLG\d{3}) \|", DOCS.read_text(), re.MULTILINE))
    assert told == used
    assert codes_in([DOCS]) == used
