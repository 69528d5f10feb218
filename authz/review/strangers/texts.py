"""The request that shows a rewritten text: the same model, with a text casbin leaves alone."""

import re
from dataclasses import replace

from authz.engine import Model, Row, read_model, rewritten_texts
from authz.review.strangers.finding import Finding
from authz.review.strangers.model_rules import of_trap
from authz.review.strangers.reading import Reading
from authz.review.strangers.witness import Witness

PLAIN = "plainword"


def shown_texts(
    text: str, file: str, reading: Reading, findings: list[Finding]
) -> list[Finding]:
    """The findings about the model, those about `m`'s texts with a request."""
    shown = {}
    for one in rewritten_texts(text):
        if one.key == "m":
            plain = _plain(text, one.text)
            shown[of_trap(one.trap, file)] = _request(reading, plain, one.text)
    return [replace(one, shown=shown.get(one, "")) for one in findings]


def _plain(text: str, word: str) -> Model:
    quoted = rf"""(["']){re.escape(word)}\1"""
    return read_model(re.sub(quoted, f'"{PLAIN}"', text))


def _request(reading: Reading, plain: Model, word: str) -> str:
    rows = tuple(_renamed(row, word) for row in reading.rows)
    other = Witness(reading.model, reading.rows)
    return Witness(plain, rows).beside(other, PLAIN, word)


def _renamed(row: Row, word: str) -> Row:
    values = tuple(PLAIN if value == word else value for value in row.values)
    return Row(row.ptype, values, row.place)
