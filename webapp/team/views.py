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

from authz import StaleVersionError, State, UnknownNameError
from webapp import throttle
from webapp.extensions import begin_write, db
from webapp.guard import can, requires
from webapp.i18n import language
from webapp.identity import person
from webapp.links import ACTIVATION, make_link
from webapp.passwords import hash_password, temporary
from webapp.post import absolute, write_mail
from webapp.seating import count_seats
from webapp.tables import Account, Seat, User
from webapp.team import pages
from webapp.team.access import REMOVED, can_be_restored
from webapp.team.acts import ASKED
from webapp.team.editing import draft_of, legal, objections, seat_of_user, submitted
from webapp.team.forms import CreateUserForm, PermissionsForm
from webapp.team.listing import listing
from webapp.team.table import Draft, given_name
from webapp.team.users import (
    NameTakenError,
    NewUser,
    NoFreeSeatError,
    change_permissions,
    create_user,
)

blueprint = Blueprint("team", __name__)
Page = Response | str | tuple[str, int]


@blueprint.get("/a/<account>/settings/users")
@requires("subuser.list", offers=["subuser.create", "seat.buy"])
def index(account: str) -> Page:
    """The people of the company, with search, order and pages."""
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


@blueprint.route("/a/<account>/settings/users/new", methods=["GET", "POST"])
@requires("subuser.create")
def create(account: str) -> Page:
    """A new user: who, how the first sign-in goes, and what the seat may do."""
    found = db.session.get_one(Account, account)
    if not count_seats(db.session(), found).free:
        return redirect(url_for("seats.cart", account=account))
    form = CreateUserForm()
    draft = _submitted(draft_of(db.session(), found, None))
    if throttle.is_blocked("name taken", account, limit=20):
        abort(429)
    if "save" not in request.form:
        return pages.create_page(found, form, legal(draft))
    blockers = objections(draft, understood="understood" in request.form)
    if form.validate_on_submit() and not blockers:
        made = _create(account, form, draft)
        if made is not None:
            return made
    form.form_errors = [*form.form_errors, *blockers]
    return pages.create_page(found, form, legal(draft)), 422


@blueprint.post("/a/<account>/settings/users/new/effect")
@requires("subuser.create")
def create_effect(account: str) -> Page:
    """The effect panel while the boxes change; changes nothing."""
    found = db.session.get_one(Account, account)
    draft = legal(_submitted(draft_of(db.session(), found, None)))
    name = given_name(request.form.get("name", "")[:120]) or _("the new user")
    return pages.live(draft, name, pages.create_urls(account))


@blueprint.get("/a/<account>/settings/users/<user>")
@requires("subuser.view", offers=ASKED)
def user(account: str, user: str) -> Page:
    """One user: facts, permissions in words, and what can be done."""
    found = user_of(account, user)
    seat = seat_of_user(db.session(), account, user)
    draft = draft_of(db.session(), db.session.get_one(Account, account), seat)
    return render_template("team/user.html", user=pages.user_page(found, seat, draft))


@blueprint.route(
    "/a/<account>/settings/users/<user>/permissions", methods=["GET", "POST"]
)
@requires("subuser.update_permissions")
def permissions(account: str, user: str) -> Page:
    """The permission table: nothing counts before *Salva*, then everywhere at once."""
    found, seat = _user_and_seat(account, user)
    draft = _submitted(
        draft_of(db.session(), db.session.get_one(Account, account), seat)
    )
    form = PermissionsForm()
    if "save" not in request.form:
        return pages.permissions_page(found, seat, form, legal(draft))
    blockers = objections(draft, understood="understood" in request.form)
    if not blockers and draft.wanted == draft.before:
        return redirect(url_for("team.permissions", account=account, user=user))
    if not blockers and form.validate_on_submit():
        try:
            _save(account, user, draft)
        except StaleVersionError:
            db.session.rollback()
            return _conflict(account, user, form)
        flash(_("Saved. In force everywhere."), "ok")
        return redirect(url_for("team.permissions", account=account, user=user))
    form.form_errors = [*form.form_errors, *blockers]
    return pages.permissions_page(found, seat, form, legal(draft)), 422


@blueprint.post("/a/<account>/settings/users/<user>/permissions/effect")
@requires("subuser.update_permissions")
def permissions_effect(account: str, user: str) -> Page:
    """The effect panel while the boxes change; changes nothing."""
    found, seat = _user_and_seat(account, user)
    draft = draft_of(db.session(), db.session.get_one(Account, account), seat)
    return pages.live(
        legal(_submitted(draft)),
        found.shown_name,
        pages.permissions_urls(account, found),
    )


def _submitted(draft: Draft) -> Draft:
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


def _user_and_seat(account: str, user: str) -> tuple[User, Seat]:
    """An additional user who sits in the account, else 404."""
    seat = seat_of_user(db.session(), account, user)
    if seat is None:
        abort(404)
    return user_of(account, user), seat


def _create(account: str, form: CreateUserForm, draft: Draft) -> Page | None:
    """Write the user; None when a field turned out wrong, with its message."""
    by_link = form.access.data == "link"
    password = "" if by_link else temporary()
    new = NewUser(
        user_name=form.user_name.data or "",
        full_name=(form.name.data or "").strip(),
        email=form.email.data or "",
        permissions=draft.wanted,
        password_hash=hash_password(password) if password else "",
        language=language(),
    )
    session = begin_write(account, policy=True)
    try:
        made = create_user(session, session.get_one(Account, account), new, person().id)
    except NameTakenError:
        session.rollback()
        throttle.count(("name taken", account))
        form.user_name.errors = [_("This user name is not available: choose another.")]
        return None
    except NoFreeSeatError:
        session.rollback()
        return redirect(url_for("seats.cart", account=account))
    if by_link:
        mail_link(made)
    page = pages.created(made, password or None)
    session.commit()
    return render_template("team/created.html", page=page)


def mail_link(made: User) -> None:
    """Write the mail with a new activation link, in the current transaction."""
    link = absolute(url_for("signin.activate", token=make_link(made, ACTIVATION)))
    text = _(
        "%(owner)s has made a user for you in the panel. Your user name is %(name)s."
        " Choose a password here:",
        owner=person().name,
        name=made.user_name,
    )
    note = _("The link works once, for 72 hours.")
    write_mail(made, _("Start using the panel"), f"{text}\n\n{link}\n\n{note}")


def _save(account: str, user: str, draft: Draft) -> None:
    version = request.form.get("version", 0, type=int)
    session = begin_write(account, policy=True)
    seat = seat_of_user(session, account, user)
    if seat is None:
        raise StaleVersionError("the user is no longer here")
    change_permissions(session, seat, draft.wanted, version, person().id)
    session.commit()


def _conflict(account: str, user: str, form: PermissionsForm) -> Page:
    """Somebody saved in between: nothing was written; the page shows what holds now."""
    found, seat = _user_and_seat(account, user)
    draft = draft_of(db.session(), db.session.get_one(Account, account), seat)
    wanted = _submitted(draft)
    html = pages.permissions_page(
        found,
        seat,
        form,
        legal(wanted),
        conflict={
            "title": _("Somebody changed these permissions in the meantime"),
            "text": _(
                "Nothing was saved. The table shows your choices beside what holds now:"
                " look at the effect and save again."
            ),
        },
    )
    return html, 409
