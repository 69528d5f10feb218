"""A question to try, made of names that stand in a folder."""

from collections.abc import Sequence
from typing import Any

from authz.folder.feeds import Path
from authz.folder.rules import Rules
from authz.folder.texts import NAME_OF
from authz.pdp import Action, Evaluation, Resource, Subject

_TYPES = {"subject": "user", "resource": "thing"}
_ANY = "*"


def sample_question(rules: Rules) -> dict[str, Any]:
    """A question about the first row, asked by somebody who holds its role."""
    subject, resource = _entity(rules, "subject"), _entity(rules, "resource")
    action: dict[str, Any] = {"name": next(iter(rules.entities.actions), "read")}
    found: dict[str, Any] = {"subject": subject, "action": action, "resource": resource}
    blank = Evaluation(Subject(**subject), Action(**action), Resource(**resource))
    row = next(row for row in rules.rows if row.ptype == "p")
    columns = dict(zip(rules.model.tokens["p"], row.values, strict=True))
    links = [row.values for row in rules.rows if row.ptype in rules.model.links]
    tokens = rules.model.tokens["r"]
    for token, feed in zip(tokens, rules.wiring.feeds, strict=True):
        value = _holder(links, columns.get(token, _ANY))
        if value == _ANY:
            continue
        if isinstance(feed, Path) and "." in feed.path:
            _put(found, feed.path.split("."), value)
        for part, path in NAME_OF.items():
            name = feed.name_in(value, part, blank) if feed.carries(part) else None
            if name is not None:
                _put(found, path.split("."), name)
    return found


def _entity(rules: Rules, part: str) -> dict[str, Any]:
    known = next(iter(rules.entities.properties[part]), None)
    if known is not None:
        return {"type": known[0], "id": known[1]}
    return {"type": min(rules.wiring.types.get(part, {_TYPES[part]})), "id": "1"}


def _holder(links: Sequence[tuple[str, ...]], name: str) -> str:
    """Who holds a role, through however many; the name itself when nobody does."""
    for _ in links:  # through different domains, links may lead round
        name = next((values[0] for values in links if values[1] == name), name)
    return name


def _put(question: dict[str, Any], path: list[str], value: str) -> None:
    place = question
    for name in path[:-1]:
        place = place.setdefault(name, {})
    place[path[-1]] = value
