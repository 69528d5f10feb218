"""Passwords: one's own changed, the first one chosen, a forgotten one replaced."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import throttle
from webapp.extensions import begin_write, db
from webapp.guard import public, requires
from webapp.identity import OPERATOR, person, session_is_open
from webapp.links import ACTIVATION, RESET, make_link, user_of
from webapp.passwords import SHORTEST, hash_password, suggestion, verify
from webapp.post import absolute, write_mail
from webapp.signin.accounts import about, find, set_password
from webapp.signin.forms import ChangePasswordForm, ForgotForm, NewPasswordForm
from webapp.signin.views import (
    Page,
    blueprint,
    home_page,
    is_throttled,
    too_many,
    wait_words,
)
from webapp.tables import Account, User


@blueprint.route("/a/<account>/password", methods=["GET", "POST"])
@requires("self.change_password")
def change_password(account: str) -> Page:
    """One's own password; a temporary one must be changed before anything else."""
    return changed()


def changed() -> Page:
    """The form of the reader's own password, or where it leads when it is stored."""
    form = ChangePasswordForm()
    user = db.session.get_one(User, person().id)
    form.about = about(db.session(), user)
    if form.validate_on_submit():
        if is_throttled(user.folded_name):
            form.current.errors = [wait_words()]
            return too_many(_change_form(form))
        if form.new.data == form.current.data:
            form.new.errors = [_("Choose a password that is not the old one.")]
        elif verify(user.password_hash, form.current.data or ""):
            return _store(user.id, user.password_hash, form.new.data or "")
        else:
            throttle.count(("sign-in", user.folded_name))
            form.current.errors = [_("The current password is wrong.")]
    return _change_form(form)


@blueprint.route("/forgot", methods=["GET", "POST"])
@public
def forgot() -> Page:
    """A reset link by mail; the page never tells whether the name exists."""
    form = ForgotForm()
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("signin/forgot.html", form=form, sent=False), status
    name = (form.user_name.data or "").strip().lower()
    address = request.remote_addr or ""
    if throttle.is_blocked("reset", name, limit=3) or throttle.is_blocked(
        "reset from", address, limit=30
    ):
        return render_template("signin/forgot.html", form=form, sent=True)
    throttle.count(("reset", name), ("reset from", address))
    session = begin_write()
    user = find(session, name)
    if user is not None and user.state in ("owner", "active", OPERATOR):
        token = make_link(user, RESET)
        link = absolute(url_for("signin.reset", token=token))
        text = _(
            "To choose a new password for %(name)s open this link:", name=user.user_name
        )
        note = _("It works once, for 15 minutes. If you did not ask, ignore this mail.")
        write_mail(user, _("Choose a new password"), f"{text}\n\n{link}\n\n{note}")
    session.commit()
    return render_template("signin/forgot.html", form=form, sent=True)


@blueprint.route("/activate/<token>", methods=["GET", "POST"])
@public
def activate(token: str) -> Page:
    """The first password of an invited user."""
    return _choose_password(token, ACTIVATION)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> Page:
    """A new password after *Password dimenticata?*."""
    return _choose_password(token, RESET)


def _choose_password(token: str, purpose: str) -> Page:
    user = user_of(token, purpose)
    if user is None:
        return render_template("signin/activate.html", form=None, expired=True), 410
    form = NewPasswordForm()
    form.about = about(db.session(), user)
    if not form.validate_on_submit():
        return _activate_form(form, user)
    password_hash = hash_password(form.new.data or "")
    session = begin_write(user.account_id, policy=True)
    user = user_of(token, purpose)  # again, under the lock: a link works once
    if user is None:
        return render_template("signin/activate.html", form=None, expired=True), 410
    set_password(session, user, password_hash)
    session.commit()
    return home_page()


def _store(user_id: str, verified: str, password: str) -> Response:
    """Store it, unless the one that was verified ended while we were hashing."""
    password_hash = hash_password(password)
    session = begin_write(person().account_id, policy=True)
    user = session.get_one(User, user_id, populate_existing=True)
    if user.password_hash != verified or not session_is_open():
        session.rollback()
        return redirect(url_for("signin.sign_in"))
    set_password(session, user, password_hash)
    session.commit()
    return home_page()


def _change_form(form: ChangePasswordForm) -> tuple[str, int]:
    html = render_template(
        "signin/change_password.html",
        form=form,
        forced=person().state == "temporary",
        suggestion=suggestion(),
        requirements=_requirements(),
    )
    return html, 422 if form.is_submitted() else 200


def _activate_form(form: NewPasswordForm, user: User) -> tuple[str, int]:
    account = db.session.get(Account, user.account_id) if user.account_id else None
    html = render_template(
        "signin/activate.html",
        form=form,
        expired=False,
        user_name=user.user_name,
        account_name=account.name if account else "Delega",
        suggestion=suggestion(),
        requirements=_requirements(),
    )
    return html, 422 if form.is_submitted() else 200


def _requirements() -> list[str]:
    return [
        _(
            "At least %(num)d characters: a few words are easier to remember.",
            num=SHORTEST,
        ),
        _("Not a common password, and not your name, e-mail or company."),
        _("Capitals, digits and signs are welcome, never required."),
    ]
