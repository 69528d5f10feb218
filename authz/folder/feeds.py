"""What feeds one token of a Casbin request: a part of the question, a text, or both."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from authz.errors import AuthzError
from authz.folder.entities import Properties
from authz.folder.facts import PARTS, Facts, as_value
from authz.folder.template import Template
from authz.folder.texts import NAME_OF, TEXTS
from authz.pdp import BadRequestError, Evaluation

OFFERED = (
    "subject.id, subject.type, subject.properties.NAME, the same of resource, "
    "action.name, action.properties.NAME, context.NAME; or subject, resource, action "
    "or context whole, as an object"
)
_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_PROPERTY = re.compile(rf"(subject|resource|action)\.properties((?:\.{_NAME})+)")
_CONTEXT = re.compile(rf"context((?:\.{_NAME})+)")
_GAP = re.compile(r"\{([^{}]*)\}")
#: Of what is sent in vain: names that are looked at, and letters of each.
_MOST_LOOKED_AT, _LETTERS = 20, 300


class AbsentError(AuthzError):
    """A question lacks something, and it is not the caller's to send."""


class Feed(Protocol):
    """One token's."""

    @property
    def is_text(self) -> bool:
        """Whether it is a text in every question."""
        ...

    def value(self, question: Evaluation, facts: Mapping[str, Facts]) -> object:
        """What the token is in a question.

        Raises:
            BadRequestError: the caller must send something.
            AbsentError: something is not known.
        """
        ...

    def hangs_on(self, part: str) -> bool:
        """Whether it is another when the id, or name, of that part is."""
        ...

    def carries(self, part: str) -> bool:
        """Whether its value tells the id, or name, of that part."""
        ...

    def name_in(self, value: object, part: str, question: Evaluation) -> str | None:
        """The id or name that gives this value, None when none does; of what it carries."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every question."""

    text: str
    is_text = True

    def value(self, question: Evaluation, facts: Mapping[str, Facts]) -> str:
        """The text."""
        return self.text

    def hangs_on(self, part: str) -> bool:
        """On nothing."""
        return False

    def carries(self, part: str) -> bool:
        """Nothing."""
        return False

    def name_in(self, value: object, part: str, question: Evaluation) -> None:
        """Nothing stands in it."""


@dataclass(frozen=True, slots=True)
class Path:
    """A part of the question."""

    path: str

    @property
    def is_text(self) -> bool:
        """Ids, types and names are; what is a property may be anything."""
        return self.path in TEXTS

    def value(self, question: Evaluation, facts: Mapping[str, Facts]) -> object:
        """The id, type or name; the property; the whole as an object."""
        if self.path in TEXTS:
            return TEXTS[self.path](question)
        head, *names = self.path.split(".")
        known = facts[head]
        if not names:
            return known.thing(question)
        names = names if head == "context" else names[1:]
        return self._inside(known, known.properties(question), names)

    def ignored(self, known: Facts, sent: Properties) -> Iterator[str]:
        """What it would take of a part's properties, had the caller been let send it.

        INVARIANT: however much was sent, a few names are looked at.
        """
        if self.path == known.part:
            names = list(islice(sent, _MOST_LOOKED_AT))
        elif self.path.startswith(f"{known.part}.properties."):
            names = [name for name in self.path.split(".")[2:3] if name in sent]
        else:
            return
        for name in filter(known.is_ignored, names):
            yield f"{known.part}.properties.{name[:_LETTERS]}"

    def hangs_on(self, part: str) -> bool:
        """All of a part but its type."""
        return self.path.split(".")[0] == part and self.path != f"{part}.type"

    def carries(self, part: str) -> bool:
        """When it is that id or name."""
        return self.path == NAME_OF[part]

    def name_in(self, value: object, part: str, question: Evaluation) -> str | None:
        """The value itself."""
        return value if isinstance(value, str) else None

    def _inside(self, known: Facts, value: Any, names: Sequence[str]) -> object:
        for name in names:
            if not isinstance(value, dict) or name not in value:
                if known.may_send(names[0]):
                    raise BadRequestError(f"send `{self.path}`: this service needs it")
                raise AbsentError(f"nothing says `{self.path}`")
            value = value[name]
        return as_value(value)


def read_feed(value: object) -> Feed:
    """A feed as `pdp.toml` writes it.

    Raises:
        ValueError: it is none; the message says what can be written.
    """
    if isinstance(value, dict) and list(value) == ["constant"]:
        if isinstance(value["constant"], str):
            return Constant(value["constant"])
    elif isinstance(value, str):
        return _template(value) if _GAP.search(value) else _path(value)
    text = 'write a text, such as "subject.id", or { constant = "…" }'
    raise ValueError(text)


def _path(path: str) -> Path:
    is_whole = path in PARTS
    if (
        is_whole
        or path in TEXTS
        or _PROPERTY.fullmatch(path)
        or _CONTEXT.fullmatch(path)
    ):
        return Path(path)
    text = f"`{path}` is no part of a question; there are {OFFERED}"
    raise ValueError(text)


def _template(text: str) -> Template:
    *pieces, last = _GAP.split(text)
    texts, paths = (*pieces[::2], last), tuple(pieces[1::2])
    for path in paths:
        if path not in TEXTS:
            problem = (
                f"`{{{path}}}` can not stand in a text; there are {', '.join(TEXTS)}"
            )
            raise ValueError(problem)
    if len(set(paths)) < len(paths) or not all(texts[1:-1]):
        problem = "put each part once, with a text between two, to tell them apart"
        raise ValueError(problem)
    return Template(texts, paths)
