"""What team/details.html shows beside its form."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from webapp.i18n import day, today
from webapp.tables import Seat, User
from webapp.team import pages
from webapp.team.details import details_of
from webapp.team.forms import LONGEST_NOTE
from webapp.team.table import given_name


def details_page(
    found: User, seat: Seat, stale: Sequence[str] | None = None
) -> dict[str, Any]:
    """`stale`: on a conflict, the names of what stands there otherwise than typed."""
    account, name = str(found.account_id), given_name(found.shown_name)
    here: dict[str, Any] = {"account": account, "user": found.id}
    return {
        "trail": [
            *pages.trail(account),
            (found.shown_name, url_for("team.user", **here)),
        ],
        "title": _("Details of %(name)s", name=found.shown_name),
        "action_url": url_for("team.details", **here),
        "cancel_url": url_for("team.user", **here),
        "version": seat.version,
        "longest_note": LONGEST_NOTE,
        "today": today().isoformat(),
        "end_hint": _(
            "After that day %(name)s no longer enters, at once and everywhere. Empty:"
            " as long as the seat is paid, now until %(day)s.",
            name=name,
            day=day(seat.paid_until),
        ),
        "now": None if stale is None else _now(found, stale),
    }


def _now(found: User, stale: Sequence[str]) -> list[tuple[str, str]]:
    """What somebody else saved, only where it differs."""
    now = details_of(found)
    words = {
        "full_name": (_("Name and surname"), now.full_name),
        "email": (_("E-mail"), now.email),
        "access_until": (_("Last day of access"), day(now.access_until) or _("no end")),
        "note": (_("Note"), now.note or _("empty")),
    }
    return [words[name] for name in stale]
