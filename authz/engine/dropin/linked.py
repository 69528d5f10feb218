"""casbin's role managers: whether their links are those of the g rows."""

from collections import Counter
from collections.abc import Mapping
from itertools import chain
from typing import Any

from casbin.rbac.default_role_manager import (
    DomainManager,
    RoleManager,
)

Links = Counter[tuple[str, ...]]

#: How many levels of names casbin's own managers look at.
LEVELS = 10
_EQUALITY = DomainManager().matching_func.__code__


def links_of_rows(assertion: Any) -> Links | None:
    """The links that casbin makes of the rows of a role definition.

    None where it makes none: a row is too short, or holds what is no text.
    """
    width = assertion.value.count("_")
    rows = assertion.policy
    if any(len(row) < width for row in rows):
        return None
    if not {str}.issuperset(map(type, chain.from_iterable(rows))):
        return None
    return Counter(tuple(row[:width]) for row in rows)


def links_of_manager(manager: Any) -> Links:
    """The links that a manager of casbin's own keeps, beside those it derives."""
    if type(manager) is RoleManager:
        return Counter(tuple(link) for link in manager.all_links)
    return Counter(
        (*link, domain) for domain, links in manager.all_links.items() for link in links
    )


def is_mendable(model: Any, managers: Mapping[str, Any]) -> bool:
    """Whether links differ from rows, in a way that linking anew puts right."""
    wrong = False
    for ptype, assertion in (model["g"] or {}).items():
        manager, wanted = managers.get(ptype), links_of_rows(assertion)
        if type(manager) not in (RoleManager, DomainManager) or wanted is None:
            return False
        is_kept = links_of_manager(manager) == wanted
        wrong = wrong or not is_kept or not _walks_its_links(manager)
    return wrong


def is_plain(assertion: Any, manager: Any) -> bool:
    """Whether a manager answers by the rows' links and nothing else."""
    return (
        type(manager) in (RoleManager, DomainManager)
        and assertion.rm is manager
        and manager.max_hierarchy_level == LEVELS
        and not _derives(manager)
        and links_of_manager(manager) == links_of_rows(assertion)
        and _walks_its_links(manager)
    )


def _derives(manager: Any) -> bool:
    """Whether a function of the caller's makes more links of those in the rows."""
    matches = manager.matching_func
    is_own = matches is None or getattr(matches, "__code__", None) is _EQUALITY
    return not is_own or manager.domain_matching_func is not None


def forget_strangers(manager: Any) -> None:
    """Drop what casbin keeps of every name, and of every domain, it was asked about."""
    if type(manager) is DomainManager:
        for domain in [d for d in manager.rm_map if d not in manager.all_links]:
            del manager.rm_map[domain]
        for inner in manager.rm_map.values():
            forget_strangers(inner)
    if type(manager) is not RoleManager:
        return
    known = {name for link in manager.all_links for name in link}
    for name in [name for name in manager.all_roles if name not in known]:
        stranger = manager.all_roles.pop(name)
        for role in list(stranger.roles):
            stranger.remove_role(role)
        for user in list(stranger.users):
            user.remove_role(stranger)


def _walks_its_links(manager: Any) -> bool:
    """Whether the links kept are those walked: casbin has them in two places.

    Of two equal links it stops walking both when one goes.
    """
    if _derives(manager):
        return True
    if type(manager) is DomainManager:
        return all(map(_walks_its_links, manager.rm_map.values()))
    walked = {
        (name, role.name)
        for name, user in manager.all_roles.items()
        for role in user.roles
    }
    return walked == set(map(tuple, manager.all_links))
