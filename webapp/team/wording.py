"""A user's state and role in one or two words, for list, page and spreadsheet."""

from flask_babel import gettext as _

from authz import Release, State
from webapp.editions import role_meaning, role_name
from webapp.tables import Seat, User
from webapp.team.access import REMOVED

_COMES = (State.ACTIVE, State.TEMPORARY)


def state_chip(user: User, *, ended: bool = False) -> dict[str, str]:
    """The state as a word and a shape; `ended`: his time is over."""
    if ended and user.state in _COMES:
        return {"kind": "bad", "text": _("Access ended")}
    words = {
        State.INVITED: ("warn-clock", _("Invitation pending")),
        State.SUSPENDED: ("paused", _("Suspended")),
        State.TEMPORARY: ("warn-clock", _("Temporary password")),
        REMOVED: ("bad", _("Removed")),
    }
    kind, text = words.get(user.state, ("ok", _("Active")))
    return {"kind": kind, "text": text}


def role_label(release: Release, seat: Seat | None) -> str:
    """The preset by its name, or that the owner chose one by one."""
    if seat is None:
        return "-"
    preset = release.presets.get(seat.preset)
    return role_name(preset.name) if preset else _("Own choice")


def role_line(release: Release, seat: Seat | None) -> str:
    """What the preset is for."""
    if seat is None:
        return ""
    preset = release.presets.get(seat.preset)
    return role_meaning(preset.name) if preset else _("Chosen one by one")
