"""casbin's own enforcer as the keeper of model and rows, one caller at a time.

Every method of casbin's management and RBAC interface is casbin's own, behind the one
lock. What comes on top is knowing that something changed: `changed` is called before
the lock is let go, and parts of casbin that a caller can change unseen are noted when
they are handed out.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import get_ident
from typing import Any

import casbin

from authz.engine.dropin.linked import is_mendable
from authz.engine.lock import CASBIN_LOCK

#: How the methods begin that change nothing; every other method may.
READING = ("get_", "has_", "is_", "save_policy", "new_enforce_context")


class Part:
    """A live part of casbin: whoever gets it from outside can change it unseen."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._slot = f"_live_{name}"

    def __get__(self, keeper: "Keeper | None", owner: type | None = None) -> Any:
        if keeper is None:
            return None  # as casbin's class has it
        part = getattr(keeper, self._slot)
        if not keeper.is_inside():
            keeper.hand_out(part)
        return part

    def __set__(self, keeper: "Keeper", part: Any) -> None:
        setattr(keeper, self._slot, part)
        if not keeper.is_inside():
            keeper.hand_out(part)


class Keeper(casbin.Enforcer):  # type: ignore[misc,unused-ignore]
    """Model and rows, changed by one thread at a time."""

    model, fm, eft, rm_map, cond_rm_map = Part(), Part(), Part(), Part(), Part()

    _owner = 0
    _is_changing = False
    _is_mended = True
    _model_out: object = None
    _is_open = False
    _builds_links = False
    #: whether the links in the role managers are what casbin made of the g rows
    _has_own_links = True

    def __init__(
        self,
        model: Any = None,
        adapter: Any = None,
        enable_log: bool = False,
        logging_config: dict[str, Any] | None = None,
    ) -> None:
        with self.turn(changes=True):
            super().__init__(model, adapter, enable_log, logging_config)
            self._model_out = model

    def changed(self) -> None:
        """What was known of the rows holds no more; called with the lock held."""
        self._is_mended = False

    @contextmanager
    def turn(self, *, changes: bool) -> Iterator[None]:
        """The time in which no other thread calls casbin."""
        with CASBIN_LOCK:
            before = self._owner, self._is_changing
            self._owner = get_ident()
            self._is_changing = changes or before[1]
            try:
                if not self._is_changing and not self._is_mended:
                    self._mend()
                yield
            finally:
                if changes:
                    self.changed()
                self._owner, self._is_changing = before

    def is_inside(self) -> bool:
        """Whether this thread has its turn: casbin itself is asking."""
        return self._owner == get_ident()

    def hand_out(self, part: object) -> None:
        """Note that somebody outside holds a live part."""
        with CASBIN_LOCK:
            if part is getattr(self, "_live_model", None):
                self._model_out = part
            else:
                self._is_open = True
            self._has_own_links = False
            self.changed()

    def is_watched(self) -> bool:
        """Whether nothing can change but by a method of ours."""
        return not self._is_open and self._model_out is not self._live_model

    @property
    def auto_build_role_links(self) -> bool:
        """Whether casbin links roles as g rows come and go."""
        return self._builds_links

    @auto_build_role_links.setter
    def auto_build_role_links(self, value: bool) -> None:
        self._builds_links = value
        if not value:
            self._has_own_links = False

    def load_policy(self) -> None:
        """Load the rows anew; whoever asks meanwhile is answered by the old ones."""
        with self.turn(changes=True):
            super().load_policy()
            self._has_own_links = self._builds_links and self.is_watched()

    def build_role_links(self) -> None:
        """Link the roles anew from the g rows."""
        with self.turn(changes=True):
            super().build_role_links()
            self._has_own_links = self._builds_links and self.is_watched()

    def set_model(self, m: Any) -> None:
        """Put another model in the place of this one, rows and all."""
        with self.turn(changes=True):
            super().set_model(m)
            self._model_out, self._has_own_links = m, False

    def set_effector(self, eft: Any) -> None:
        """Let another effector make an answer of the rows that match."""
        with self.turn(changes=True):
            super().set_effector(eft)

    def get_model(self) -> Any:
        """The live model, as `model` itself."""
        return self.model

    def get_role_manager(self) -> Any:
        """The live role manager of g."""
        return self.rm_map["g"]

    def get_named_role_manager(self, ptype: str) -> Any:
        """The live role manager of a role definition."""
        with CASBIN_LOCK:
            return super().get_named_role_manager(ptype)

    def set_role_manager(self, rm: Any) -> None:
        """Put a role manager in the place of that of g."""
        self.rm_map["g"] = rm

    def set_named_role_manager(self, ptype: str, rm: Any) -> None:
        """Put a role manager in the place of that of a role definition."""
        self.rm_map[ptype] = rm

    def _mend(self) -> None:
        """Link anew where casbin left links without a row, or a row without its link.

        INVARIANT: access that no row gives ends with the row. casbin keeps a link that
        was added twice and removed once, or whose rows were cleared.
        """
        self._is_mended = True
        if self._has_own_links and is_mendable(self.model, self.rm_map):
            super().build_role_links()


def _own(value: Any) -> Any:
    """Lists that no caller and casbin share: either could change the other's rows."""
    if type(value) in (list, tuple):
        return type(value)(map(_own, value))
    return value


def _in_turn(method: Callable[..., Any], *, changes: bool) -> Callable[..., Any]:
    @wraps(method)
    def call(self: Keeper, *args: Any, **kwargs: Any) -> Any:
        if self.is_inside():
            with self.turn(changes=changes):
                return method(self, *args, **kwargs)
        own = {name: _own(value) for name, value in kwargs.items()}
        with self.turn(changes=changes):
            return _own(method(self, *map(_own, args), **own))

    return call


def _casbin_methods() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, method in inspect.getmembers(casbin.Enforcer, inspect.isfunction):
        is_static = isinstance(
            inspect.getattr_static(casbin.Enforcer, name), staticmethod
        )
        if not is_static and not name.startswith("__") and name not in vars(Keeper):
            yield name, method


for _name, _method in _casbin_methods():
    setattr(Keeper, _name, _in_turn(_method, changes=not _name.startswith(READING)))
