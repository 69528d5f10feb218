"""Delega's answers: who may do what, from a Casbin model. No web framework in here.

The front door: `Enforcer` decides, `Editor` changes, `Release` is a reviewed set of
policy files. Names load when they are first used, so importing `authz` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from authz.accounts.editor import Editor, Sitting
    from authz.accounts.enforcer import Enforcer
    from authz.accounts.explaining import Explained, Trace
    from authz.accounts.freshness import EveryTime, Freshness, Loaded, PageWatch, Watch
    from authz.accounts.publishing import publish
    from authz.accounts.shadow import Shadow
    from authz.decision import INERT, TEXTS, Decision, Reason
    from authz.errors import (
        AuthzError,
        DelegateOrUserError,
        DelegatesLeftOutError,
        EvaluationError,
        Fault,
        IllegalSetError,
        NotReadyError,
        PolicyError,
        StaleVersionError,
        StoreError,
        UnknownNameError,
    )
    from authz.policy import (
        ADD_ONS,
        GRACE_DAYS,
        OWNER_ROLE,
        SEATED,
        Action,
        Contract,
        Delegating,
        Edition,
        Permission,
        Permissions,
        Release,
        State,
        default_folder,
        end_of_day,
        read_folder,
    )
    from authz.policy.dated import ROME

_HOMES = {
    "authz.accounts.editor": ("Editor", "Sitting"),
    "authz.accounts.enforcer": ("Enforcer",),
    "authz.accounts.explaining": ("Explained", "Trace"),
    "authz.accounts.freshness": (
        "EveryTime",
        "Freshness",
        "Loaded",
        "PageWatch",
        "Watch",
    ),
    "authz.accounts.publishing": ("publish",),
    "authz.accounts.shadow": ("Shadow",),
    "authz.decision": ("INERT", "TEXTS", "Decision", "Reason"),
    "authz.errors": (
        "AuthzError",
        "DelegateOrUserError",
        "DelegatesLeftOutError",
        "EvaluationError",
        "Fault",
        "IllegalSetError",
        "NotReadyError",
        "PolicyError",
        "StaleVersionError",
        "StoreError",
        "UnknownNameError",
    ),
    "authz.policy": (
        "ADD_ONS",
        "GRACE_DAYS",
        "OWNER_ROLE",
        "SEATED",
        "Action",
        "Contract",
        "Delegating",
        "Edition",
        "Permission",
        "Permissions",
        "Release",
        "State",
        "default_folder",
        "end_of_day",
        "read_folder",
    ),
    "authz.policy.dated": ("ROME",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ADD_ONS",
    "GRACE_DAYS",
    "INERT",
    "OWNER_ROLE",
    "ROME",
    "SEATED",
    "TEXTS",
    "Action",
    "AuthzError",
    "Contract",
    "Decision",
    "DelegateOrUserError",
    "DelegatesLeftOutError",
    "Delegating",
    "Edition",
    "Editor",
    "Enforcer",
    "EvaluationError",
    "EveryTime",
    "Explained",
    "Fault",
    "Freshness",
    "IllegalSetError",
    "Loaded",
    "NotReadyError",
    "PageWatch",
    "Permission",
    "Permissions",
    "PolicyError",
    "Reason",
    "Release",
    "Shadow",
    "Sitting",
    "StaleVersionError",
    "State",
    "StoreError",
    "Trace",
    "UnknownNameError",
    "Watch",
    "default_folder",
    "end_of_day",
    "publish",
    "read_folder",
]


if not TYPE_CHECKING:  # else a type checker would believe in every name

    def __getattr__(name: str) -> Any:
        if name not in _HOME_OF:
            raise AttributeError(f"module 'authz' has no attribute {name!r}")
        return getattr(import_module(_HOME_OF[name]), name)
