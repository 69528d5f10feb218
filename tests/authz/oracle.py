"""The policy in plain Python, written from the facts of the field, not from the code.

What each action needs is read from the reviewed table by hand; everything else (what a
person holds, what runs when) is said again here, on purpose in another way: by counting
days, without rows, links, instants or casbin.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

GRANTS = Path(__file__).resolve().parents[2] / "policies" / "grants.csv"
MODULES = ("documents", "payments", "orders")


@dataclass(frozen=True)
class Account:
    """Days are counted from today: 0 is today, -1 was yesterday."""

    edition: str = "FE"
    started: bool = True
    last_day: int = 100
    space_full: bool = False
    modules: Mapping[str, int] = field(default_factory=dict)
    second_factor: bool = False


@dataclass(frozen=True)
class Person:
    """`seat_last_day` counts for users with a seat, the last two for delegates."""

    state: str = "active"
    permissions: frozenset[str] = frozenset()
    seat_last_day: int = 100
    accepted: bool = True
    second_factor: bool = False


def actions() -> dict[str, tuple[list[str], str, str]]:
    """Action -> (what must be held, which part must run, view or change or open)."""
    found = {}
    for line in GRANTS.read_text().splitlines():
        if line.startswith("p,"):
            _, first, second, service, resource, verb = line.replace(" ", "").split(",")
            needs = [first] if second == "-" else [first, second]
            found[f"{resource}.{verb}"] = (needs, *service.split(":"))
    return found


ACTIONS = actions()


def legal(permissions: frozenset[str]) -> set[str]:
    """What is left when prerequisites that are missing take others away."""
    held = set(permissions)
    if "invoicing.read" not in held:
        return set()
    if "invoicing.create_edit" not in held:
        held -= {"invoicing.edit_banks"}
    for module in MODULES:
        if f"{module}.read" not in held:
            held -= {f"{module}.create_edit"}
    return held


def holds(person: Person, account: Account, needed: str) -> bool:
    own = {
        "temporary": {"self.password"},
        "active": {"self.password", "self.second_factor"},
    }
    if person.state == "owner" or needed in own.get(person.state, ()):
        return True
    if person.state == "delegate":
        steps_up = person.second_factor or not account.second_factor
        return (
            person.accepted
            and steps_up
            and needed in legal(person.permissions - {"invoicing.edit_banks"})
        )
    seat = person.seat_last_day >= min(0, account.last_day)
    return (
        person.state == "active"
        and seat
        and needed in legal(person.permissions) | {"seated"}
    )


def runs(account: Account, part: str, right: str) -> bool:
    if not account.started or account.last_day < -90:
        return False
    if right == "change" and (account.last_day < 0 or account.space_full):
        return False
    if part in ("account", "reception"):
        return True
    if account.edition == "SR":
        return False
    chain = [part, "documents"] if part == "woocommerce" else [part]
    paid = [
        account.modules.get(module, -10_000)
        for module in chain
        if module != "invoicing"
    ]
    limit = 0 if right == "change" else min(0, account.last_day)
    return all(last_day >= limit for last_day in paid)


def may(person: Person, account: Account, action: str) -> bool:
    """The whole policy."""
    needs, part, right = ACTIONS[action]
    return runs(account, part, right) and all(holds(person, account, n) for n in needs)
