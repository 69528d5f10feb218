"""Looking for the request that shows it: asked of casbin, not argued.

The rows as casbin reads them are compared with the rows as they were meant; the first
request that they answer apart is the witness, an allow that should be none before others.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product

from authz.engine import (
    CompiledEvaluator,
    Evaluator,
    Model,
    ReferenceEvaluator,
    Row,
    nobody_row,
)
from authz.errors import EvaluationError, RowsError

#: Requests tried for one finding.
TRIES = 200
#: Findings of one kind that are shown; casbin is slow on large policies.
SHOWN = 20
_PAIR = re.compile(r"\br_(\w+)\s*(?:==|,|in)\s*p_(\w+)|\bp_(\w+)\s*(?:==|,)\s*r_(\w+)")
_DOMAIN = re.compile(r"\bg\d*\([^()]*,\s*r_(\w+)\s*\)")
_LITERAL = re.compile(r"""r_(\w+)\s*[!=]=\s*["']([^"'*]*)["']""")


class Witness:
    """Finds requests about the rows of one policy.

    Attributes:
        refused: why casbin can not load the rows, "" when it can.
    """

    def __init__(self, model: Model, rows: Sequence[Row]) -> None:
        self._model, self._rows = model, tuple(rows)
        self.refused = ""
        try:
            self._casbin: Evaluator = ReferenceEvaluator(model, rows)
            self._quick: Evaluator = CompiledEvaluator(model, rows)
        except RowsError as error:
            self.refused = str(error)

    def against(
        self,
        meant: Sequence[Row],
        about: Row,
        near: Sequence[Row] = (),
        model: Model | None = None,
    ) -> str:
        """A request about one row that the rows as meant would answer otherwise.

        Args:
            meant: the rows as they were meant.
            about: the row.
            near: rows that say what else to ask, and first.
            model: as it was meant, None if it is what it should be.
        """
        model = model or self._model
        try:
            right = CompiledEvaluator(model, meant)
        except RowsError:
            return ""
        new = sorted({*meant} - {*self._rows, nobody_row(model, "p")}, key=str)[:2]
        apart = []
        for request in self._requests([*near, about, *new], model):
            wanted, found = _answer(right, request), _answer(self._quick, request)
            if _are_apart(wanted, found):
                apart.append((found is not True, request, wanted))
        if not apart:
            return ""
        _is_safe, request, wanted = min(apart, key=lambda one: one[0])
        found = _answer(self._casbin, request)
        return f"{asking(request)} {_told(found)}; meant {_told(wanted)}"

    def beside(self, other: "Witness", word: str, others_word: str) -> str:
        """A request that the other answers otherwise, one word put for another there."""
        if self.refused or other.refused:
            return ""
        for about in [row for row in self._rows if row.ptype == "p"][:5]:
            for request in self._requests([about]):
                asked = tuple(others_word if v == word else v for v in request)
                wanted = _answer(self._casbin, request)
                found = _answer(other._casbin, asked)
                if asked != request and _are_apart(wanted, found):
                    return f"{asking(asked)} {_told(found)}; meant {_told(wanted)}"
        return ""

    def raising(self) -> str:
        """A request about the first rows that casbin raises on."""
        for about in [row for row in self._rows if row.ptype == "p"][:5]:
            for request in [] if self.refused else self._requests([about]):
                found = _answer(self._casbin, request)
                if isinstance(found, str):
                    return f"{asking(request)} {_told(found)}"
        return ""

    def of_nobody(self) -> str:
        """What casbin says to somebody whom no row names, if it allows him."""
        request = ("nobody",) * len(self._model.tokens["r"])
        found = "" if self.refused else _answer(self._casbin, request)
        return (
            f"{asking(request)} {_told(found)}; meant is False" if found is True else ""
        )

    def of_blanks(self) -> str:
        """What casbin says to a request of nothing but blanks, if it allows it."""
        request = ("",) * len(self._model.tokens["r"])
        found = "" if self.refused else _answer(self._casbin, request)
        return f"{asking(request)} {_told(found)}" if found is True else ""

    def _requests(
        self, abouts: Sequence[Row], model: Model | None = None
    ) -> Iterator[tuple[object, ...]]:
        """Requests near some rows: their own values, who holds them, then others."""
        model = model or self._model
        for about in abouts:
            near = _near(model, about, self._rows)
            columns = [near.get(name) or ["x"] for name in model.tokens["r"]]
            yield from islice(product(*columns), TRIES)


def _near(model: Model, about: Row, rows: Sequence[Row]) -> dict[str, list[str]]:
    """Request token -> the values worth asking, the nearest first."""
    found: dict[str, list[str]] = {}
    p_rows = [row for row in rows if row.ptype == "p"]
    links = [row.values for row in rows if row.ptype in model.links]
    firsts: list[str] = []
    if about.ptype in model.links:
        p_rows = _touching(about, p_rows, links) or p_rows
        firsts = [*about.values[:1]]
        links = [about.values, *links]
    else:
        p_rows = [about]
    for here, there in _pairs(model):
        if there in model.tokens["p"]:
            column = model.tokens["p"].index(there)
            words = [r.values[column] for r in p_rows if len(r.values) > column]
            members = [name for word in words for name in _members(word, links)]
            found.setdefault(here, [])
            found[here] += [
                w.replace("*", "x") for w in [*words[:2], *firsts, *members]
            ]
    for name in _DOMAIN.findall(model.matcher):
        found.setdefault(name, []).extend(v[2] for v in links if len(v) > 2)
    for name, word in _LITERAL.findall(model.matcher):
        found.setdefault(name, []).append(word)
    return {name: list(dict.fromkeys(words))[:6] for name, words in found.items()}


def _touching(link: Row, p_rows: list[Row], links: list[tuple[str, ...]]) -> list[Row]:
    """The p rows that name what a link gives."""
    goals = set(link.values[1:2])
    for _step in range(12):
        goals |= {values[1] for values in links if values[0] in goals and values[1:]}
    return [row for row in p_rows if goals & set(row.values)]


def _members(word: str, links: list[tuple[str, ...]]) -> list[str]:
    """Who has it as a role, the farthest first."""
    found: dict[str, None] = {}
    front = {word}
    for _step in range(12):
        front = {v[0] for v in links if len(v) > 1 and v[1] in front} - found.keys()
        found |= dict.fromkeys(sorted(front))
    return list(found)[::-1]


def _pairs(model: Model) -> list[tuple[str, str]]:
    """Which request token is asked against which column, by name if nothing else."""
    found = [
        (one[0] or one[3], one[1] or one[2]) for one in _PAIR.findall(model.matcher)
    ]
    known = {here for here, _there in found}
    return found + [(name, name) for name in model.tokens["r"] if name not in known]


def _answer(evaluator: Evaluator, request: tuple[object, ...]) -> object:
    try:
        return evaluator.decide(request)
    except EvaluationError as error:
        return str(error.__cause__)


def _are_apart(wanted: object, found: object) -> bool:
    """Whether a request shows something: one that raises either way does not."""
    return wanted != found and not (isinstance(wanted, str) and isinstance(found, str))


def asking(request: Sequence[object]) -> str:
    """The request as a casbin user writes it."""
    return f"enforce({', '.join(map(repr, request))})"


def _told(answer: object) -> str:
    return f"is {answer}" if isinstance(answer, bool) else f"raises `{answer}`"
