"""Why a decision is a denial: account reasons on top of the evaluator's no.

The order matters to people: what concerns the person first, then what nobody in the
account has, then a missing permission (the button is absent), last the service that
does not run (the button is there, inert).
"""

from authz.accounts.snapshot import Snapshot
from authz.decision import Reason
from authz.policy import Grant, State

_BY_STATE = {
    State.INVITED: Reason.INVITED,
    State.SUSPENDED: Reason.SUSPENDED,
    State.TEMPORARY: Reason.PASSWORD_CHANGE_REQUIRED,
}


def missing_permissions(
    snapshot: Snapshot, subject: str, grant: Grant
) -> tuple[str, ...]:
    """Which of the grant's permissions the subject does not hold, in its order."""
    return tuple(
        name
        for name in grant.needs
        if snapshot.evaluator.path(subject, name, snapshot.account) is None
    )


def denial(snapshot: Snapshot, subject: str, grant: Grant) -> Reason:
    """The reason code of a refused question about a known action and user."""
    state = snapshot.states[subject]
    if state in _BY_STATE:
        return _BY_STATE[state]
    if grant.service not in snapshot.sold:
        absent = _never_sold(snapshot, grant.service)
        if absent is not None:
            return absent
    missing = missing_permissions(snapshot, subject, grant)
    if missing:
        return _missing(snapshot, subject, state, missing)
    return _not_running(snapshot, grant.service)


def _never_sold(snapshot: Snapshot, service: str) -> Reason | None:
    module = service.partition(":")[0]
    if module not in ("account", "reception") and "invoicing:view" not in snapshot.sold:
        return Reason.EDITION_LACKS_IT
    if f"{module}:view" in snapshot.sold or module in ("account", "reception"):
        return None
    return Reason.MODULE_NOT_ACTIVE


def _missing(
    snapshot: Snapshot, subject: str, state: State, missing: tuple[str, ...]
) -> Reason:
    if "owner" in missing:
        return Reason.OWNER_ONLY
    if snapshot.evaluator.path(subject, "seated", snapshot.account) is None:
        if state is State.DELEGATE and not _has_live_delegation(snapshot, subject):
            return Reason.DELEGATION_NOT_ACTIVE
        if state is State.ACTIVE and subject in snapshot.sitting:
            return Reason.SEAT_ENDED
    return Reason.NO_PERMISSION


def _has_live_delegation(snapshot: Snapshot, subject: str) -> bool:
    return any(
        row.ptype == "g" and row.values[0] == subject and row.values[1].startswith("d_")
        for row in snapshot.rows
    )


def _not_running(snapshot: Snapshot, service: str) -> Reason:
    module, _, kind = service.partition(":")
    add_on = module not in ("account", "reception", "invoicing")
    if add_on and f"invoicing:{kind}" in snapshot.running:
        return Reason.MODULE_NOT_ACTIVE
    full = "reception:change" not in snapshot.sold
    if kind == "change" and full and "reception:view" in snapshot.running:
        return Reason.SPACE_FULL
    return Reason.SERVICE_EXPIRED
