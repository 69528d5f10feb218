"""The invariants that speak of decisions, as plain sentences about one person's answers.

A second, coarser reading of the facts than the oracle's: written from what must always
be true, not from what decides. Numbers are those of `policies/invariants.toml`.
"""

from collections.abc import Callable

from tests.authz.oracle import ACTIONS, Account, Person

ADD_ONS = {"documents", "payments", "orders", "woocommerce"}
#: What no permission reaches, by the first part of an action's name.
OWNERS = ("subuser.", "delegation.", "module.", "sent_email.", "purchase.", "seat.buy")
CONTACTS = {"seller.update_contacts", "seller.update_address"}
BANKS = {a for a in ACTIONS if a.startswith("bank.") and ACTIONS[a][2] == "change"}
OWN = {"self.change_password", "self.manage_2fa"}

Allowed = set[str]


def needs(allowed: Allowed) -> set[str]:
    """Every permission that the allowed actions stand on."""
    return {need for action in allowed for need in ACTIONS[action][0]}


def parts(allowed: Allowed) -> set[str]:
    return {ACTIONS[action][1] for action in allowed}


def changes(allowed: Allowed) -> bool:
    return any(ACTIONS[action][2] == "change" for action in allowed)


def owners(allowed: Allowed) -> bool:
    return any(action.startswith(OWNERS) or action in CONTACTS for action in allowed)


def edits_what_is_read(person: Person, allowed: Allowed) -> bool:
    edited = {n.partition(".")[0] for n in needs(allowed) if n.endswith("create_edit")}
    return all(f"{module}.read" in person.permissions for module in edited)


def holds_what_is_needed(person: Person, allowed: Allowed) -> bool:
    own = {"seated", "self.password", "self.second_factor"}
    return needs(allowed) - own <= person.permissions


def is_shut(person: Person, account: Account) -> bool:
    """A delegate who may do nothing in this company now."""
    waits = account.second_factor and not person.second_factor
    return person.state == "delegate" and (waits or not person.accepted)


#: number -> whether it holds for somebody who is not the owner
OF_PEOPLE: dict[int, Callable[[Person, Account, Allowed], bool]] = {
    1: lambda p, a, allowed: "invoicing.read" in p.permissions or allowed <= OWN,
    2: lambda p, a, allowed: edits_what_is_read(p, allowed),
    3: lambda p, a, allowed: (
        not allowed & BANKS
        or {"invoicing.read", "invoicing.create_edit", "invoicing.edit_banks"}
        <= p.permissions
    ),
    5: lambda p, a, allowed: holds_what_is_needed(p, allowed),
    7: lambda p, a, allowed: not owners(allowed),
    16: lambda p, a, allowed: (
        p.state != "delegate" or not (allowed & (BANKS | OWN) or owners(allowed))
    ),
    17: lambda p, a, allowed: not (is_shut(p, a) and allowed),
    18: lambda p, a, allowed: (
        p.state != "temporary" or allowed <= {"self.change_password"}
    ),
}
#: number -> whether it holds for everybody, the owner included
OF_ALL: dict[int, Callable[[Account, Allowed], bool]] = {
    4: lambda a, allowed: (
        not any(
            need.endswith("send_sdi") and need != "invoicing.send_sdi"
            for need in needs(allowed)
        )
    ),
    9: lambda a, allowed: parts(allowed) & ADD_ONS <= a.modules.keys(),
    10: lambda a, allowed: (
        a.edition == "FE" or parts(allowed) <= {"account", "reception"}
    ),
    11: lambda a, allowed: (
        not changes(allowed) or (a.last_day >= 0 and not a.space_full)
    ),
    12: lambda a, allowed: not allowed or (a.started and a.last_day >= -90),
}


def broken(person: Person | None, account: Account, allowed: Allowed) -> set[int]:
    """The invariants that these answers break; a stranger (None) breaks 15."""
    if person is None:
        return {15} if allowed else set()
    found = {n for n, holds in OF_ALL.items() if not holds(account, allowed)}
    if person.state == "owner":
        return found
    return found | {
        n for n, holds in OF_PEOPLE.items() if not holds(person, account, allowed)
    }
