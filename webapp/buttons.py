"""Buttons of a page: absent without the permission, inert when the service stops them."""

from dataclasses import dataclass

from authz import INERT
from webapp.guard import can
from webapp.i18n import language


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """What the macro `action_button` draws; inert when it has a reason."""

    label: str
    url: str
    reason: str | None = None
    icon: str | None = None


def offer(action: str, label: str, url: str, icon: str | None = None) -> Action | None:
    """The button for an action, which the view named in `offers`."""
    decision = can(action)
    if decision:
        return Action(label=label, url=url, icon=icon)
    if decision.reason in INERT:
        reason = decision.text(language())
        return Action(label=label, url=url, reason=reason, icon=icon)
    return None


def present(*actions: Action | None) -> list[Action]:
    """Those that are there."""
    return [action for action in actions if action is not None]
