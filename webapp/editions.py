"""What each edition has, in its own words: Solo Ricezione sends nothing and has no module."""

from collections.abc import Iterator

from flask import g
from flask_babel import lazy_gettext as _l

from authz import OWNER_ROLE, Action, Edition, Permission, Release
from webapp.extensions import db, enforcer
from webapp.i18n import language
from webapp.tables import Account

#: Whose services run in both editions.
_BOTH = ("account", "reception")
#: What the release says of sending, of banks and of modules does not fit where one only
#: receives: permission -> meaning, detail.
_RECEIVING = {
    "invoicing.read": (
        _l("Sees and downloads received invoices"),
        _l(
            "Opens, searches and downloads received invoices and settings. Imports and"
            " changes nothing; without it no other permission counts."
        ),
    ),
    "invoicing.create_edit": (
        _l("Imports invoices, keeps the calendar"),
        _l("Imports received invoices, writes when they arrived, keeps the calendar."),
    ),
    "invoicing.configure": (
        _l("Changes company data and notifications"),
        _l(
            "Changes the company’s data, the preservation manager and notifications."
            " Changes no contacts or registered office, manages no users or"
            " delegations, buys nothing."
        ),
    ),
}
#: The same of ready-made roles: label, meaning.
_ROLES = {
    "role.invoicing": (
        _l("Reception"),
        _l("Imports received invoices, keeps the calendar"),
    ),
}


def works_in(edition: str, service: str) -> bool:
    """Whether a service can ever run in an account of that edition."""
    return edition == Edition.FE or service.partition(":")[0] in _BOTH


def actions_of(release: Release, edition: str) -> Iterator[Action]:
    """The actions that somebody may ever do there, in the catalogue's order."""
    for action in release.catalogue.actions:
        if works_in(edition, release.grant_for(action).service):
            yield action


def presets_of(release: Release, edition: str) -> list[str]:
    """The ready-made roles; where one only receives, those that are then the same once."""
    found = [name for name in release.presets if name != OWNER_ROLE]
    if edition == Edition.FE:
        return found
    given = {p.name for p in release.permissions.values() if edition in p.editions}
    firsts = {release.presets[n].permissions & given: n for n in reversed(found)}
    return [name for name in found if name in firsts.values()]


def edition_here() -> str:
    """Of the account that the page is about."""
    return db.session.get_one(Account, g.account_id).edition


def meaning_of(permission: Permission) -> str:
    """What a permission lets do here, in a line."""
    if edition_here() == Edition.SR and permission.name in _RECEIVING:
        return str(_RECEIVING[permission.name][0])
    return permission.meaning(language())


def detail_of(permission: Permission) -> str:
    """What a permission lets do here, and what it does not."""
    if edition_here() == Edition.SR and permission.name in _RECEIVING:
        return str(_RECEIVING[permission.name][1])
    return permission.detail(language())


def role_name(role: str, edition: str = "") -> str:
    """A ready-made role by its name; `edition` where it is known already."""
    if (edition or edition_here()) == Edition.SR and role in _ROLES:
        return str(_ROLES[role][0])
    return enforcer().release().presets[role].label(language())


def role_meaning(role: str) -> str:
    """What a ready-made role is for here."""
    if edition_here() == Edition.SR and role in _ROLES:
        return str(_ROLES[role][1])
    return enforcer().release().presets[role].meaning(language())
