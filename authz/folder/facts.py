"""What is known of each part of a question: stored, sent, or so by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace

from authz.folder.entities import OWN_NAMES, Properties
from authz.pdp import Action, Evaluation

PARTS = ("subject", "resource", "action", "context")


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one part.

    Attributes:
        stored: type and id -> properties, from the entity file.
        sent: the properties that a caller may send; they win for that request.
        defaults: what a property is that is neither sent nor stored.
    """

    part: str
    stored: Mapping[tuple[str, str], Properties]
    sent: frozenset[str]
    defaults: Properties

    def may_send(self, name: str) -> bool:
        """Whether the property is the caller's; all of the context is."""
        return self.part == "context" or name in self.sent

    def is_ignored(self, name: str) -> bool:
        """Whether a caller sends that property in vain; never asked of the context."""
        return name not in self.sent and name not in OWN_NAMES[self.part]

    def properties(self, question: Evaluation) -> dict[str, object]:
        """The properties in this question.

        INVARIANT: what a caller sends without being let is not looked at, however
        much it is.
        """
        if self.part == "context":
            return {**self.defaults, **question.context}
        entity = getattr(question, self.part)
        found = dict(self.defaults)
        if not isinstance(entity, Action):
            found.update(self.stored.get((entity.type, entity.id), {}))
        sent = entity.properties
        found.update((name, sent[name]) for name in self.sent if name in sent)
        return found

    def thing(self, question: Evaluation) -> SimpleNamespace:
        """An object whose attributes these are, with its own type and id, or name."""
        found = _as_object(self.properties(question))
        if self.part == "action":
            found.name = question.action.name
        elif self.part != "context":
            entity = getattr(question, self.part)
            found.type, found.id = entity.type, entity.id
        return found


def as_value(value: object) -> object:
    """JSON as a matcher reads it: attributes, none to be mistaken for a dict's method."""
    if isinstance(value, dict):
        return _as_object(value)
    if isinstance(value, list):
        return [as_value(item) for item in value]
    return value


def _as_object(properties: Properties) -> SimpleNamespace:
    return SimpleNamespace(
        **{name: as_value(value) for name, value in properties.items()}
    )
