"""What each permission means: read from the release in force, never written twice."""

from typing import Any

from authz import Permission, Release
from webapp.extensions import enforcer
from webapp.i18n import language


def by_module() -> list[dict[str, Any]]:
    """What templates/review/meanings.html shows."""
    release = enforcer().release()
    return [
        {
            "label": label.text(language()),
            "permissions": [
                _permission(release, permission)
                for permission in release.permissions.values()
                if permission.module == module
            ],
        }
        for module, label in release.permissions.modules.items()
    ]


def _permission(release: Release, permission: Permission) -> dict[str, Any]:
    lang = language()
    grants = [grant for grant in release.grants if permission.name in grant.needs]
    return {
        "label": permission.label(lang),
        "detail": permission.detail(lang),
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
