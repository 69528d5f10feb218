"""The entity file: subjects and resources with what is known of them, and actions."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from authz.errors import Fault
from authz.folder.faults import ENTITIES, folder_error, require_none
from authz.folder.toml_lines import read_toml

#: What an entity's object says by itself, so that no property can be named so.
OWN_NAMES: Mapping[str, frozenset[str]] = {
    "subject": frozenset({"type", "id"}),
    "resource": frozenset({"type", "id"}),
    "action": frozenset({"name"}),
}
Properties = Mapping[str, object]


class _Entity(msgspec.Struct, forbid_unknown_fields=True):
    type: str
    id: str
    properties: dict[str, Any] = {}


class _File(msgspec.Struct, forbid_unknown_fields=True):
    subjects: list[_Entity] = []
    resources: list[_Entity] = []
    actions: list[str] = []


class Entities(msgspec.Struct, frozen=True):
    """What the file says.

    Attributes:
        properties: `subject` or `resource` -> type and id -> its properties.
        actions: all names of actions, for searches that no row answers.
    """

    properties: Mapping[str, Mapping[tuple[str, str], Properties]]
    actions: Sequence[str]

    def ids(self, part: str, kind: str) -> list[str]:
        """The ids of one type of subject or resource; the names of all actions."""
        if part == "action":
            return list(self.actions)
        return [each for known, each in self.properties[part] if known == kind]


NO_ENTITIES = Entities({"subject": {}, "resource": {}}, ())


def read_entities(file: str, text: str) -> Entities:
    """Read `entities.json` or `entities.toml`.

    Raises:
        FolderError: it is not what it should be; the message names the entry.
    """
    value = (
        read_toml(ENTITIES, file, text) if file.endswith(".toml") else _json(file, text)
    )
    try:
        found = msgspec.convert(value, _File)
    except msgspec.ValidationError as error:
        raise folder_error(ENTITIES, file, _in_words(error)) from error
    listed = {"subject": found.subjects, "resource": found.resources}
    faults = [
        Fault(code=ENTITIES, message=message, file=file)
        for part, entities in listed.items()
        for message in _problems(part, entities)
    ]
    require_none(faults)
    return Entities(
        {
            part: {(e.type, e.id): e.properties for e in es}
            for part, es in listed.items()
        },
        tuple(dict.fromkeys(found.actions)),
    )


def _in_words(error: msgspec.ValidationError) -> str:
    message = str(error)
    return message[:1].lower() + message[1:].replace("`$.", "`")


def _problems(part: str, entities: Iterable[_Entity]) -> Iterator[str]:
    seen: dict[tuple[str, str], int] = {}
    for place, entity in enumerate(entities):
        entry = f"`{part}s[{place}]`"
        before = seen.setdefault((entity.type, entity.id), place)
        if before != place:
            yield f"{entry} is `{part}s[{before}]` again; write it once"
        for name in sorted(OWN_NAMES[part].intersection(entity.properties)):
            yield f"{entry} has a property `{name}`, which is its own; rename it"
        if not _is_plain(entity.properties):
            yield f"{entry} holds a date or no finite number; write it as a text"


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int)


def _json(file: str, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        message = f"this is not JSON: {error.msg}"
        raise folder_error(ENTITIES, file, message, error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise folder_error(ENTITIES, file, f"this is not JSON: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            text = f"the name `{name}` stands twice in one object"
            raise ValueError(text)
    return dict(pairs)
