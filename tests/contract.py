"""An application held to its own document by schemathesis: whatever it finds, fails.

All checks are on, the seed is fixed, the budget small: a few requests that fit the
document and a few that do not, for each operation.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig

from authz.pdp.openapi import Document, Operation

URL = "http://localhost"
SEED = 20_260_111
EXAMPLES = 4
_BUDGET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
App = Callable[..., Iterable[bytes]]


def hold(
    app: App,
    document: Document,
    asked: tuple[str, str],
    mode: GenerationMode,
    send: Callable[[Case], None],
) -> None:
    """Ask one operation, by (path, method), in one of the ways."""
    config = SchemathesisConfig(seed=SEED)
    config.projects.default.update(base_url=URL)
    schema = schemathesis.openapi.from_dict(document.told, config=config)
    schema.app = app
    path, method = asked
    strategy = schema[path][method].as_strategy(generation_mode=mode)
    seed(SEED)(_BUDGET(given(strategy)(lambda case: send(case))))()


def methods(document: Document) -> list[tuple[str, str]]:
    """(path, method) of each operation; of those that are alike, the first and last."""
    return [
        (operation.path, method)
        for operation in document.operations
        for method in sorted({operation.methods[0], operation.methods[-1]})
    ]


def refusable(operation: Operation) -> bool:
    """Whether a request can fail to fit: there is a body, or something it must have."""
    return operation.body is not None or any(
        each.required and each.place == "header" for each in operation.parameters
    )


def known(case: Case) -> None:
    """Put in what no generator can know: a revision that is here, no stranger's token."""
    for name, text in list((case.headers or {}).items()):
        if name.lower() == "delega-at-least" and is_plain(text, "[0-9]{1,18}"):
            case.headers[name] = "0"
    if isinstance(case.body, dict):
        case.body = spelt(case.body)
        if isinstance(case.body.get("page"), dict):
            known_page(case.body["page"])


def known_page(page: dict[str, Any]) -> None:
    """Without a token of nobody's, and its limit in digits: 404.0 is whole to a schema."""
    if is_plain(page.get("token"), "[A-Za-z0-9_-]{1,1024}"):
        page["token"] = ""
    limit = page.get("limit")
    if isinstance(limit, float) and limit.is_integer():
        page["limit"] = int(limit)


def spelt(value: Any) -> Any:
    """Great numbers with an exponent: no schema can tell them from their digits."""
    if isinstance(value, dict):
        return {name: spelt(inside) for name, inside in value.items()}
    if isinstance(value, list):
        return [spelt(inside) for inside in value]
    is_great = isinstance(value, int) and 2**53 < abs(value) < 10**308
    return float(value) if is_great else value


def is_plain(text: object, pattern: str) -> bool:
    """Whether it is what the document asks for."""
    return isinstance(text, str) and re.fullmatch(pattern, text) is not None
