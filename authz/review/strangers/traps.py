"""The request that shows what casbin makes of a trap in the model, where one can."""

from dataclasses import replace

from authz.review.strangers.finding import Finding
from authz.review.strangers.reading import Reading
from authz.review.strangers.witness import Witness

#: Casbin raises on the requests that get there.
RAISING = frozenset({"DLG306", "DLG307", "DLG313"})


def shown_traps(reading: Reading, found: list[Finding]) -> list[Finding]:
    """The findings about a model, those that rows can show with a request."""
    witness = Witness(reading.model, reading.rows)
    return [
        replace(one, shown=one.shown or _shown(reading, witness, one)) for one in found
    ]


def _shown(reading: Reading, witness: Witness, finding: Finding) -> str:
    if finding.code in RAISING:
        return witness.raising()
    if finding.code == "DLG311":
        return witness.of_nobody()
    return _of_link(reading, witness) if finding.code == "DLG309" else ""


def _of_link(reading: Reading, witness: Witness) -> str:
    """A link that ended, or would have: what it gives all the same."""
    links = [row for row in reading.rows if row.ptype in reading.model.own_links]
    for link in [] if witness.refused else links[:5]:
        meant = tuple(row for row in reading.rows if row is not link)
        found = witness.against(meant, link)
        if found:
            return found
    return ""
