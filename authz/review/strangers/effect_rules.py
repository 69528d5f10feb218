"""Rows that deny under an effect that looks at no deny."""

from collections.abc import Iterator
from dataclasses import replace

from authz.engine import Row
from authz.review.strangers.meant import HEEDS_DENY, defined
from authz.review.strangers.reading import Doubt, Reading

#: As casbin compares it.
_ONE_ALLOWS = "some(where (p_eft == allow))"


def effect_doubts(reading: Reading) -> Iterator[Doubt]:
    """Each row that says deny where casbin asks for an allow alone."""
    if reading.model.effect != _ONE_ALLOWS:
        return
    meant = defined(reading.model, {"e": HEEDS_DENY})
    for row in filter(lambda row: _denies(reading, row), reading.rows):
        says = (
            "the row denies, and the effect of the model looks at no deny",
            "lets the row count for nothing: whom another row allows stays allowed",
            f"e = {HEEDS_DENY} in the model",
        )
        doubt = reading.doubt("DLG335", row, says, reading.rows)
        yield replace(doubt, model=meant)


def _denies(reading: Reading, row: Row) -> bool:
    names = reading.model.tokens.get(row.ptype, ())
    return "eft" in names and row.values[names.index("eft")] == "deny"
