"""What must always be true, and what holds it: `invariants.toml`."""

from dataclasses import dataclass

from authz.policy.sections import Section, TomlFile

FILE = "invariants.toml"
HOLDERS = frozenset({"model", "proof", "property", "constraint", "test"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Invariant:
    """One sentence that no change may make false.

    Attributes:
        number: its number in the list, from 1.
        text: the sentence.
        holder: what kind of thing holds it.
        held_by: tests as `path::name`, or names of constraints.
        later: why nothing holds it yet, empty when something does.
    """

    number: int
    text: str
    holder: str
    held_by: tuple[str, ...]
    later: str


def read_invariants(text: str) -> tuple[Invariant, ...]:
    """All invariants in file order.

    Raises:
        PolicyError: with every entry that is not complete.
    """
    file = TomlFile(text, FILE)
    file.only("invariant")
    found = tuple(_invariant(section) for section in file.array("invariant"))
    file.raise_faults()
    return found


def _invariant(section: Section) -> Invariant:
    section.only("number", "text", "holder", "held_by", "later")
    holder = section.text("holder")
    if holder and holder not in HOLDERS:
        section.fault(
            f"has the holder `{holder}`; known are {', '.join(sorted(HOLDERS))}"
        )
    return Invariant(
        number=section.number("number"),
        text=section.text("text"),
        holder=holder,
        held_by=section.texts("held_by"),
        later=section.text("later") if section.has("later") else "",
    )
