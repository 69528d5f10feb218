"""What the policies say of the companies asked about, for engines that are not ours.

A role is a preset with what every user in a seat holds; users have one role each. Only
grants whose service runs are here: dates and services are left out, which is less work
for the others than for Delega.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.synthetic import (
    PRESETS,
    RELEASE,
    USERS,
    VARIANTS,
    account_of,
    account_rows,
    user_of,
)

#: Held by whoever sits in a seat, beside the permissions of a preset.
_SEATED = ("seated", "self.password", "self.second_factor")


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Whoever holds both permissions may do the action; `second` may be empty."""

    resource: str
    action: str
    first: str
    second: str

    def is_for(self, held: frozenset[str]) -> bool:
        """Whether these permissions suffice."""
        return self.first in held and (not self.second or self.second in held)


ROLES = {
    preset: RELEASE.presets[f"role.{preset}"].permissions.union(_SEATED)
    for preset in PRESETS
}


def grants(number: int) -> list[Grant]:
    """The rules that are in force in such a company: one for each action."""
    dated = account_rows(number)
    running = {each.row.values[1] for each in dated if each.row.ptype == "g2"}
    rows = [row.values for row in RELEASE.rows if row.ptype == "p"]
    return [
        Grant(
            resource=resource,
            action=action,
            first=first,
            second="" if second == "-" else second,
        )
        for first, second, service, resource, action in rows
        if service in running
    ]


def role_of(number: int, user: int) -> str:
    """As synthetic.py gives them out."""
    return PRESETS[(number % VARIANTS + user) % len(PRESETS)]


def roles_by_user(numbers: Sequence[int]) -> dict[str, dict[str, str]]:
    """Of each account the role of each user."""
    return {
        account_of(number): {
            user_of(number, user): role_of(number, user) for user in range(1, USERS + 1)
        }
        for number in numbers
    }
