"""Examples as people run them: curl, with three variables for what only they know."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from authz.pdp.openapi import JSON, Document, Example, Operation
from webapp.decisions.reference_operations import ACCOUNT, USER

_VARIABLES = {ACCOUNT: "$ACCOUNT", USER: "$USER"}
_KNOWN = re.compile("|".join(_VARIABLES))


def curl(document: Document, operation: Operation, example: Example) -> str:
    """A line for the shell, which puts the variables in."""
    method = operation.methods[0]
    address = _base(document, operation) + operation.path.format(**example.path)
    lines = [f'curl "{_known(address)}"']
    if operation.access == "key":
        lines.append('-H "Authorization: Bearer $KEY"')
    elif operation.access == "session":
        lines.append(f'-b "{document.cookie}=$SESSION"')
    for name, text in example.headers.items():
        lines.append(f'-H "{name}: {_known(text)}"')
    if method == "post":
        lines.append(f'-H "Content-Type: {JSON}"')
        body = json.dumps(example.body, ensure_ascii=False)
        quoted = _KNOWN.sub(lambda found: f"'{_VARIABLES[found[0]]}'", body)
        lines.append(f"-d '{quoted}'")
    return " \\\n  ".join(lines)


def shown(answer: Any) -> str:
    """An answer with its members on lines of their own; nothing, for no body."""
    return "" if answer is None else json.dumps(answer, indent=2, ensure_ascii=False)


def _base(document: Document, operation: Operation) -> str:
    if not operation.away:
        return document.url
    return document.url.removesuffix(urlsplit(document.url).path)


def _known(text: str) -> str:
    return _KNOWN.sub(lambda found: _VARIABLES[found[0]], text)
