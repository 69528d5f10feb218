from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from authz import IllegalSetError, StaleVersionError, State, UnknownNameError
from webapp.extensions import begin_write, db
from webapp.guard import can, requires
from webapp.identity import person
from webapp.tables import Account, Seat, User
from webapp.team import pages
from webapp.team.access import REMOVED, can_be_restored
from webapp.team.acts import ASKED
from webapp.team.editing import draft_of, legal, objections, seat_of_user, submitted
from webapp.team.forms import PermissionsForm
from webapp.team.listing import listing
from webapp.team.table import Draft
from webapp.team.undo import Undo, read_undo, undo_token
from webapp.team.user_page import user_page
from webapp.team.users import change_permissions

blueprint = Blueprint("team", __name__)
Page = Response | str | tuple[str, int]


@blueprint.get("/a/<account>/settings/users")
@requires("subuser.list", offers=["subuser.create", "seat.buy"])
def index(account: str) -> Page:
    """The people of the company, with filters, order and pages."""
    found = db.session.get_one(Account, account)
    team = listing(
        db.session(),
        found,
        may_create=can("subuser.create"),
        may_buy=can("seat.buy"),
    )
    return render_template(
        "team/list.html", team={**team, "trail": pages.trail(account)[:2]}
    )


@blueprint.get("/a/<account>/settings/users/<user>")
@requires("subuser.view", offers=ASKED)
def user(account: str, user: str) -> Page:
    """One user: facts, permissions in words, and what can be done."""
    found = user_of(account, user)
    seat = seat_of_user(db.session(), account, user)
    draft = draft_of(db.session(), db.session.get_one(Account, account), seat)
    page = user_page(db.session(), found, seat, draft)
    return render_template("team/user.html", user=page)


@blueprint.route(
    "/a/<account>/settings/users/<user>/permissions", methods=["GET", "POST"]
)
@requires("subuser.update_permissions")
def permissions(account: str, user: str) -> Page:
    """The permission table: nothing counts before *Salva*, then everywhere at once."""
    found, seat = user_and_seat(account, user)
    draft = sent(draft_of(db.session(), db.session.get_one(Account, account), seat))
    form = PermissionsForm()
    if "save" not in request.form:
        saved = pages.saved_note(found, seat, request.args.get("undo", ""))
        return pages.permissions_page(found, seat, form, legal(draft), {"saved": saved})
    blockers = objections(draft, understood="understood" in request.form)
    if not blockers and draft.wanted == draft.before:
        return redirect(url_for("team.permissions", account=account, user=user))
    if not blockers and form.validate_on_submit():
        try:
            undo = _save(account, user, draft)
        except StaleVersionError:
            db.session.rollback()
            text = _(
                "Nothing was saved. The table shows your choices beside what holds"
                " now: look at the effect and save again."
            )
            return _conflict(account, user, text, keep=True)
        here = url_for("team.permissions", account=account, user=user, undo=undo)
        return redirect(here)
    form.form_errors = [*form.form_errors, *blockers]
    return pages.permissions_page(found, seat, form, legal(draft)), 422


@blueprint.post("/a/<account>/settings/users/<user>/permissions/undo")
@requires("subuser.update_permissions")
def undo(account: str, user: str) -> Page:
    """The permissions of before the last change, as a change of its own."""
    found, seat = user_and_seat(account, user)
    wanted = read_undo(request.form.get("undo", ""), found, seat)
    if wanted is None:
        abort(400)
    try:
        _undo(account, user, wanted)
    except (StaleVersionError, IllegalSetError, UnknownNameError):
        db.session.rollback()
        text = _("Nothing was undone. The table shows what holds now.")
        return _conflict(account, user, text, keep=False)
    flash(_("Undone: the permissions are those of before. In force everywhere."), "ok")
    return redirect(url_for("team.permissions", account=account, user=user))


@blueprint.post("/a/<account>/settings/users/<user>/permissions/effect")
@requires("subuser.update_permissions")
def permissions_effect(account: str, user: str) -> Page:
    """The effect panel while the boxes change; changes nothing."""
    found, seat = user_and_seat(account, user)
    draft = draft_of(db.session(), db.session.get_one(Account, account), seat)
    return pages.live(
        legal(sent(draft)),
        found.shown_name,
        pages.permissions_urls(account, found),
    )


def sent(draft: Draft) -> Draft:
    """What the form says; a forged name is a bad request."""
    if request.method != "POST":
        return draft
    try:
        return submitted(draft)
    except UnknownNameError:
        abort(400)


def user_of(account: str, user: str) -> User:
    """An additional user of the account, the removed for 30 days too; else 404."""
    query = select(User).where(
        User.account_id == account, User.id == user, User.state != State.OWNER
    )
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None or (found.state == REMOVED and not can_be_restored(found)):
        abort(404)
    return found


def user_and_seat(account: str, user: str) -> tuple[User, Seat]:
    """An additional user who sits in the account, else 404."""
    seat = seat_of_user(db.session(), account, user)
    if seat is None:
        abort(404)
    return user_of(account, user), seat


def sent_version() -> int:
    """Of what the form was filled in on; 0, which fits nothing, when it is missing."""
    return request.form.get("version", 0, type=int)


def _save(account: str, user: str, draft: Draft) -> str:
    """Write the permissions; answers what undoes it."""
    session = begin_write(account, policy=True)
    seat = seat_of_user(session, account, user)
    if seat is None:
        raise StaleVersionError("the user is no longer here")
    change_permissions(session, seat, draft.wanted, sent_version(), person().id)
    token = undo_token(user_of(account, user), seat, draft.before or frozenset())
    session.commit()
    return token


def _undo(account: str, user: str, wanted: Undo) -> None:
    session = begin_write(account, policy=True)
    seat = seat_of_user(session, account, user)
    if seat is None:
        raise StaleVersionError("the user is no longer here")
    change_permissions(session, seat, wanted.before, wanted.version, person().id)
    session.commit()


def _conflict(account: str, user: str, text: str, *, keep: bool) -> Page:
    """Somebody saved in between: nothing was written; `keep` what the boxes say."""
    found, seat = user_and_seat(account, user)
    draft = draft_of(db.session(), db.session.get_one(Account, account), seat)
    title = _("Somebody changed these permissions in the meantime")
    html = pages.permissions_page(
        found,
        seat,
        PermissionsForm(),
        legal(sent(draft) if keep else draft),
        {"conflict": {"title": title, "text": text}},
    )
    return html, 409
