"""What a child of a fork must not share with its parent: locks that a thread held."""

import os
import weakref
from collections.abc import Callable

#: What to call, in the order in which it came; what is gone is not in here.
_restarts: dict["weakref.WeakMethod[Callable[[], None]]", None] = {}


def in_children(method: Callable[[], None]) -> None:
    """Call a method of an object first thing in each child, while the object lives."""
    _restarts[weakref.WeakMethod(method, _forget)] = None


def _forget(gone: "weakref.WeakMethod[Callable[[], None]]") -> None:
    _restarts.pop(gone, None)


def _restart() -> None:
    for method in filter(None, [found() for found in _restarts]):
        method()


os.register_at_fork(after_in_child=_restart)
