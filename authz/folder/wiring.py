"""`pdp.toml`: which parts of an AuthZEN question feed which tokens of the model."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from authz.engine import Model, Row
from authz.errors import Fault
from authz.folder.declared import (
    Document,
    declared,
    default_faults,
    table_faults,
)
from authz.folder.entities import Entities
from authz.folder.facts import PARTS, Facts
from authz.folder.faults import MAPPING, require_none
from authz.folder.feeds import Feed, Path, read_feed
from authz.folder.files import MAPPING as FILE
from authz.folder.toml_lines import read_toml
from authz.pdp import Evaluation

#: Properties that were looked through for one request, by their identity; held, so
#: that no others have it.
Looked = dict[int, object]
#: What feeds a token that `pdp.toml` does not name.
USUAL = {
    **dict.fromkeys(("sub", "subject", "user", "principal"), "subject.id"),
    **dict.fromkeys(("obj", "object", "resource", "res"), "resource.id"),
    **dict.fromkeys(("act", "action", "method", "verb"), "action.name"),
    **dict.fromkeys(("dom", "domain"), "context.domain"),
    "tenant": "context.tenant",
    "account": "context.account",
}


@dataclass(frozen=True, slots=True)
class Wiring:
    """A `pdp.toml` that was read, or what stands in for one.

    Attributes:
        feeds: of each token of the model's requests, in their order.
        types: part -> the types that are answered for; any when it is not there.
        facts: what is known of each part.
    """

    feeds: Sequence[Feed]
    types: Mapping[str, frozenset[str]]
    facts: Mapping[str, Facts]

    @property
    def is_text(self) -> bool:
        """Whether every request is texts alone."""
        return all(feed.is_text for feed in self.feeds)

    def undeclared(self, question: Evaluation) -> str:
        """The part whose type is not answered for, if one is; the resource first."""
        for part in ("resource", "subject"):
            types = self.types.get(part)
            if types is not None and getattr(question, part).type not in types:
                return part
        return ""

    def ignored(self, question: Evaluation, looked: Looked) -> Iterator[str]:
        """Some properties that were sent for a token, and that it does not take.

        Args:
            question: what was sent; what items of a batch share is looked at once.
            looked: through these before; grows.
        """
        for part in ("subject", "resource", "action"):
            sent = getattr(question, part).properties
            if not sent or id(sent) in looked:
                continue
            looked[id(sent)] = sent
            for feed in self.feeds:
                if isinstance(feed, Path):
                    yield from feed.ignored(self.facts[part], sent)

    def request(self, question: Evaluation) -> tuple[object, ...]:
        """The question in the model's tokens.

        Raises:
            BadRequestError: the caller must send something.
            AbsentError: something is not known.
        """
        return tuple(feed.value(question, self.facts) for feed in self.feeds)


def read_wiring(
    text: str, model: Model, rows: Sequence[Row], entities: Entities
) -> Wiring:
    """Read a `pdp.toml`; an empty text leaves everything to the names of the tokens.

    Raises:
        FolderError: everything that is wrong with it.
    """
    document = Document(read_toml(MAPPING, FILE, text), text)
    require_none([*table_faults(document)])
    faults = [*default_faults(document), *_strange_tokens(document, model)]
    wired = [_feed(document, model, rows, token) for token in model.tokens["r"]]
    faults += [feed for feed in wired if isinstance(feed, Fault)]
    require_none(faults)
    said = declared(document)
    facts = {
        part: Facts(
            part,
            entities.properties.get(part, {}),
            said.sent.get(part, frozenset()),
            said.defaults.get(part, {}),
        )
        for part in PARTS
    }
    feeds = [feed for feed in wired if not isinstance(feed, Fault)]
    require_none(list(_unsent(document, model, feeds, facts)))
    return Wiring(feeds, said.types, facts)


def _strange_tokens(document: Document, model: Model) -> Iterator[Fault]:
    known = model.tokens["r"]
    for token in document.tables.get("request", {}):
        if token not in known:
            text = f"the model has no token `{token}`; it has {', '.join(known)}"
            yield document.fault(text, "request", token)


def _feed(
    document: Document, model: Model, rows: Sequence[Row], token: str
) -> Feed | Fault:
    said = document.tables.get("request", {}).get(token)
    reads = re.compile(rf"\br\d*[._]{token}\.")
    in_matcher = any(reads.search(matcher) for matcher in model.matchers.values())
    if said is None:
        is_object = in_matcher or any(map(reads.search, map(str, rows)))
        is_first = token == model.tokens["r"][0]
        return _usual(document, token, is_object=is_object, is_first=is_first)
    try:
        feed = read_feed(said)
    except ValueError as error:
        return document.fault(str(error), "request", token)
    if in_matcher and feed.is_text:
        text = f"the matcher reads attributes of r.{token}: feed it with an object"
        return document.fault(f"{text}, such as subject", "request", token)
    return feed


def _usual(
    document: Document, token: str, *, is_object: bool, is_first: bool
) -> Feed | Fault:
    if token not in USUAL:
        text = f"nothing says what feeds the token `{token}`; write it under [request]"
        # who asks stands first, and must not be what the caller likes to say
        path = "subject.id" if is_first else f"context.{token}"
        path = path.partition(".")[0] if is_object and is_first else path
        return document.fault(f'{text}, such as {token} = "{path}"', "request")
    path = USUAL[token]
    return Path(path.partition(".")[0] if is_object else path)


def _unsent(
    document: Document,
    model: Model,
    feeds: Sequence[Feed],
    facts: Mapping[str, Facts],
) -> Iterator[Fault]:
    """Properties of actions that nobody may send: nothing else could know them."""
    for token, feed in zip(model.tokens["r"], feeds, strict=True):
        part, _, name = str(getattr(feed, "path", "")).partition(".properties.")
        known = facts["action"].sent.union(facts["action"].defaults)
        if part == "action" and name and name.partition(".")[0] not in known:
            text = f"no action has `{name}` of its own; let callers send it"
            text = f'{text}: [sent] action = ["{name.partition(".")[0]}"]'
            yield document.fault(text, "request", token)
