"""Values that the load gate refuses, with what they may have been meant to be."""

from collections.abc import Callable
from dataclasses import replace

from authz.engine import Row, hidden_in, wrong_columns
from authz.errors import Fault
from authz.review.strangers.reading import Doubt, Reading

#: What casbin does with a value, and the value meant: "" for none at all.
_SAYS: dict[str, tuple[str, Callable[[str], str]]] = {
    "DLG101": (
        "takes them for part of the name: nobody who types the name has it",
        lambda value: "".join(c for c in value if not hidden_in(c)),
    ),
    "DLG118": (
        "moves the columns, or loads no row at all, where an adapter joins them",
        lambda value: value,
    ),
    "DLG125": (
        "does not look at what stands behind the star",
        lambda value: value.replace("*", "x"),
    ),
    "DLG126": (
        "raises on every request that gets there; of a network it never matches",
        lambda value: value.partition("/")[0] if "." in value else "",
    ),
    "DLG127": (
        "pastes the text into the matcher and evaluates whatever comes of it",
        lambda value: "False",
    ),
    "DLG128": (
        "takes every row for an allow: it looks for the effect in `eft` alone",
        lambda value: "" if value.lower() == "deny" else value,
    ),
}


def value_doubt(reading: Reading, row: Row, fault: Fault) -> Doubt:
    """A doubt about a value, in the gate's own words."""
    casbin, meant = _SAYS[fault.code]
    column = wrong_columns(reading.model, row)[fault.code]
    wrong, _, instead = fault.message.removesuffix(f" ({row})").partition("; write ")
    value = meant(row.values[column])
    new = with_value(row, column, value) if value else None
    says = wrong, casbin, instead
    doubt = reading.doubt(fault.code, row, says, reading.with_(row, new))
    if fault.code != "DLG125":
        return doubt
    opened = f"{row.values[column].partition('*')[0]}x"
    return replace(doubt, near=with_value(row, column, opened))


def with_value(row: Row, column: int, value: str) -> Row:
    """The row with another value in a column."""
    values = (*row.values[:column], value, *row.values[column + 1 :])
    return Row(row.ptype, values, row.place)
