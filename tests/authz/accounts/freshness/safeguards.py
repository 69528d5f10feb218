"""What the stories about single safeguards share.

A story runs in one thread: what another process does happens inside a callback of the
first, so every run is the same run.
"""

import mmap
from pathlib import Path

import pytest

from authz.errors import ChangeRefusedError
from authz.storage.page import LockedPage
from tests.authz.accounts.freshness.rig import (
    Writer,
)

both = pytest.mark.parametrize("safe", [True, False], ids=["on", "off"])


def acknowledged(writer: Writer, account: str = "a_1") -> int | None:
    """Try a change; its revision when it was acknowledged, None when refused."""
    try:
        return writer.change(account)
    except ChangeRefusedError:
        return None


def put_word(path: str, word: int) -> None:
    with Path(path).open("r+b") as file, mmap.mmap(file.fileno(), 8) as memory:
        view = memoryview(memory).cast("Q")
        view[0] = word
        view.release()


def only_even(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page is ever marked as changing, nor retired."""
    write = LockedPage.write
    monkeypatch.setattr(
        LockedPage, "write", lambda self, word: word & 1 or write(self, word)
    )
