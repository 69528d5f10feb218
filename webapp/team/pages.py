"""What the team templates show, from rows and drafts; views decide, this only words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from authz import Edition
from webapp.editions import edition_here
from webapp.extensions import db
from webapp.frame import initials
from webapp.i18n import moment, today
from webapp.links import ACTIVATION, LASTS
from webapp.seating import count_seats
from webapp.tables import Account, Seat, User
from webapp.team.forms import LONGEST_NOTE, CreateUserForm, PermissionsForm
from webapp.team.table import Draft, effect, given_name, table
from webapp.team.undo import read_undo
from webapp.team.users import TEMPORARY_LASTS


def created(
    made: User,
    *,
    password: str | None = None,
    link: str | None = None,
    since: datetime | None = None,
    again: timedelta | None = None,
) -> dict[str, Any]:
    """What team/created.html shows: the password, or the link that left.

    Args:
        made: the user.
        password: a temporary one, None for a link.
        link: the address.
        since: when they were made, None for now.
        again: how long a reload shows the password again, None for never.
    """
    lasts = TEMPORARY_LASTS if password else LASTS[ACTIVATION]
    ends = (since or datetime.now(UTC)) + lasts
    account = made.account_id
    return {
        "trail": trail(str(account)),
        "name": made.shown_name,
        "user_name": made.user_name,
        "email": made.email,
        "temporary": password,
        "again_minutes": round(again.total_seconds() / 60) if again else 0,
        "link": link,
        "link_hint": _(
            "It works once, for 72 hours. Whoever has it can enter: hand it to"
            " %(name)s alone.",
            name=given_name(made.shown_name),
        ),
        "until": _("until %(when)s", when=moment(ends, begins=False)),
        "permissions_url": url_for("team.permissions", account=account, user=made.id),
        "list_url": url_for("team.index", account=account),
        "create_url": None,
    }


def permissions_page(
    found: User,
    seat: Seat,
    form: PermissionsForm,
    draft: Draft,
    told: dict[str, Any] | None = None,
) -> str:
    """The permission table of one user; `told`: `conflict` or `saved`, above it."""
    account = str(found.account_id)
    name = given_name(found.shown_name)
    page = {
        **permissions_urls(account, found),
        "trail": trail(account),
        "title": _("Permissions of %(name)s", name=found.shown_name),
        "line": _access_line(found),
        "initials": initials(found.shown_name),
        "tone": "brand",
        "intro": _("Start from a ready-made role, then change what is needed."),
        "version": seat.version,
        "under": _under(),
        "preview": None,
        "conflict": None,
        "saved": None,
        **(told or {}),
    }
    return render_template(
        "team/permissions.html",
        page=page,
        form=form,
        table=table(draft),
        effect=effect(draft, name, understood="understood" in request.form),
    )


def create_page(
    found: Account, form: CreateUserForm, draft: Draft, *, asks: bool = False
) -> str:
    """The form for a new user; `asks` whether one without any permission is meant."""
    free = count_seats(db.session(), found).free
    page = {
        **create_urls(found.id),
        "trail": trail(found.id),
        "consequence": _("Uses 1 of the free seats: %(num)d left now.", num=free),
        "intro": _("Start from a ready-made role, then change what is needed."),
        "under": _under(),
        "longest_note": LONGEST_NOTE,
        "today": today().isoformat(),
    }
    name = given_name(form.name.data or "") or _("the new user")
    if asks:
        page["question"] = _("%(name)s will not be able to do anything", name=name)
    return render_template(
        "team/create.html",
        page=page,
        form=form,
        table=table(draft),
        effect=effect(draft, name, understood="understood" in request.form),
    )


def live(draft: Draft, name: str, page: dict[str, Any]) -> str:
    """What htmx puts in place while the boxes change."""
    understood = "understood" in request.form
    return render_template(
        "team/_live.html",
        table=table(draft),
        effect=effect(draft, name, understood=understood),
        page=page,
    )


def permissions_urls(account: str, found: User) -> dict[str, Any]:
    """Where the permission form goes."""
    effect_url = url_for("team.permissions_effect", account=account, user=found.id)
    return {
        "action_url": url_for("team.permissions", account=account, user=found.id),
        "effect_url": effect_url,
        "cancel_url": url_for("team.index", account=account),
        "save_label": None,
        "when": _(
            "In force at once, even if %(name)s has the panel open.",
            name=given_name(found.shown_name),
        ),
    }


def create_urls(account: str) -> dict[str, Any]:
    """Where the form for a new user goes."""
    return {
        "action_url": url_for("team.create", account=account),
        "effect_url": url_for("team.create_effect", account=account),
        "cancel_url": url_for("team.index", account=account),
        "save_label": _("Create user"),
        "when": "",
    }


def trail(account: str) -> list[tuple[str, str]]:
    """The path above the titles."""
    return [
        (_("Settings"), url_for("settings.index", account=account)),
        (_("Collaborations"), url_for("team.index", account=account)),
        (_("Additional users"), url_for("team.index", account=account)),
    ]


def saved_note(found: User, seat: Seat, token: str) -> dict[str, str] | None:
    """What follows saving, for as long as nothing else changed."""
    undo = read_undo(token, found, seat)
    if undo is None or undo.version != seat.version:
        return None
    return {
        "token": token,
        "url": url_for("team.undo", account=found.account_id, user=found.id),
        "csrf": generate_csrf(),
    }


def _under() -> str:
    if edition_here() == Edition.SR:
        return _("No additional user can buy seats or manage other users.")
    return _(
        "A dash means that the permission does not exist for that module. Edit banks"
        " needs Read and Create and edit. No additional user can buy seats, manage"
        " other users or see the sent e-mails."
    )


def _access_line(found: User) -> str:
    seen = moment(found.last_access_at, begins=False) or _("never")
    return _("%(email)s, last access %(when)s", email=found.email, when=seen)
