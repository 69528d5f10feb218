"""A folder of policy files read into a release, and the policy of an account in time.

Knows accounts by their id alone: no tables, no web. Everything here is a pure function
of its arguments.
"""

from authz.policy.after import policy_after
from authz.policy.catalogue import Action, Catalogue
from authz.policy.dated import DatedRow, end_of_day
from authz.policy.facts import (
    NEVER_GRANTED,
    OWNER_ROLE,
    SEATED,
    SELF_PASSWORD,
    SELF_SECOND_FACTOR,
    Delegating,
    State,
    delegate_rows,
    delegation_rows,
    link,
    role_rows,
    seat_rows,
    state_node,
    user_rows,
)
from authz.policy.grants import Grant
from authz.policy.invariants import Invariant
from authz.policy.legal import AccountPolicy, policy_at, release_rows
from authz.policy.permissions import Label, Permission, Permissions, Preset
from authz.policy.release import (
    Release,
    default_folder,
    hash_of,
    read_files,
    read_folder,
)
from authz.policy.services import (
    ADD_ONS,
    GRACE_DAYS,
    SERVICES,
    Contract,
    Edition,
    service_rows,
)

__all__ = [
    "ADD_ONS",
    "GRACE_DAYS",
    "NEVER_GRANTED",
    "OWNER_ROLE",
    "SEATED",
    "SELF_PASSWORD",
    "SELF_SECOND_FACTOR",
    "SERVICES",
    "AccountPolicy",
    "Action",
    "Catalogue",
    "Contract",
    "DatedRow",
    "Delegating",
    "Edition",
    "Grant",
    "Invariant",
    "Label",
    "Permission",
    "Permissions",
    "Preset",
    "Release",
    "State",
    "default_folder",
    "delegate_rows",
    "delegation_rows",
    "end_of_day",
    "hash_of",
    "link",
    "policy_after",
    "policy_at",
    "read_files",
    "read_folder",
    "release_rows",
    "role_rows",
    "seat_rows",
    "service_rows",
    "state_node",
    "user_rows",
]
