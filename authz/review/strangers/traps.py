"""The request that shows what casbin makes of a trap in the model, where one can."""

from collections.abc import Callable
from dataclasses import replace

from authz.engine import Row
from authz.review.strangers.finding import Finding
from authz.review.strangers.meant import asked_in, defined
from authz.review.strangers.reading import Reading
from authz.review.strangers.witness import Witness

#: Casbin raises on the requests that get there.
RAISING = frozenset({"DLG306", "DLG307", "DLG313"})
#: Links looked at for one finding.
TRIED = 5


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
    asked = _OF_LINKS.get(finding.code)
    return asked(reading, witness) if asked and not witness.refused else ""


def _of_link(reading: Reading, witness: Witness) -> str:
    """A link that ended, or would have: what it gives all the same."""
    links = [row for row in reading.rows if row.ptype in reading.model.own_links]
    for link in links[:TRIED]:
        meant = tuple(row for row in reading.rows if row is not link)
        found = witness.against(meant, link)
        if found:
            return found
    return ""


def _of_lost_domain(reading: Reading, witness: Witness) -> str:
    """A role in a domain that its row does not name; few rows name one."""
    for name, link in _links(reading, 2):
        meant = tuple(row for row in reading.rows if _names_domain(row, name))
        model = defined(reading.model, {name: "_, _, _"})
        elsewhere = Row(name, (*link.values[:2], "x"))
        found = witness.against(meant, link, [elsewhere], model)
        if found:
            return found if len(link.values) > 2 else found.partition(";")[0]
    return ""


def _names_domain(row: Row, name: str) -> bool:
    return row.ptype != name or len(row.values) > 2


def _of_lost_link(reading: Reading, witness: Witness) -> str:
    """A role that is not held where its row says."""
    for name, link in _links(reading, 3):
        for token in reading.model.tokens["r"]:
            model = asked_in(reading.model, name, token)
            found = model and witness.against(reading.rows, link, model=model)
            if found:
                return found
    return ""


def _links(reading: Reading, width: int) -> list[tuple[str, Row]]:
    """The first few rows of each kind of link of a width."""
    names = [name for name, has in reading.model.links.items() if has == width]
    found = [[row for row in reading.rows if row.ptype == name] for name in names]
    return [(row.ptype, row) for rows in found for row in rows[:TRIED]]


#: By the code of a trap about links.
_OF_LINKS: dict[str, Callable[[Reading, Witness], str]] = {
    "DLG309": _of_link,
    "DLG314": _of_lost_domain,
    "DLG315": _of_lost_link,
}
