"""Whether every invariant has something that holds it, or says why not yet."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from authz.errors import Fault
from authz.policy import Invariant

HOW_MANY = 23


def invariant_faults(
    invariants: Sequence[Invariant], repository: Path | None
) -> Iterator[Fault]:
    """Gaps in the numbering, entries without holder, holders that do not exist."""
    numbers = [invariant.number for invariant in invariants]
    if numbers != list(range(1, HOW_MANY + 1)):
        yield _fault("DLG220", f"must be numbered 1 to {HOW_MANY}, each once, in order")
    for invariant in invariants:
        if not invariant.held_by and not invariant.later:
            text = f"number {invariant.number} has neither a holder nor `later`"
            yield _fault("DLG221", text)
        for name in () if invariant.later else invariant.held_by:
            if repository is not None and not _exists(repository, name):
                text = (
                    f"number {invariant.number} is held by `{name}`, which is not there"
                )
                yield _fault("DLG222", text)


def _exists(repository: Path, name: str) -> bool:
    path, _, function = name.partition("::")
    file = repository / path
    if not file.is_file():
        return False
    pattern = rf"^def {re.escape(function)}\b"
    return bool(re.search(pattern, file.read_text(), re.MULTILINE))


def _fault(code: str, text: str) -> Fault:
    return Fault(code=code, message=text, file="invariants.toml")
