"""The buttons on a user's page, as data: who is shown which, and what it asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from authz import State
from webapp.guard import can
from webapp.i18n import language
from webapp.tables import User
from webapp.team.access import REMOVED

_PRESENT = frozenset({State.ACTIVE, State.TEMPORARY, State.INVITED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """Something that can be done with a user.

    Attributes:
        states: those of the user in which there is such a button.
        action: what the owner must be allowed.
        label, text: lazy; the button, and what it does.
        needs_link: only while an activation link is open.
    """

    states: frozenset[str]
    action: str
    endpoint: str
    label: Any
    text: Any = ""
    needs_link: bool = False

    def button(self, user: User) -> dict[str, Any] | None:
        """For this user: absent, inert with its reason, or live."""
        decision = can(self.action)
        if user.state not in self.states or not (decision or decision.inert):
            return None
        return {
            "title": self.label,
            "label": self.label,
            "text": self.text,
            "url": url_for(self.endpoint, account=user.account_id, user=user.id),
            "kind": "plain",
            "reason": decision.text(language()) if decision.inert else None,
        }


CHANGE = Act(
    states=frozenset({*_PRESENT, State.SUSPENDED}),
    action="subuser.update_permissions",
    endpoint="team.permissions",
    label=_l("Change permissions"),
)
DETAILS = Act(
    states=frozenset({*_PRESENT, State.SUSPENDED}),
    action="subuser.update_permissions",
    endpoint="team.details",
    label=_l("Change the details"),
)
REMOVE = Act(
    states=frozenset({*_PRESENT, State.SUSPENDED}),
    action="subuser.delete",
    endpoint="team.remove",
    label=_l("Remove"),
)
#: Those that are one press of a button, in their order on the page.
ACTS = (
    Act(
        states=frozenset({State.INVITED}),
        action="subuser.create",
        endpoint="team.new_link",
        label=_l("Send the link again"),
        text=_l("A new activation link by e-mail; the one sent before stops working."),
    ),
    Act(
        states=frozenset({State.INVITED}),
        action="subuser.suspend",
        endpoint="team.revoke",
        label=_l("Revoke the invitation"),
        text=_l("The link stops working at once; the seat and the permissions wait."),
        needs_link=True,
    ),
    Act(
        states=_PRESENT,
        action="subuser.reset_password",
        endpoint="team.new_temporary",
        label=_l("New temporary password"),
        text=_l("Shown once; the password and the open sessions of before end."),
    ),
    Act(
        states=_PRESENT,
        action="subuser.suspend",
        endpoint="team.suspend",
        label=_l("Suspend"),
        text=_l("Out at once; the seat and the permissions wait."),
    ),
    Act(
        states=frozenset({State.SUSPENDED}),
        action="subuser.update_permissions",
        endpoint="team.reactivate",
        label=_l("Reactivate"),
        text=_l("As before, with the same permissions."),
    ),
    Act(
        states=frozenset({REMOVED}),
        action="subuser.create",
        endpoint="team.restore",
        label=_l("Undo the removal"),
        text=_l("With the permissions of before, in a free seat."),
    ),
)
#: What the page asks about, besides being seen.
ASKED = tuple(dict.fromkeys(act.action for act in (CHANGE, REMOVE, *ACTS)))


def buttons(user: User, *, has_link: bool) -> Iterator[dict[str, Any]]:
    """The buttons this user has now."""
    acts = (act for act in ACTS if has_link or not act.needs_link)
    return (button for act in acts if (button := act.button(user)))
