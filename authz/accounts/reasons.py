"""Why a decision is a denial: account reasons on top of the evaluator's no.

The order matters to people: what concerns the person first, then what nobody in the
account has, then a missing permission (the button is absent), last the service that
does not run (the button is there, inert).
"""

from dataclasses import dataclass

from authz.decision import Reason
from authz.policy import Grant, State

_BY_STATE = {
    State.INVITED: Reason.INVITED,
    State.SUSPENDED: Reason.SUSPENDED,
    State.TEMPORARY: Reason.PASSWORD_CHANGE_REQUIRED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What of an account's rows a reason names, beside what the evaluator answers.

    Attributes:
        state: what the user is.
        is_seated: he has a seat that counts now, or is the owner.
        sits: he has a seat or delegation, whatever its dates.
        has_delegation: one that counts now.
        running: services that run at the instant of the snapshot.
        sold: services the account has or had rows for, whatever their dates.
    """

    state: State
    is_seated: bool
    sits: bool
    has_delegation: bool
    running: frozenset[str]
    sold: frozenset[str]


def denial(facts: Facts, grant: Grant, missing: tuple[str, ...]) -> Reason:
    """The reason code of a refused question about a known action and user.

    Args:
        facts: of the user and his account.
        grant: what the action needs.
        missing: the permissions among them that the user lacks.
    """
    if facts.state in _BY_STATE:
        return _BY_STATE[facts.state]
    if grant.service not in facts.sold:
        absent = _never_sold(facts, grant.service)
        if absent is not None:
            return absent
    return _missing(facts, missing) if missing else _not_running(facts, grant.service)


def _never_sold(facts: Facts, service: str) -> Reason | None:
    module = service.partition(":")[0]
    if module not in ("account", "reception") and "invoicing:view" not in facts.sold:
        return Reason.EDITION_LACKS_IT
    if f"{module}:view" in facts.sold or module in ("account", "reception"):
        return None
    return Reason.MODULE_NOT_ACTIVE


def _missing(facts: Facts, missing: tuple[str, ...]) -> Reason:
    if "owner" in missing:
        return Reason.OWNER_ONLY
    if not facts.is_seated:
        if facts.state is State.DELEGATE and not facts.has_delegation:
            return Reason.DELEGATION_NOT_ACTIVE
        if facts.state is State.ACTIVE and facts.sits:
            return Reason.SEAT_ENDED
    return Reason.NO_PERMISSION


def _not_running(facts: Facts, service: str) -> Reason:
    module, _, kind = service.partition(":")
    add_on = module not in ("account", "reception", "invoicing")
    if add_on and f"invoicing:{kind}" in facts.running:
        return Reason.MODULE_NOT_ACTIVE
    full = "reception:change" not in facts.sold
    if kind == "change" and full and "reception:view" in facts.running:
        return Reason.SPACE_FULL
    return Reason.SERVICE_EXPIRED
