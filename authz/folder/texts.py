"""The texts of every question, whatever it is about."""

from collections.abc import Callable, Mapping

from authz.pdp import Evaluation

#: Texts of every question, whoever asks.
TEXTS: Mapping[str, Callable[[Evaluation], str]] = {
    "subject.id": lambda question: question.subject.id,
    "subject.type": lambda question: question.subject.type,
    "resource.id": lambda question: question.resource.id,
    "resource.type": lambda question: question.resource.type,
    "action.name": lambda question: question.action.name,
}
#: Where the name of what a search looks for stands.
NAME_OF = {"subject": "subject.id", "resource": "resource.id", "action": "action.name"}
