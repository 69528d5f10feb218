"""What the users of an account may do, all at one revision and one instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from authz import Enforcer, NotReadyError

ROUNDS = 3
#: How long a download may be believed, when no dated change comes before.
BELIEVED_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Effective:
    """The permissions of an account.

    Attributes:
        valid_until: the next instant at which a date changes them; None: no date does.
        users: each with the actions that it may do now, `draft.send`, in order.
        seconds: for how long this may be believed.
    """

    revision: int
    valid_until: datetime | None
    users: dict[str, list[str]]
    seconds: float


def effective(
    enforcer: Enforcer, account: str, only: Sequence[str] | None = None
) -> Effective:
    """What everybody in an account may do, or `only` these.

    Raises:
        NotReadyError: the policy changed in each of so many rounds.
    """
    for _round in range(ROUNDS):
        # INVARIANT: revisions and dates never go back, so what lies between two answers
        # of one revision, with the same date to come, is of that revision and that time
        revision, valid_until = (
            _revision(enforcer, account),
            enforcer.valid_until(account),
        )
        users = enforcer.users(account) if only is None else only
        actions = {user: _actions(enforcer, user, account) for user in sorted(users)}
        seconds = _seconds(valid_until)
        stood = valid_until == enforcer.valid_until(account) and seconds > 0
        if stood and revision == _revision(enforcer, account):
            return Effective(
                revision=revision,
                valid_until=valid_until,
                users=actions,
                seconds=seconds,
            )
    raise NotReadyError(f"the policy of {account} changes too often to be read whole")


def _revision(enforcer: Enforcer, account: str) -> int:
    return enforcer.decide("", account, "", "").revision


def _actions(enforcer: Enforcer, user: str, account: str) -> list[str]:
    catalogue = enforcer.release().catalogue
    pairs = [(action.resource, action.name) for action in catalogue]
    decisions = enforcer.decide_many(user, account, pairs)
    return [
        f"{resource}.{name}"
        for (resource, name), decision in zip(pairs, decisions, strict=True)
        if decision
    ]


def _seconds(valid_until: datetime | None) -> float:
    """Rounded down, so that it never lasts past the date."""
    if valid_until is None:
        return BELIEVED_SECONDS
    left = (valid_until - datetime.now(UTC)).total_seconds()
    return min(int(left * 1000) / 1000, BELIEVED_SECONDS)
