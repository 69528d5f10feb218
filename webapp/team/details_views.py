"""The page of a user's details: name, e-mail, note, last day of access."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from authz import StaleVersionError, State
from webapp.extensions import begin_write, db
from webapp.guard import requires
from webapp.identity import person
from webapp.tables import Seat, User
from webapp.team.details import Details, change_details, details_of, differences
from webapp.team.details_page import details_page
from webapp.team.forms import PersonForm
from webapp.team.views import Page, blueprint, sent_version, user_and_seat, user_of


@blueprint.route("/a/<account>/settings/users/<user>/details", methods=["GET", "POST"])
@requires("subuser.update_permissions")
def details(account: str, user: str) -> Page:
    """Who the user is and until when: saved together, or not at all."""
    found, seat = user_and_seat(account, user)
    form = PersonForm(data=_shown(details_of(found)))
    form.kept_end = found.access_until
    if not form.validate_on_submit():
        page = details_page(found, seat)
        html = render_template("team/details.html", page=page, form=form)
        return html, 422 if request.method == "POST" else 200
    wanted = _wanted(form)
    changed = differences(details_of(found), wanted)
    if changed:
        try:
            _save(account, user, wanted)
        except StaleVersionError:
            db.session.rollback()
            return _conflict(form, wanted, *user_and_seat(account, user))
        flash(_said(found, changed), "ok")
    return redirect(url_for("team.user", account=account, user=user))


def _save(account: str, user: str, wanted: Details) -> None:
    session = begin_write(account, policy=True)
    found = user_of(account, user)
    change_details(session, found, wanted, sent_version(), person().id)
    session.commit()


def _conflict(form: PersonForm, wanted: Details, found: User, seat: Seat) -> Page:
    """Somebody saved in between: what was typed stays, beside what stands there now."""
    page = details_page(found, seat, differences(details_of(found), wanted))
    return render_template("team/details.html", page=page, form=form), 409


def _said(found: User, changed: list[str]) -> str:
    if "email" in changed and found.state == State.INVITED:
        return _(
            "Saved. A link sent to the address of before no longer works: send it again."
        )
    if "access_until" in changed:
        return _("Saved. In force everywhere.")
    return _("The details are saved.")


def _shown(details: Details) -> dict[str, object]:
    """Under the names of the form."""
    return {
        "name": details.full_name,
        "email": details.email,
        "access_until": details.access_until,
        "note": details.note,
    }


def _wanted(form: PersonForm) -> Details:
    return Details(
        full_name=(form.name.data or "").strip(),
        email=form.email.data or "",
        access_until=form.access_until.data,
        note=form.note.data or "",
    )
