"""Random rows for a model, and requests that have a chance to meet them."""

import re
from dataclasses import dataclass
from random import Random

from casbin.core_enforcer import EnforceContext

from authz.engine import Row
from tests.authz.engine.fuzz.case import Case, Shape, written
from tests.authz.engine.fuzz.models import a_shape
from tests.authz.engine.fuzz.words import (
    CHAIN,
    CONDITIONS,
    KINDS,
    PATTERNS,
    SUBJECTS,
    WRONG_CONDITIONS,
    Anybody,
    a_value,
    a_word,
    an_object,
    likely,
)

REQUESTS = 10
TYPOS = ("", "Allow", "dney", "ALLOW", "deny ")


def a_case(seed: int | str, number: int) -> Case:
    """Case `number` of a seed: the same whenever it is asked for."""
    random = Random(f"{seed}:{number}")  # noqa: S311  (a sample)
    shape = a_shape(random)
    maker = _Rows(random, shape)
    rows = maker.rows()
    requests = tuple(maker.request(rows) for _ in range(REQUESTS))
    return Case(f"{seed}:{number}", shape, rows, requests)


def a_context(random: Random) -> EnforceContext:
    """What asks r2, p2 and m2; sometimes a mixture that fits badly."""
    kinds = random.choice(
        ("2222", "2222", "2222", " 22 ", "2 22", "22 2", "  22", "29  ")
    )
    return EnforceContext(*(k + n.strip() for k, n in zip("rpem", kinds, strict=True)))


