"""Decisions as the log takes them, and what stands in its file."""

import json
from pathlib import Path
from typing import Any

from authz.pdp import Outcome
from webapp.decisions.counts import Door
from webapp.decisions.lines import Made

USER, ACCOUNT = "u_" + "a" * 26, "a_" + "b" * 26
UUID = "123E4567-e89b-12d3-a456-426614174000"
#: Every member of a line, in its order.
FIELDS = [
    "at",
    "door",
    "caller",
    "account",
    "subject",
    "resource",
    "action",
    "decision",
    "code",
    "revision",
    "release",
    "request_id",
]


def made(**changes: Any) -> Made:
    outcome = Outcome(allowed=True, revision=7, release="abc")
    found = Made(0.0, Door.PAGE, "k_1", UUID, ACCOUNT, USER, "draft", "send", outcome)
    return found._replace(**changes)


def denied(code: str, *, as_bytes: bool = True) -> Outcome:
    context: Any = {"code": code, "reason_user": {"it": "x"}}
    if as_bytes:
        context = json.dumps(context).encode()
    return Outcome(allowed=False, revision=7, release="abc", context=context)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in path.read_text().splitlines()]
