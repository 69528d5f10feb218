"""What is true in one company, as plain facts that the acts change."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.authz.oracle import Account, Person


@dataclass
class Company:
    """What is true in one account; `seats` says who sits where."""

    owner: str
    account: Account
    people: dict[str, Person] = field(default_factory=dict)
    seats: dict[str, str | None] = field(default_factory=dict)
    removed: dict[str, Person] = field(default_factory=dict)

    def users(self) -> list[str]:
        return [user for user in self.seats.values() if user]

    def free(self) -> list[str]:
        return [seat for seat, user in self.seats.items() if user is None]

    def seat_of(self, user: str) -> str:
        return next(seat for seat, who in self.seats.items() if who == user)

    def delegates(self) -> list[str]:
        return [u for u, person in self.people.items() if person.state == "delegate"]


def pick_of(found: Iterable[str], pick: int) -> str:
    """One of them; which, `pick` says."""
    names = sorted(found)
    return names[pick % len(names)]
