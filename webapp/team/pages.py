"""What the team templates show, from rows and drafts; views decide, this only words."""

from datetime import UTC, datetime
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from webapp.extensions import db, enforcer
from webapp.frame import initials
from webapp.i18n import day, language, moment
from webapp.links import ACTIVATION, LASTS
from webapp.seating import count_seats
from webapp.tables import Account, Seat, User
from webapp.team.acts import CHANGE, REMOVE, buttons
from webapp.team.forms import CreateUserForm, PermissionsForm
from webapp.team.listing import role_label, state_chip
from webapp.team.table import Draft, effect, given_name, table
from webapp.team.users import TEMPORARY_LASTS


def created(made: User, password: str | None) -> dict[str, Any]:
    """What team/created.html shows: the password once, or that a link left."""
    lasts = TEMPORARY_LASTS if password else LASTS[ACTIVATION]
    account = made.account_id
    return {
        "trail": trail(str(account)),
        "name": made.shown_name,
        "user_name": made.user_name,
        "email": made.email,
        "temporary": password,
        "until": _("until %(when)s", when=moment(datetime.now(UTC) + lasts)),
        "permissions_url": url_for("team.permissions", account=account, user=made.id),
        "list_url": url_for("team.index", account=account),
        "create_url": None,
    }


def permissions_page(
    found: User,
    seat: Seat,
    form: PermissionsForm,
    draft: Draft,
    conflict: dict[str, str] | None = None,
) -> str:
    """The permission table of one user."""
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
        "conflict": conflict,
    }
    return render_template(
        "team/permissions.html",
        page=page,
        form=form,
        table=table(draft),
        effect=effect(draft, name, understood="understood" in request.form),
    )


def create_page(found: Account, form: CreateUserForm, draft: Draft) -> str:
    """The form for a new user."""
    free = count_seats(db.session(), found).free
    page = {
        **create_urls(found.id),
        "trail": trail(found.id),
        "consequence": _("Uses 1 of the free seats: %(num)d left now.", num=free),
        "intro": _("Start from a ready-made role, then change what is needed."),
        "under": _under(),
    }
    name = given_name(form.name.data or "") or _("the new user")
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


def _under() -> str:
    return _(
        "A dash means that the permission does not exist for that module. Edit banks"
        " needs Read and Create and edit. No additional user can buy seats, manage"
        " other users or see the sent e-mails."
    )


def _access_line(found: User) -> str:
    seen = moment(found.last_access_at) or _("never")
    return _("%(email)s, last access %(when)s", email=found.email, when=seen)


def facts(found: User, seat: Seat | None) -> list[tuple[str, str]]:
    """A user's facts."""
    return [
        (_("User name"), found.user_name),
        (_("E-mail"), found.email),
        (_("Role"), role_label(enforcer().release(), seat)),
        (_("Seat paid until"), day(seat.paid_until) if seat else _("no seat")),
        (_("Last access"), moment(found.last_access_at) or _("Never")),
        (_("Created"), day(found.created_at)),
    ]


def words(draft: Draft) -> list[tuple[str, list[str]]]:
    """A user's permissions in words, by module."""
    permissions = draft.release.permissions
    return [
        (
            permissions.modules[module].text(language()),
            [
                f"{p.label(language())}: {p.detail(language())}"
                for p in draft.shown
                if p.module == module and p.name in draft.wanted
            ],
        )
        for module in draft.modules
        if any(p.module == module and p.name in draft.wanted for p in draft.shown)
    ]


def user_page(found: User, seat: Seat | None, draft: Draft) -> dict[str, Any]:
    """What team/user.html shows."""
    return {
        "trail": trail(str(found.account_id)),
        "name": found.shown_name,
        "line": found.email,
        "initials": initials(found.shown_name),
        "tone": "brand",
        "state": state_chip(found),
        "permissions_action": CHANGE.button(found),
        "why_url": url_for("review.of_user", account=found.account_id, user=found.id)
        if seat
        else None,
        "remove": REMOVE.button(found),
        "facts": facts(found, seat),
        "sits": seat is not None,
        "words": words(draft),
        "buttons": list(buttons(found)),
        "csrf": generate_csrf(),
        "events": [],
    }
