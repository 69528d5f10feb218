"""After a fork: what was locked stays locked, so locks begin anew in the child."""

import os
import weakref
from collections.abc import Callable


def after_fork(method: Callable[[], None]) -> None:
    """Call a bound method in every child, while its object lives."""
    found = weakref.WeakMethod(method)
    register = getattr(os, "register_at_fork", _nothing)
    register(after_in_child=lambda: (found() or _nothing)())


def _nothing(**_hooks: object) -> None:
    """For an object that is gone, or a system without forks."""
