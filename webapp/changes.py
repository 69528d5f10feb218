"""The kinds of change in the history, each in words."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change.

    Attributes:
        label: lazy; in the filter, and where it is plain whom it was done to.
        sentence: lazy; with `%(name)s`, whom or what it was done to.
    """

    label: Any
    sentence: Any


#: In the order of the filter. A kind that is not here is shown by its code.
KINDS = {
    "account.opened": Kind(
        _l("Service opened"), _l("Service opened, with %(name)s as owner")
    ),
    "services.changed": Kind(_l("Services changed"), _l("Services changed")),
    "seats.added": Kind(_l("Seats added"), _l("Seats added")),
    "user.created": Kind(_l("User created"), _l("User %(name)s created")),
    "user.activated": Kind(_l("User activated"), _l("User %(name)s activated")),
    "user.suspended": Kind(_l("User suspended"), _l("User %(name)s suspended")),
    "user.reactivated": Kind(_l("User reactivated"), _l("User %(name)s reactivated")),
    "user.password_reset": Kind(
        _l("Temporary password given"), _l("Temporary password given to %(name)s")
    ),
    "user.end_changed": Kind(
        _l("End date changed"), _l("End date of %(name)s changed")
    ),
    "user.deleted": Kind(_l("User removed"), _l("User %(name)s removed")),
    "user.restored": Kind(_l("User restored"), _l("Removal of %(name)s undone")),
    "permissions.changed": Kind(
        _l("Permissions changed"), _l("Permissions of %(name)s changed")
    ),
    "delegation.revoked": Kind(
        _l("Delegation revoked"), _l("Delegation of %(name)s revoked")
    ),
    "second_factor.changed": Kind(
        _l("Two-step verification changed"),
        _l("Two-step verification changed for whoever acts by delegation"),
    ),
    "credential.created": Kind(
        _l("Key of a service created"), _l("Key of the service %(name)s created")
    ),
    "credential.rotated": Kind(
        _l("New secret for the key of a service"),
        _l("New secret for the key of the service %(name)s"),
    ),
    "credential.narrowed": Kind(
        _l("Key of a service restricted"), _l("Key of the service %(name)s restricted")
    ),
    "credential.revoked": Kind(
        _l("Key of a service revoked"), _l("Key of the service %(name)s revoked")
    ),
    "release.published": Kind(
        _l("New rules in force"), _l("New rules in force: release %(name)s")
    ),
}


def label(kind: str) -> str:
    """A kind by its name; its code when it has none."""
    return str(KINDS[kind].label) if kind in KINDS else kind


def sentence(kind: str, name: str) -> str:
    """What was done, in one sentence; a kind without words as the code it is."""
    if kind not in KINDS:
        return Markup("<code>{}</code>").format(kind)
    return str(KINDS[kind].sentence) % {"name": name}
