"""The drawing of *why*: a way in stations, good ones up to the break."""

from collections.abc import Iterable
from typing import NamedTuple


class Station(NamedTuple):
    """A stop on the way; `holds`: one gets there."""

    holds: bool
    label: str
    name: str
    detail: str = ""


def drawn(stations: Iterable[Station]) -> list[dict[str, str]]:
    """What the macro `path` shows; after the break nothing is reached."""
    steps, broken = [], False
    for holds, label, name, detail in stations:
        state = "rest" if broken else "ok" if holds else "break"
        broken = broken or not holds
        steps.append({"state": state, "label": label, "name": name, "detail": detail})
    return steps
