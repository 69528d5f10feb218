"""A source to ask: a library whose people hold rights through groups of groups."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from authz.decision import Reason
from authz.errors import NotReadyError
from authz.pdp import (
    DENIALS,
    Evaluation,
    Failure,
    Head,
    ItemError,
    Kind,
    Outcome,
    Reply,
    Service,
    Wanted,
    denial,
    one_by_one,
)

READ: dict[str, Any] = {
    "subject": {"type": "reader", "id": "ada"},
    "action": {"name": "read"},
    "resource": {"type": "book", "id": "emma"},
}
BORROW = {"action": {"name": "borrow"}}
ALL_SCOPES = frozenset({"decide", "search", "explain"})
JSON = {"content-type": "application/json"}
KEY = b"a key for tests of the library.."


@dataclass(frozen=True)
class Caller:
    id: str = "k_desk"
    scopes: frozenset[str] = ALL_SCOPES


@dataclass
class Library:
    """Ada is in `circle`, which is in `town`; the town reads, Bea also borrows `emma`.

    Asking about the book `burnt` fails. The revision only moves when a test moves it.
    """

    groups: dict[str, set[str]] = field(
        default_factory=lambda: {"ada": {"circle"}, "circle": {"town"}, "bea": {"town"}}
    )
    grants: set[tuple[str, str, str]] = field(
        default_factory=lambda: {
            ("town", "read", "emma"),
            ("town", "read", "dune"),
            ("bea", "borrow", "emma"),
        }
    )
    readers: tuple[str, ...] = ("ada", "bea", "cy")
    books: tuple[str, ...] = ("burnt", "dune", "emma", "ivanhoe")
    actions: tuple[str, ...] = ("borrow", "burn", "read")
    revision: int = 7
    state: str = "first"
    most: int = 100_000
    asked: list[Evaluation] = field(default_factory=list)
    charged: list[int] = field(default_factory=list)

    def holds(self, who: str) -> set[str]:
        found, front = set(), [who]
        while front:
            node = front.pop()
            if node not in found:
                found.add(node)
                front += self.groups.get(node, ())
        return found

    def decide(self, question: Evaluation) -> Outcome:
        self.asked.append(question)
        if question.resource.id == "burnt":
            raise ItemError(404, "that book is no more")
        wish = (question.action.name, question.resource.id)
        types = (question.subject.type, question.resource.type) == ("reader", "book")
        allowed = types and any(
            (who, *wish) in self.grants for who in self.holds(question.subject.id)
        )
        context = {} if allowed else DENIALS[Reason.NO_PERMISSION]
        return Outcome(
            allowed=allowed, revision=self.revision, release="r1", context=context
        )

    def decide_many(
        self, questions: Sequence[Evaluation]
    ) -> Iterable[Outcome | Failure]:
        return one_by_one(self.decide, questions)

    def explain(self, question: Evaluation) -> Outcome:
        plain = self.decide(question)
        context = {} if plain.allowed else denial(Reason.NO_PERMISSION)
        trace = sorted(self.holds(question.subject.id))
        return Outcome(
            allowed=plain.allowed,
            revision=plain.revision,
            release=plain.release,
            context={**context, "trace": trace},
        )

    def candidates(self, wanted: Wanted, question: Evaluation) -> Iterable[str]:
        if wanted == "subject":
            return self.readers
        return self.books if wanted == "resource" else self.actions

    def head(self) -> Head:
        return Head(state=self.state, revision=self.revision, release="r1")

    def at_least(self, revision: int) -> None:
        if revision > self.revision:
            raise NotReadyError("the library is behind; secret of the house")

    def charge(self, decisions: int) -> None:
        self.charged.append(decisions)
        if decisions > self.most:
            raise ItemError(429, "too many decisions", 3)


def body_of(request: Any) -> bytes:
    return request if isinstance(request, bytes) else json.dumps(request).encode()


def send(
    kind: Kind,
    request: Any,
    source: Library | None = None,
    caller: Caller | None = None,
    **headers: str,
) -> Reply:
    """Headers are written with `_` for `-`."""
    sent = {**JSON, **{name.replace("_", "-"): text for name, text in headers.items()}}
    service = Service([KEY])
    library = Library() if source is None else source
    return service.answer(caller or Caller(), library, kind, sent, body_of(request))


def answered(
    kind: Kind, request: Any, source: Library | None = None, **headers: str
) -> Any:
    """The body of a 200."""
    reply = send(kind, request, source, **headers)
    assert reply.status == 200, reply
    assert dict(reply.headers)["Content-Type"] == "application/json"
    return json.loads(reply.body)


def refused(
    kind: Kind, request: Any, source: Library | None = None, **headers: str
) -> str:
    """The message of a 400, which is no decision."""
    reply = send(kind, request, source, **headers)
    assert reply.status == 400, reply
    message = json.loads(reply.body)
    assert isinstance(message, str)
    return message
