"""What one user's page shows, from rows and the draft."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy.orm import Session

from authz import Release, State
from webapp.editions import detail_of
from webapp.frame import initials
from webapp.history import events_of
from webapp.i18n import day, distance, language, moment
from webapp.tables import Seat, User
from webapp.team import pages
from webapp.team.acts import CHANGE, DETAILS, REMOVE, buttons
from webapp.team.ends import has_ended
from webapp.team.invitations import Invitation, invitation_facts, invitations
from webapp.team.table import Draft
from webapp.team.wording import role_label, state_chip

Fact = tuple[str, str]


def user_page(
    session: Session, found: User, seat: Seat | None, draft: Draft
) -> dict[str, Any]:
    """What team/user.html shows."""
    invited = [found.id] if found.state == State.INVITED else []
    invitation = invitations(session, invited).get(found.id)
    ended = has_ended(session, found, seat)
    has_link = invitation is not None and invitation.is_open
    return {
        "trail": pages.trail(str(found.account_id)),
        "name": found.shown_name,
        "line": found.email,
        "initials": initials(found.shown_name),
        "tone": "brand",
        "state": state_chip(found, ended=ended),
        "permissions_action": CHANGE.button(found),
        "details_action": DETAILS.button(found),
        "why_url": url_for("review.of_user", account=found.account_id, user=found.id)
        if seat
        else None,
        "remove": REMOVE.button(found),
        "facts": facts(draft.release, found, seat, invitation, ended=ended),
        "sits": seat is not None,
        "words": words(draft),
        "buttons": list(buttons(found, has_link=has_link)),
        "csrf": generate_csrf(),
        "events": events_of(str(found.account_id), found.id),
    }


def facts(
    release: Release,
    found: User,
    seat: Seat | None,
    invitation: Invitation | None,
    *,
    ended: bool,
) -> list[Fact]:
    """A user's facts; a note only where there is one."""
    note = Markup('<span class="lines">{}</span>').format(found.note)
    return [
        (_("User name"), found.user_name),
        (_("E-mail"), found.email),
        *(invitation_facts(invitation) if invitation else ()),
        (_("Role"), role_label(release, seat)),
        (_("Last day of access"), _end(found, ended=ended)),
        (_("Seat paid until"), day(seat.paid_until) if seat else _("no seat")),
        (_("Last access"), moment(found.last_access_at) or _("Never")),
        (_("Created"), day(found.created_at)),
        *([(_("Note"), note)] if found.note else ()),
    ]


def words(draft: Draft) -> list[tuple[str, list[str]]]:
    """A user's permissions in words, by module."""
    permissions = draft.release.permissions
    return [
        (
            permissions.modules[module].text(language()),
            [
                f"{p.label(language())}: {detail_of(p)}"
                for p in draft.shown
                if p.module == module and p.name in draft.wanted
            ],
        )
        for module in draft.modules
        if any(p.module == module and p.name in draft.wanted for p in draft.shown)
    ]


def _end(found: User, *, ended: bool) -> str:
    """The owner's date; without one the paid days below say how long."""
    if found.access_until is None:
        return _("the seat has ended") if ended else _("as long as the seat")
    return f"{day(found.access_until)}, {distance(found.access_until)}"
