"""The buttons on a user's page: suspend, reactivate, a new way in, remove, undo."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp.extensions import begin_write, db, enforcer
from webapp.guard import requires
from webapp.identity import person
from webapp.passwords import hash_password, temporary
from webapp.refused_requests import refuse
from webapp.tables import Account, User
from webapp.team import access, pages
from webapp.team.export import users_csv
from webapp.team.filters import read_filters
from webapp.team.forms import PermissionsForm
from webapp.team.invitations import invite, revoke_invitation
from webapp.team.users import NoFreeSeatError
from webapp.team.views import Page, blueprint, user_of

Act = Callable[[Session, User, str], int]


@blueprint.post("/a/<account>/settings/users/<user>/suspend")
@requires("subuser.suspend")
def suspend(account: str, user: str) -> Response:
    """No sign-in and no permission, from the next click on."""
    _act(account, user, access.suspend)
    flash(_("Suspended. In force everywhere."), "ok")
    return _back(account, user)


@blueprint.post("/a/<account>/settings/users/<user>/reactivate")
@requires("subuser.update_permissions")
def reactivate(account: str, user: str) -> Response:
    """As before the suspension."""
    _act(account, user, access.reactivate)
    flash(_("Active again, with the permissions of before."), "ok")
    return _back(account, user)


@blueprint.post("/a/<account>/settings/users/<user>/temporary")
@requires("subuser.reset_password")
def new_temporary(account: str, user: str) -> Page:
    """A temporary password, shown once; the old password and sessions end."""
    user_of(account, user)
    password = temporary()
    password_hash = hash_password(password)
    session = begin_write(account, policy=True)
    found = user_of(account, user)
    access.give_temporary(session, found, password_hash, person().id)
    page = pages.created(found, password=password)
    session.commit()
    return render_template("team/created.html", page=page)


@blueprint.post("/a/<account>/settings/users/<user>/link")
@requires("subuser.create")
def new_link(account: str, user: str) -> Page:
    """The activation link once more; the one sent before ends."""
    session = begin_write(account, policy=True)
    found = user_of(account, user)
    access.require_invited(found)
    page = pages.created(found, link=invite(found))
    session.commit()
    return render_template("team/created.html", page=page)


@blueprint.post("/a/<account>/settings/users/<user>/revoke")
@requires("subuser.suspend")
def revoke(account: str, user: str) -> Response:
    """The activation link ends; the user waits for another, or for being removed."""
    session = begin_write(account, policy=True)
    revoke_invitation(user_of(account, user))
    session.commit()
    flash(_("The invitation is revoked: its link no longer works."), "ok")
    return _back(account, user)


@blueprint.route("/a/<account>/settings/users/<user>/remove", methods=["GET", "POST"])
@requires("subuser.delete")
def remove(account: str, user: str) -> Page:
    """Asks once; then revoked at once, the seat free, and undone for 30 days."""
    found = user_of(account, user)
    form = PermissionsForm()
    if form.validate_on_submit():
        _act(account, user, access.remove)
        flash(_("Removed. In force everywhere, and the seat is free."), "ok")
        return _back(account, user)
    return render_template(
        "team/remove.html",
        form=form,
        trail=pages.trail(account),
        name=found.shown_name,
        cancel_url=url_for("team.user", account=account, user=user),
    )


@blueprint.post("/a/<account>/settings/users/<user>/restore")
@requires("subuser.create")
def restore(account: str, user: str) -> Response:
    """Undo a removal in any free seat; without one, to where seats are bought."""
    try:
        _act(account, user, access.restore)
    except NoFreeSeatError:
        db.session.rollback()
        refuse("no_free_seat")
        return redirect(url_for("seats.cart", account=account))
    flash(_("Restored, with the permissions of before."), "ok")
    return _back(account, user)


@blueprint.get("/a/<account>/settings/users.csv")
@requires("subuser.list")
def export(account: str) -> Response:
    """The list for a spreadsheet, filtered as the page that leads here."""
    found = db.session.get_one(Account, account)
    release = enforcer().release()
    filters = read_filters(request.args, release, found)
    data = users_csv(db.session(), release, found, filters)
    headers = {"Content-Disposition": 'attachment; filename="utenti.csv"'}
    return Response(data, content_type="text/csv; charset=utf-8", headers=headers)


def _act(account: str, user: str, act: Act) -> None:
    session = begin_write(account, policy=True)
    act(session, user_of(account, user), person().id)
    session.commit()


def _back(account: str, user: str) -> Response:
    return redirect(url_for("team.user", account=account, user=user))
