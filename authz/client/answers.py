"""What answers say, read strictly: whatever is not exactly an answer is none."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from authz.client.wire import Answer

_REVISION = re.compile(r"[0-9]{1,18}")
_SHOWN_LETTERS = 200
_NOTHING: Mapping[str, Any] = MappingProxyType({})
#: Of `evaluations_semantic`, with the answer that ends it.
SEMANTICS = {
    "execute_all": None,
    "deny_on_first_deny": False,
    "permit_on_first_permit": True,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """An answer, and what it was true for.

    Attributes:
        allowed: the answer; also what `if decision:` asks.
        revision: a revision at which it was right, None when the service did not say.
        release: the policy in force then.
        context: what the service says about it: the reason of a refusal.
        fresh: False when a local replica gave it: a change may not be in it yet.
        request_id: to tell whoever runs the service.
    """

    allowed: bool
    revision: int | None = None
    release: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    fresh: bool = True
    request_id: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # no override in 3.11
        shown = {"allowed": self.allowed, "code": self.code, "error": self.error}
        shown |= {"revision": self.revision, "release": self.release}
        shown |= {"fresh": self.fresh, "request_id": self.request_id}
        return f"Decision({', '.join(f'{name}={shown[name]!r}' for name in shown)})"

    @property
    def code(self) -> str:
        """Why not, as a stable code; empty when the service did not say."""
        code = self.context.get("code")
        return code if isinstance(code, str) else ""

    @property
    def error(self) -> str:
        """Why a question of a batch was not answered; empty when it was."""
        error = self.context.get("error")
        said = error.get("message") if isinstance(error, Mapping) else error
        return said[:_SHOWN_LETTERS] if isinstance(said, str) else ""


class Stamp(NamedTuple):
    """What the headers of an answer say."""

    revision: int | None
    release: str
    request_id: str


class Page(NamedTuple):
    """Some results of a search: ids, or names of actions.

    Attributes:
        next_token: empty on the last page.
    """

    results: tuple[str, ...]
    next_token: str
    revision: int | None


def stamp_of(answer: Answer, request_id: str) -> Stamp:
    """The revision, the release and the id under which the service knows it."""
    text = answer.headers.get("Delega-Revision", "")
    revision = int(text) if _REVISION.fullmatch(text) else None
    sent = answer.headers.get("X-Request-ID", "")
    release = answer.headers.get("Delega-Release", "")
    named = sent if sent.isascii() and sent.isprintable() else ""
    return Stamp(revision, release, named[:128] or request_id)


def read_object(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer.

    Raises:
        ValueError: it is none that every reader would read alike.
    """
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ValueError("it is not JSON")
    said = read_json(answer.body)
    if not isinstance(said, dict):
        raise ValueError("it is no object")
    return said


def read_json(body: bytes) -> Any:
    """Strict JSON.

    Raises:
        ValueError: a name stands twice, a number is none, it is too deep, or not UTF-8.
    """
    try:
        return json.loads(
            body.decode(), object_pairs_hook=_once, parse_constant=_no_number
        )
    except RecursionError as error:
        raise ValueError("it is too deep") from error


def decision(said: Any, stamp: Stamp) -> Decision:
    """One decision.

    Raises:
        ValueError: it is none.
    """
    context = _NOTHING
    if isinstance(said, dict):
        context = said.get("context", _NOTHING)
    if not isinstance(said, dict) or not isinstance(context, Mapping):
        raise ValueError("a decision is not an object")
    # INVARIANT: true is true alone, not 1, not "true"
    if not isinstance(said.get("decision"), bool):
        raise ValueError("a decision is neither true nor false")
    return Decision(
        allowed=said["decision"],
        revision=stamp.revision,
        release=stamp.release,
        context=context,
        request_id=stamp.request_id,
    )


def decisions(
    said: Mapping[str, Any], stamp: Stamp, asked: int, semantic: str
) -> list[Decision]:
    """The decisions of a batch.

    Raises:
        ValueError: they are not those of so many questions, asked in that way.
    """
    made = [decision(item, stamp) for item in _list(said, "evaluations")]
    stop = SEMANTICS[semantic]
    ends = [place for place, one in enumerate(made, 1) if one.allowed is stop]
    # INVARIANT: an answer is never taken for that of another question
    if len(made) != min([*ends, asked]):
        raise ValueError("there are not as many answers as questions")
    return made


def page(said: Mapping[str, Any], stamp: Stamp, kind: str | None) -> Page:
    """A page of a search; `kind` is what entities must be, None for actions.

    Raises:
        ValueError: it is none.
    """
    about = said.get("page", {"next_token": ""})
    token = about.get("next_token") if isinstance(about, dict) else None
    if not isinstance(token, str):
        raise ValueError("its page has no `next_token`")
    results = tuple(_name(item, kind) for item in _list(said, "results"))
    return Page(results, token, stamp.revision)


def permissions(said: Mapping[str, Any], account: str) -> dict[str, frozenset[str]]:
    """What each user of an account may do: `draft.send` and so on.

    Raises:
        ValueError: it is no download, or that of another account.
    """
    users = said.get("users")
    if said.get("account") != account or not isinstance(users, dict):
        raise ValueError("it is not that account's")
    alike: dict[frozenset[str], frozenset[str]] = {}
    found = {}
    for user in users:
        actions = frozenset(_texts(_list(users, user)))
        found[user] = alike.setdefault(actions, actions)
    return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _list(said: Mapping[str, Any], name: str) -> list[Any]:
    found = said.get(name)
    if not isinstance(found, list):
        raise ValueError(f"it has no list `{name}`")
    return found


def _texts(items: list[Any]) -> list[str]:
    if not all(isinstance(item, str) for item in items):
        raise ValueError("an action is not a text")
    return cast(list[str], items)


def _name(item: Any, kind: str | None) -> str:
    name = "name" if kind is None else "id"
    if not isinstance(item, dict) or not isinstance(item.get(name), str):
        raise ValueError(f"a result has no `{name}`")
    if kind is not None and item.get("type") != kind:
        raise ValueError("a result is of another type")
    return cast(str, item[name])
