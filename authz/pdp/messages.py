"""The messages of AuthZEN 1.0 (sections 5 to 8), and what a source answers."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Properties = dict[str, Any]
#: What a search looks for.
Wanted = Literal["subject", "resource", "action"]


# `gc=False` below: what JSON was read into holds no cycle, and is made for every question


class Subject(msgspec.Struct, frozen=True, gc=False):
    """Who asks to act; `id` is unique within `type`."""

    type: str
    id: str
    properties: Properties = {}


class Resource(msgspec.Struct, frozen=True, gc=False):
    """On what."""

    type: str
    id: str
    properties: Properties = {}


class Action(msgspec.Struct, frozen=True, gc=False):
    """To do what."""

    name: str
    properties: Properties = {}


class Evaluation(msgspec.Struct, frozen=True, gc=False):
    """One question; unknown members were ignored, as section 10 asks."""

    subject: Subject
    action: Action
    resource: Resource
    context: Properties = {}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a source answers.

    Attributes:
        revision: the state it was true for.
        release: names the policy of that state, in letters and digits; may be empty.
        context: told to the caller, the same for the same question; bytes are JSON
            that was encoded before.
    """

    allowed: bool
    revision: int
    release: str = ""
    context: Mapping[str, Any] | bytes = {}


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Where a source stands now.

    Attributes:
        state: names the history that `revision` counts in: another one after a restore.
        revision: every answer from now on is of that revision or newer.
        release: as in `Outcome`.
    """

    state: str
    revision: int
    release: str = ""
