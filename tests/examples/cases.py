"""The examples of the checkout, and the requests that each comes with."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from authz.pdp import Kind

FOLDER = Path(__file__).parents[2] / "examples"
NAMES = tuple(sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))


def requests(name: str) -> Iterator[tuple[Kind, Any, Any]]:
    """Endpoint, request, and the decision or the names that are found."""
    text = (FOLDER / name / "requests.json").read_text(encoding="utf-8")
    for case in json.loads(text):
        kind = Kind(case["ask"])
        wanted = case["decision"] if kind is Kind.EVALUATION else case["results"]
        yield kind, case["request"], wanted


def told(kind: Kind, answer: Any) -> Any:
    """The same of an answer."""
    if kind is Kind.EVALUATION:
        return answer["decision"]
    return [each.get("id", each.get("name")) for each in answer["results"]]
