"""What each permission means: read from the release in force, never written twice."""

from typing import Any

from authz import Permission, Release
from webapp.editions import detail_of, edition_here, works_in
from webapp.extensions import enforcer
from webapp.i18n import language


def by_module() -> list[dict[str, Any]]:
    """What templates/review/meanings.html shows."""
    release, edition = enforcer().release(), edition_here()
    return [
        {
            "label": label.text(language()),
            "permissions": [
                _permission(release, permission, edition)
                for permission in release.permissions.values()
                if permission.module == module and edition in permission.editions
            ],
        }
        for module, label in release.permissions.modules.items()
    ]


def _permission(
    release: Release, permission: Permission, edition: str
) -> dict[str, Any]:
    lang = language()
    grants = [
        grant
        for grant in release.grants
        if permission.name in grant.needs and works_in(edition, grant.service)
    ]
    return {
        "label": permission.label(lang),
        "detail": detail_of(permission),
        "delicate": permission.delicate,
        "from_guide": permission.source == "guide",
        "needs": [
            release.permissions.title(name, lang) for name in permission.requires
        ],
        "actions": [
            (
                release.catalogue.named(f"{grant.resource}.{grant.action}").label(lang),
                [
                    release.permissions.title(name, lang)
                    for name in grant.needs
                    if name != permission.name and name in release.permissions
                ],
            )
            for grant in grants
        ],
    }
