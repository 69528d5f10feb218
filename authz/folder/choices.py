"""What may stand at each place of a question that is to be tried."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from authz.engine import Row
from authz.folder.feeds import Feed, Path
from authz.folder.names import Names, is_pattern, names_of, plain, some
from authz.folder.rules import Rules
from authz.folder.texts import NAME_OF, TEXTS
from authz.pdp import Action, Evaluation, Resource, Subject

#: Parts of a question by their paths, put there together.
Puts = Mapping[str, object]
NOTHING: Puts = {}
_TYPES = {"subject": "user", "resource": "thing"}
#: Where nothing says what a property is like.
_ANYTHING = ("1", 1, 100, True)
_NAME = re.compile(r"[\w:.@/+-]+")
_ENTITIES = 3


@dataclass(frozen=True, slots=True)
class Choices:
    """Of one folder.

    Attributes:
        kinds: the types that a subject or a resource may have, those of entities first.
    """

    rules: Rules
    names: Names
    kinds: Mapping[str, Sequence[str]]

    def of_row(self, row: Row) -> list[list[Puts]]:
        """For a question that the row may allow; a later place overwrites."""
        tokens = self.rules.model.tokens
        found = [list(self._entities(part)) for part in _TYPES]
        found.append([{"action.name": next(iter(self.rules.entities.actions), "read")}])
        for token, feed in zip(tokens["r"], self.rules.wiring.feeds, strict=True):
            column = tokens["p"].index(token) if token in tokens["p"] else None
            found.append(list(self._of_token(feed, row, column)) or [NOTHING])
        unknown = self._unknown()
        any_value = [dict.fromkeys(unknown, value) for value in _ANYTHING]
        return [*found, [NOTHING, *any_value] if unknown else [NOTHING]]

    def _entities(self, part: str) -> Iterator[Puts]:
        """Whom or what it is about, where no token says so."""
        kinds = self.kinds[part]
        stored = (e for e in self.rules.entities.properties[part] if e[0] in kinds)
        people = some(self.names.people) if part == "subject" else []
        guessed = [(kinds[0], name) for name in (*people, "1")]
        for kind, name in list(islice(stored, _ENTITIES)) or guessed:
            yield {f"{part}.type": kind, f"{part}.id": name}

    def _of_token(self, feed: Feed, row: Row, column: int | None) -> Iterator[Puts]:
        written = None if column is None else row.values[column]
        part = next((part for part in NAME_OF if feed.carries(part)), "")
        if part:
            for value in self._values(part, written, column):
                yield from self._named(feed, part, value)
        elif isinstance(feed, Path) and feed.path in TEXTS:
            yield from ({feed.path: v} for v in self._values("", written, column))
        elif isinstance(feed, Path) and feed.path in NAME_OF:
            if written is not None and _NAME.fullmatch(written):
                for value in some(self.names.who_hold(written)):
                    yield {NAME_OF[feed.path]: value}
            yield NOTHING
        elif isinstance(feed, Path) and "." in feed.path:
            yield from self._property(feed.path, self._values("", written, column))

    def _values(
        self, part: str, written: str | None, column: int | None
    ) -> Sequence[str]:
        """What a token may be, where a row has this for it."""
        if written is not None and not is_pattern(written):
            return some(self.names.who_hold(written))
        found = some(self.names.like(part, column))
        if written is not None:
            found += [plain(written), *([written] if written != "*" else [])]
        return found

    def _named(self, feed: Feed, part: str, value: str) -> Iterator[Puts]:
        """The id or name that makes the token that value, with a type that has it."""
        if part == "action":
            name = feed.name_in(value, part, self._blank(part, ""))
            yield from () if name is None else ({"action.name": name},)
            return
        told = [
            (kind, name)
            for kind in self.kinds[part]
            if (name := feed.name_in(value, part, self._blank(part, kind))) is not None
        ]
        known = [each for each in told if each in self.rules.entities.properties[part]]
        for kind, name in (known or told)[:1]:
            yield {f"{part}.type": kind, f"{part}.id": name}

    def _blank(self, part: str, kind: str) -> Evaluation:
        kinds = {each: self.kinds[each][0] for each in _TYPES} | {part: kind}
        subject, resource = kinds["subject"], kinds["resource"]
        return Evaluation(Subject(subject, ""), Action(""), Resource(resource, ""))

    def _property(self, path: str, values: Sequence[str]) -> Iterator[Puts]:
        part, _, name = path.replace(".properties.", ".", 1).partition(".")
        name = name.partition(".")[0]
        if self._is_known(part, name):
            yield NOTHING
        if self.rules.wiring.facts[part].may_send(name):
            yield from ({path: value} for value in values or _ANYTHING)

    def _is_known(self, part: str, name: str) -> bool:
        """Whether something else than the question may say it."""
        facts = self.rules.wiring.facts[part]
        return name in facts.defaults or any(name in e for e in facts.stored.values())

    def _unknown(self) -> Sequence[str]:
        """Attributes of whole parts that the caller alone can know."""
        found = []
        read = [*self.rules.model.matchers.values(), *map(str, self.names.rows)]
        tokens = self.rules.model.tokens["r"]
        for token, feed in zip(tokens, self.rules.wiring.feeds, strict=True):
            part = getattr(feed, "path", "")
            if part not in self.rules.wiring.facts:
                continue
            reads = re.compile(rf"\br\d*[._]{token}\.(\w+)")
            for name in dict.fromkeys(n for text in read for n in reads.findall(text)):
                is_sent = self.rules.wiring.facts[part].may_send(name)
                if is_sent and not self._is_known(part, name):
                    head = part if part == "context" else f"{part}.properties"
                    found.append(f"{head}.{name}")
        return found


def choices_of(rules: Rules) -> Choices:
    """What a folder says already of each place."""
    kinds = {part: _kinds(rules, part, usual) for part, usual in _TYPES.items()}
    return Choices(rules, names_of(rules.model, rules.rows, rules.entities), kinds)


def _kinds(rules: Rules, part: str, usual: str) -> Sequence[str]:
    stored = dict.fromkeys(kind for kind, _ in rules.entities.properties[part])
    declared = rules.wiring.types.get(part)
    if declared is None:
        return list(stored) or [usual]
    return [*(kind for kind in stored if kind in declared), *sorted(declared)] or [
        usual
    ]
