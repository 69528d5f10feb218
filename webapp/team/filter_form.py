"""The filters as the list's form shows them, and the links that keep them."""

from collections.abc import Iterable
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from authz import Release
from webapp.editions import presets_of, role_name
from webapp.i18n import language
from webapp.tables import Account
from webapp.team.filters import OWN, Filters
from webapp.team.modules import permissions_in_view

Option = tuple[str, str]


def filter_form(
    release: Release, account: Account, filters: Filters, total: int
) -> dict[str, Any]:
    """What team/_filters.html draws; `total` is how many fit."""
    clear = url_for("team.index", account=account.id, tab=filters.tab)
    return {
        "url": url_for("team.index", account=account.id),
        "tab": filters.tab,
        "query": filters.q,
        "main": [
            _select(
                "role", _("Role"), filters, [_all(), *_roles(release, account.edition)]
            ),
            _select("order", _("Order by"), filters, _orders()),
        ],
        "more": [
            _select(name, label, filters, [_all(), *options])
            for name, label, options in _more(release, account)
        ],
        "open": filters.narrows_more,
        "clear_url": clear if filters.narrows else None,
        "found": ngettext("%(num)d user found", "%(num)d users found", total),
    }


def page_url(account: str, filters: Filters, page: int = 1) -> str:
    """The same list at another page."""
    parameters: dict[str, Any] = {**filters.parameters}
    if page > 1:
        parameters["page"] = page
    return url_for("team.index", account=account, **parameters)


def _select(
    name: str, label: str, filters: Filters, options: Iterable[Option]
) -> dict[str, Any]:
    chosen = getattr(filters, name)
    return {
        "name": name,
        "label": label,
        "options": [(value, text, value == chosen) for value, text in options],
    }


def _all() -> Option:
    return "", _("All")


def _roles(release: Release, edition: str) -> Iterable[Option]:
    named = [(name, role_name(name, edition)) for name in presets_of(release, edition)]
    return [*named, (OWN, _("Own choice"))]


def _orders() -> Iterable[Option]:
    return (
        ("name", _("Name")),
        ("access", _("Last access")),
        ("end", _("End date")),
        ("created", _("Created")),
    )


def _more(
    release: Release, account: Account
) -> Iterable[tuple[str, str, Iterable[Option]]]:
    permissions = release.permissions
    shown = tuple(permissions_in_view(release, account))
    modules = dict.fromkeys(permission.module for permission in shown)
    lang = language()
    titles = [(p.name, permissions.title(p.name, lang)) for p in shown]
    names = [(name, permissions.modules[name].text(lang)) for name in modules]
    ends = [("soon", _("Within 30 days")), ("ended", _("Already past"))]
    seen = [("never", _("Never")), ("old", _("More than 90 days ago"))]
    return (
        ("permission", _("Holds the permission"), titles),
        ("module", _("Works in the module"), names),
        ("expiry", _("End date"), ends),
        ("access", _("Last access"), seen),
    )
