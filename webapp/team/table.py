"""The permission table, its presets and the effect of saving, from the release alone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from authz import SEATED, Permission, Release
from webapp.editions import meaning_of, presets_of, role_name
from webapp.i18n import language

DELICATE_PAIR = frozenset({"invoicing.edit_banks", "invoicing.send_sdi"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What the form says now, beside what is stored.

    Attributes:
        modules: those whose rows the account sees.
        services: what the account's contract gives; only these actions are told.
        before: what the seat holds; None on a new user.
        wanted: what the boxes say.
        preset: the preset that what is stored came from, "" for none.
        cleared: boxes that fell because a prerequisite is gone.
    """

    release: Release
    edition: str
    modules: tuple[str, ...]
    services: frozenset[str]
    before: frozenset[str] | None
    wanted: frozenset[str]
    preset: str = ""
    cleared: frozenset[str] = field(default=frozenset())

    @property
    def shown(self) -> tuple[Permission, ...]:
        """The permissions that have a box."""
        return tuple(
            permission
            for permission in self.release.permissions.values()
            if permission.module in self.modules and self.edition in permission.editions
        )

    @property
    def has_toxic_pair(self) -> bool:
        """Whether IBAN and sending come together, and did not before."""
        return (
            self.wanted >= DELICATE_PAIR and not (self.before or set()) >= DELICATE_PAIR
        )


def table(draft: Draft) -> dict[str, Any]:
    """What team/_table.html and team/_presets.html draw."""
    lang = language()
    permissions = draft.release.permissions
    by_place = {(p.module, p.column): p for p in draft.shown}
    delicate = {p.column for p in draft.shown if p.delicate}
    columns = [
        c for c in permissions.columns if any(c == p.column for p in draft.shown)
    ]
    return {
        "caption": _("Permissions by module"),
        "columns": [
            {
                "label": permissions.columns[name].text(lang),
                "delicate": name in delicate,
            }
            for name in columns
        ],
        "rows": [
            {
                "label": permissions.modules[module].text(lang),
                "cells": [_cell(draft, by_place.get((module, c))) for c in columns],
            }
            for module in draft.modules
        ],
        "announcement": _announcement(draft),
        "presets": _presets(draft),
    }


def effect(draft: Draft, name: str, *, understood: bool = False) -> dict[str, Any]:
    """What team/_effect.html tells: counts come from the grants, never a second list."""
    before = draft.before or frozenset()
    gained = actions(draft, draft.wanted) - actions(draft, before)
    lost = actions(draft, before) - actions(draft, draft.wanted)
    changed = draft.wanted ^ before
    return {
        "title": _("If you save, %(name)s…", name=name),
        "gains": _lines(draft, draft.wanted - before),
        "losses": _lines(draft, before - draft.wanted),
        "counts": {
            "gained": len(gained),
            "lost": len(lost),
            "changes": len(changed),
            "delicate": sum(draft.release.permissions[n].delicate for n in changed),
        },
        "stays": None,
        "toxic": draft.has_toxic_pair,
        "toxic_text": _(
            "%(name)s will be able to change an IBAN and send the invoice without a"
            " second check.",
            name=name,
        ),
        "understood": understood,
    }


def actions(draft: Draft, permissions: Collection[str]) -> frozenset[tuple[str, str]]:
    """The actions a seat with these permissions reaches while its services run."""
    held = {*permissions, SEATED}
    return frozenset(
        (grant.resource, grant.action)
        for grant in draft.release.grants
        if held.issuperset(grant.needs) and grant.service in draft.services
    )


def given_name(name: str) -> str:
    """What a sentence calls a person: the first word of the name."""
    return name.split()[0] if name.split() else ""


def _cell(draft: Draft, permission: Permission | None) -> dict[str, Any] | None:
    if permission is None:
        return None
    lang = language()
    needs = [n for n in permission.requires if n not in draft.wanted]
    labels = ", ".join(_short(draft, permission, name) for name in needs)
    return {
        "name": "permission",
        "value": permission.name,
        "label": permission.label(lang),
        "full_label": draft.release.permissions.title(permission.name, lang),
        "checked": permission.name in draft.wanted,
        "before": None if draft.before is None else permission.name in draft.before,
        "disabled": bool(needs),
        "meaning": meaning_of(permission) + ("." if needs else ""),
        "needs_text": _("Needs %(labels)s first", labels=labels) if needs else None,
        "delicate": permission.delicate,
    }


def _short(draft: Draft, permission: Permission, name: str) -> str:
    """A prerequisite of the same row by its switch, of another by its full name."""
    permissions = draft.release.permissions
    if permissions[name].module == permission.module:
        return permissions[name].label(language())
    return permissions.title(name, language())


def _announcement(draft: Draft) -> str | None:
    if not draft.cleared:
        return None
    names = _titles(draft, draft.cleared)
    return _("Cleared too: %(names)s", names=", ".join(names))


def _presets(draft: Draft) -> list[dict[str, Any]]:
    """The chosen one tells the truth: exact, or with how many changes."""
    shown = {permission.name for permission in draft.shown}
    presets = [
        draft.release.presets[name]
        for name in presets_of(draft.release, draft.edition)
        if draft.release.presets[name].permissions & shown
    ]
    changes = {p.name: len((p.permissions & shown) ^ draft.wanted) for p in presets}
    exact = [name for name, count in changes.items() if count == 0]
    chosen = exact[0] if exact else draft.preset
    return [
        {
            "value": preset.name,
            "label": _preset_label(role_name(preset.name), changes[preset.name])
            if preset.name == chosen
            else role_name(preset.name),
            "current": preset.name == chosen,
        }
        for preset in presets
    ]


def _preset_label(label: str, changes: int) -> str:
    if changes == 0:
        return label
    return ngettext(
        "%(label)s, with %(num)d change",
        "%(label)s, with %(num)d changes",
        changes,
        label=label,
    )


def _lines(draft: Draft, names: Iterable[str]) -> list[tuple[str, str, bool]]:
    permissions = draft.release.permissions
    found = [p for p in permissions.values() if p.name in set(names)]
    found.sort(key=lambda p: not p.delicate)
    return [
        (permissions.title(p.name, language()), meaning_of(p), p.delicate)
        for p in found
    ]


def _titles(draft: Draft, names: Iterable[str]) -> list[str]:
    wanted = set(names)
    permissions = draft.release.permissions
    return [permissions.title(n, language()) for n in permissions if n in wanted]
