"""RBAC with domains, stars and denies: as many rows as wanted, and what to ask of them.

Ten p rows to a role, a hundred roles to a domain, a user in each role. Of ten rows one
has a star for its domain, one for its action, and one denies what another allows.
"""

import random
from collections.abc import Callable, Iterable

from authz.engine import Row

MODEL = """[request_definition]
r = sub, dom, obj, act
[policy_definition]
p = sub, dom, obj, act, eft
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = g(r.sub, p.sub, r.dom) && (r.dom == p.dom || p.dom == "*") && r.obj == p.obj && (r.act == p.act || p.act == "*")
"""
Request = tuple[str, str, str, str]
PER_ROLE, ROLES = 10, 100
#: Which of ten rows: a star as domain, a star as action, a deny of the one before it.
ANY_DOMAIN, ANY_ACTION, DENIED, DENIES = 3, 6, 8, 9
KINDS = ("allow", "denied by a row", "no row allows")


def role_of(number: int) -> int:
    return number // PER_ROLE


def domain_of(role: int) -> str:
    return f"d{role // ROLES}"


def rows(count: int) -> list[Row]:
    """As many p rows, and a g row to each role."""
    links = (
        Row("g", (f"user{role}", f"role{role}", domain_of(role)))
        for role in range(count // PER_ROLE)
    )
    return [*(_policy(number) for number in range(count)), *links]


def _policy(number: int) -> Row:
    role, kind = role_of(number), number % PER_ROLE
    data, effect = (number - 1, "deny") if kind == DENIES else (number, "allow")
    domain = "*" if kind == ANY_DOMAIN else domain_of(role)
    action = "*" if kind == ANY_ACTION else "read"
    return Row("p", (f"role{role}", domain, f"data{data}", action, effect))


def requests(count: int, asks: int, roles: int) -> dict[str, list[Request]]:
    """Requests of each kind about so many roles, those in the middle of the rows."""
    whole = count // PER_ROLE
    some = range((whole - min(roles, whole)) // 2, whole)[:roles]
    draws: dict[str, Callable[[], tuple[int, str]]] = {
        KINDS[0]: lambda: (random.randrange(DENIED), "read"),  # noqa: S311
        KINDS[1]: lambda: (DENIED, "read"),
        KINDS[2]: lambda: (random.randrange(3), "write"),  # noqa: S311
    }
    return {
        kind: [_request(random.choice(some), *draw()) for _ in range(asks)]  # noqa: S311
        for kind, draw in draws.items()
    }


def _request(role: int, kind: int, action: str) -> Request:
    return f"user{role}", domain_of(role), f"data{role * PER_ROLE + kind}", action


def cedar_policies(some: Iterable[Row]) -> str:
    """The p rows in Cedar's words; the domain is part of a role's and a user's name."""
    told = []
    for row in some:
        if row.ptype == "p":
            role, domain, data, action, effect = row.values
            word = "permit" if effect == "allow" else "forbid"
            act = "action" if action == "*" else f'action == Action::"{action}"'
            who = f'principal in Role::"{domain}/{role}"'
            told.append(f'{word}({who}, {act}, resource == Data::"{data}");')
    return "\n".join(told)


def cedar_entities(some: Iterable[Row]) -> list[dict[str, object]]:
    """The g rows: a user in a role of his domain, which is in the one of all domains."""
    made: list[dict[str, object]] = []
    for row in some:
        if row.ptype == "g":
            user, role, domain = row.values
            held, anywhere = f"{domain}/{role}", f"*/{role}"
            made.append(_entity("User", f"{domain}/{user}", ("Role", held)))
            made.append(_entity("Role", held, ("Role", anywhere)))
            made.append(_entity("Role", anywhere))
    return made


def _entity(kind: str, name: str, *parents: tuple[str, str]) -> dict[str, object]:
    above = [{"type": kind, "id": name} for kind, name in parents]
    return {"uid": {"type": kind, "id": name}, "attrs": {}, "parents": above}


def cedar_request(request: Request) -> dict[str, object]:
    """One question in Cedar's words."""
    user, domain, data, action = request
    return {
        "principal": {"type": "User", "id": f"{domain}/{user}"},
        "action": {"type": "Action", "id": action},
        "resource": {"type": "Data", "id": data},
        "context": {},
    }
