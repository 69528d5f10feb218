"""What a child of a fork must not share with its parent: locks that a thread held."""

import os
import weakref
from collections.abc import Callable


def in_children(method: Callable[[], None]) -> None:
    """Call a method of an object first thing in each child, while the object lives."""
    found = weakref.WeakMethod(method)
    os.register_at_fork(after_in_child=lambda: (found() or _nothing)())


def _nothing() -> None:
    """What is left to do when the object is gone."""
