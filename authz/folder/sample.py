"""A question to try, made of names that stand in a folder."""

from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import Any

from authz.errors import EvaluationError
from authz.folder.choices import NOTHING, Puts, choices_of
from authz.folder.feeds import AbsentError
from authz.folder.rules import Rules
from authz.pdp import Action, BadRequestError, Evaluation, Resource, Subject

#: Questions that are tried: of one row; of all; and rows that casbin may look at for it.
_TRIES_OF_A_ROW, _TRIES, _ROWS_LOOKED_AT = 100, 500, 50_000
_FEWEST = 10


def sample_question(rules: Rules) -> dict[str, Any]:
    """One that is allowed, if a few tries find it; else one that lacks nothing."""
    choices = choices_of(rules)
    places = [choices.of_row(row) for row in choices.names.rows]
    tries = _ROWS_LOOKED_AT // max(1, len(rules.rows))
    for question in islice(_questions(places), max(_FEWEST, min(_TRIES, tries))):
        if _is_allowed(rules, question):
            return question
    return _question(next(filter(None, puts), NOTHING) for puts in places[0])


def _questions(places: Iterable[list[list[Puts]]]) -> Iterator[dict[str, Any]]:
    """With each of a few values at each place, the likely ones first."""
    for choices in places:
        for chosen in islice(product(*choices), _TRIES_OF_A_ROW):
            yield _question(chosen)


def _question(chosen: Iterable[Puts]) -> dict[str, Any]:
    found: dict[str, Any] = {"subject": {}, "action": {}, "resource": {}}
    for puts in chosen:
        for path, value in puts.items():
            *before, last = path.split(".")
            place = found
            for name in before:
                if not isinstance(place.get(name), dict):  # of another token
                    place[name] = {}
                place = place[name]
            if not isinstance(place.get(last), dict):  # what is inside is needed
                place[last] = value
    return found


def _is_allowed(rules: Rules, question: dict[str, Any]) -> bool:
    asked = Evaluation(
        Subject(**question["subject"]),
        Action(**question["action"]),
        Resource(**question["resource"]),
        question.get("context", {}),
    )
    if rules.wiring.undeclared(asked):
        return False
    try:
        return rules.evaluator.decide(rules.wiring.request(asked))
    except (AbsentError, BadRequestError, EvaluationError):
        return False