@dataclass
class _Rows:
    random: Random
    shape: Shape

    def __post_init__(self) -> None:
        random = self.random
        text = written(self.shape.matcher)
        self._text = text
        self._kinds = random.choice((("1", "2", "10"), ("-1", "-2", "x"), ("1", "02")))
        if likely(random, 0.1):
            self._kinds = random.choice((("1", "-1", ""), ("1", "²"), ("1", "٣", "2")))
        often = 0.4 if len(self.shape.policy) < 5 else 0.15
        self._has_chain = bool(self.shape.links) and likely(random, often)
        self._has_objects = {
            name: f"r.{name}." in text or (name == "sub" and "eval(" in text)
            for name in self.shape.request
        }

    def rows(self) -> tuple[Row, ...]:
        """Some p rows, some links, and sometimes a row that should not be there."""
        random = self.random
        most = random.choice((0, 1, 2, 4, 8)) if likely(random, 0.9) else 20
        ptypes = ("p", "p2") if self.shape.second else ("p",)
        found = [self._p(random.choice(ptypes)) for _ in range(random.randint(0, most))]
        found += [self._sibling(row) for row in found if likely(random, 0.25)]
        for ptype, width in self.shape.links:
            found += self._links(ptype, width)
        if found and likely(random, 0.15):
            found += random.choices(found, k=random.randint(1, 2))
        if likely(random, 0.3):
            random.shuffle(found)
        if found and likely(random, 0.04):
            self._misshape(found)
        return tuple(found)

    def _misshape(self, rows: list[Row]) -> None:
        index = self.random.randrange(len(rows))
        row = rows[index]
        cut = row.values[: self.random.randint(0, len(row.values) - 1)]
        ptype = "p9" if likely(self.random, 0.1) else row.ptype
        wrong = (cut, (*row.values, "more"), ())
        rows[index] = Row(ptype, self.random.choice(wrong))

    def _p(self, ptype: str) -> Row:
        row = Row(ptype, tuple(self._cell(name) for name in self.shape.policy))
        if self._has_chain and likely(self.random, 0.5):
            return self._at_an_end(row)
        return row

    def _at_an_end(self, row: Row) -> Row:
        """The same row, for somebody far up the chain."""
        end = {"sub": self.random.choice(CHAIN[8:11]), "dom": "d1"}
        cells = zip(self.shape.policy, row.values, strict=True)
        return Row(row.ptype, tuple(end.get(name, value) for name, value in cells))

    def _sibling(self, row: Row) -> Row:
        """The same about another subject, with whatever effect and priority."""
        cells = zip(self.shape.policy, row.values, strict=True)
        new = ("sub", "eft", "priority")
        values = (self._cell(n) if n in new else value for n, value in cells)
        return Row(row.ptype, tuple(values))

    def _cell(self, name: str) -> str:
        random = self.random
        if name == "eft":
            typo = likely(random, 0.06)
            return random.choice(TYPOS if typo else ("allow", "allow", "deny"))
        if name == "priority":
            return random.choice(self._kinds)
        if name == "cond":
            return random.choice(CONDITIONS + WRONG_CONDITIONS * likely(random, 0.05))
        if name in ("and_sub", "service"):
            words = ("-", *SUBJECTS) if name == "and_sub" else KINDS["dom"]
            return random.choice(words)
        pattern = re.search(rf"(\w+)\(r\.{name}, p\.{name}", self._text)
        if pattern and pattern[1] in PATTERNS and likely(random, 0.85):
            return random.choice(self._patterns(pattern[1]))
        return a_word(random, name)

    def _patterns(self, function: str) -> tuple[str, ...]:
        """Mostly those that casbin can read."""
        words = PATTERNS[function]
        broken = ("[", "*") if function in ("regexMatch", "keyMatch4") else ()
        broken += ("*",) if function == "keyMatch5" else ()
        if likely(self.random, 0.1):
            return words
        return tuple(word for word in words if word not in broken)

    def _links(self, ptype: str, width: int) -> list[Row]:
        random = self.random
        words = SUBJECTS if ptype == "g" else KINDS["obj"]
        if ptype == "g2" and "service" in self.shape.policy:
            words = KINDS["dom"]
        domains = [random.choice(KINDS["dom"]) for _ in range(width - 2)]
        found = []
        for _ in range(random.choice((0, 1, 3, 6))):
            where = [random.choice(KINDS["dom"][:2])] if domains else []
            pair = random.choices(words, k=2)
            if self.shape.effect.startswith("subject") and likely(random, 0.8):
                pair.sort()  # no cycles
            found.append(Row(ptype, (*pair, *where)))
        if ptype == "g" and self._has_chain:
            length = random.randint(8, 11)
            where = ["d1"] if domains else []
            found += [Row("g", (*CHAIN[n : n + 2], *where)) for n in range(length)]
            found.append(Row("g", ("alice", CHAIN[random.randint(0, 3)], *where)))
        return found

    def request(self, rows: tuple[Row, ...]) -> tuple[object, ...]:
        """Something to ask: half of the time what one row is about."""
        random = self.random
        asked = [self._value(name) for name in self.shape.request]
        p_rows = [row for row in rows if row.ptype in ("p", "p2")]
        if p_rows and likely(random, 0.6):
            asked = self._near(random.choice(p_rows), asked, rows)
        if likely(random, 0.03):
            asked = [""] * len(asked)
        if likely(random, 0.02):
            asked = random.choice((asked[:-1], [*asked, "more"], []))
        if self.shape.second and likely(random, 0.6):
            return (a_context(random), *asked)
        return tuple(asked)

    def _value(self, name: str) -> object:
        if self._has_objects[name] and likely(self.random, 0.93):
            return an_object(self.random)
        value = a_value(self.random, name)
        # casbin would remember him as everybody's role
        return "alice" if self.shape.links and isinstance(value, Anybody) else value

    def _near(
        self, row: Row, asked: list[object], rows: tuple[Row, ...]
    ) -> list[object]:
        wanted = dict(zip(self.shape.policy, row.values, strict=False))
        for index, name in enumerate(self.shape.request):
            word = wanted.get(name, "")
            has_pattern = any(mark in word for mark in "*:{[\\/")
            if word and not has_pattern and isinstance(asked[index], str):
                asked[index] = self._member(word, rows)
        return asked

    def _member(self, word: str, rows: tuple[Row, ...]) -> str:
        """The word, or somebody who has it as a role."""
        if word in CHAIN and self._has_chain:
            far = CHAIN.index(word) - self.random.randint(7, 10)
            return CHAIN[max(far, 0)]
        links = [
            r.values[0] for r in rows if r.ptype[0] == "g" and word in r.values[1:2]
        ]
        return self.random.choice([word, *links])
