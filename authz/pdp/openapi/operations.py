"""What can be asked, as data: the document and a reference page are made from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

JSON = "application/json"
PROBLEM = "application/problem+json"
Schema = Mapping[str, Any]
#: Who may call: a service with its key, somebody who is signed in, everybody.
Access = Literal["key", "session", "everybody"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """A header, or a part of the path."""

    name: str
    place: Literal["header", "path"]
    words: str
    schema: Schema
    example: Any = None
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One status.

    Attributes:
        contents: media type -> the schema of its bodies; empty: no body.
        headers: of such an answer, by name.
    """

    words: str
    contents: Mapping[str, Schema] = field(default_factory=dict)
    headers: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A request that is answered as it says.

    Attributes:
        name: in letters and dashes.
        words: what it shows.
        path: names of the path -> what is put in.
        headers: sent beside key and content type.
        body: None: without one.
        answer: the body; None: there is none.
        answer_headers: some of those that come with it.
        abridged: the real answer holds more of the same.
    """

    name: str
    words: str
    path: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    status: int = 200
    answer: Any = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    abridged: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One thing that can be asked, at one address.

    Attributes:
        id: its name in the document.
        topic: the operations that are one thing at several addresses.
        methods: alike in all else.
        words: what it is for.
        note: what is particular at this address.
        scope: of the key; empty where none is needed.
        body: the schema of the request's body; None: it has none.
        limits: those of `LIMITS` that hold here.
        away: it stands at the root of the host, whatever the base address.
    """

    id: str
    topic: str
    path: str
    title: str
    words: str
    note: str = ""
    methods: tuple[str, ...] = ("post",)
    access: Access = "key"
    scope: str = ""
    parameters: Sequence[Parameter] = ()
    body: Schema | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[int, Answer] = field(default_factory=dict)
    examples: Sequence[Example] = ()
    away: bool = False
