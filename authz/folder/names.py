"""Names that stand in a folder: what a question can be made of that somebody reads."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from authz.engine import Model, Row
from authz.folder.entities import Entities

#: What makes a text a pattern of some function of casbin's, and no name.
_MARK = re.compile(r"[*^$|()\[\]{}\\+?]|(?<=/):")
#: What stands there for many texts.
_OPEN = re.compile(r"\{[^{}/]*\}|(?<=/):[^/]+|\[[^\]]*\][*+]?|\\[dw][*+]?|\.[*+]|\*")
_NETWORK = re.compile(r"([0-9A-Fa-f.:]+)/\d+")
_MOST = 3
_ROWS = 20
_LOOKED_AT = 1_000


def is_pattern(text: str) -> bool:
    """Whether it looks like one; a name may look so too."""
    return bool(_MARK.search(text) or _NETWORK.fullmatch(text))


def plain(pattern: str) -> str:
    """What it may stand for, without a mark: `read` for `^read$|^write$`."""
    network = _NETWORK.fullmatch(pattern)
    if network:
        return network[1]
    return _MARK.sub("", _OPEN.sub("1", pattern).partition("|")[0]) or "1"


@dataclass(frozen=True, slots=True)
class Names:
    """Of one folder.

    Attributes:
        rows: the first of those that grant.
        holders: role, or group of anything -> who holds it, roles among them.
        people: who holds a role, and is none.
        domains: in which links hold.
    """

    rows: Sequence[Row]
    holders: Mapping[str, Sequence[str]]
    people: Sequence[str]
    domains: Sequence[str]
    entities: Entities

    def who_hold(self, name: str) -> Iterator[str]:
        """Through however many roles; the name itself when nobody does."""
        found, waiting = {name: None}, [name]
        while waiting and len(found) < _LOOKED_AT:  # links may lead round
            role = waiting.pop()
            below = [each for each in self.holders.get(role, ()) if each not in found]
            found.update(dict.fromkeys(below))
            waiting += reversed(below)
        last = [each for each in found if each not in self.holders]
        yield from last or [name]

    def like(self, part: str, column: int | None) -> Iterator[str]:
        """What may stand where a row leaves it open.

        Args:
            part: whose id or name it is; empty for anything else.
            column: of the rows, None where they have none for it.
        """
        if part == "action":
            yield from self.entities.actions
        elif part:
            yield from (name for _, name in self.entities.properties[part])
        else:
            yield from self.domains
        if column is not None:
            written = (row.values[column] for row in self.rows)
            for name in written:
                yield from () if is_pattern(name) else self.who_hold(name)
        if part == "subject":
            yield from self.people


def names_of(model: Model, rows: Iterable[Row], entities: Entities) -> Names:
    """Look the rows through once."""
    granting: list[Row] = []
    holders: dict[str, list[str]] = {}
    own: dict[str, None] = {}
    domains: dict[str, None] = {}
    for row in rows:
        if row.ptype in model.links:
            holders.setdefault(row.values[1], []).append(row.values[0])
            own.update({row.values[0]: None} if row.ptype == "g" else {})
            domains.update(dict.fromkeys(row.values[2:]))
        elif row.ptype == "p" and len(granting) < _ROWS:
            granting.append(row)
    people = [name for name in own if name not in holders]
    sure = [name for name in domains if not is_pattern(name)]
    return Names(granting, holders, people, sure, entities)


def some(found: Iterable[str]) -> list[str]:
    """The first few that differ."""
    return list(islice(dict.fromkeys(islice(found, _ROWS)), _MOST))
