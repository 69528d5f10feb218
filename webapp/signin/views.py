import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from webapp import throttle
from webapp.extensions import begin_write, db
from webapp.guard import public, requires, signed_in
from webapp.identity import (
    OPERATOR,
    begin_session,
    confirm_session,
    end_all_sessions,
    end_session,
    open_sessions,
    person,
)
from webapp.links import ACTIVATION, RESET, make_link, user_of
from webapp.passwords import SHORTEST, hash_password, suggestion, verify
from webapp.post import absolute, write_mail
from webapp.signin.accounts import (
    about,
    find,
    find_locked,
    matches,
    may_enter,
    set_password,
)
from webapp.signin.forms import (
    ChangePasswordForm,
    ConfirmForm,
    ForgotForm,
    NewPasswordForm,
    SignInForm,
)
from webapp.tables import Account, User

blueprint = Blueprint("signin", __name__)
Page = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("/")
@public
def start() -> Response:
    """The one address everybody types."""
    return _home() if current_user.is_authenticated else _sign_in_page()


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Page:
    """The same answer and the same time for a wrong name and a wrong password."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_form(form, failed=form.is_submitted())
    name = (form.user_name.data or "").strip().lower()
    if _is_throttled(name):
        return _too_many(_sign_in_form(form, failed=True, wait=_wait()))
    known = find(db.session(), name)
    if not matches(known, form.password.data or ""):
        throttle.count(("sign-in", name), ("sign-in from", request.remote_addr or ""))
        return _sign_in_form(form, failed=True)
    stored = known.password_hash if known else ""
    session = begin_write()
    user = find_locked(session, name)
    if user is None or not may_enter(user) or user.password_hash != stored:
        return _sign_in_form(form, failed=True)  # changed while we were hashing
    throttle.forget("sign-in", name)
    begin_session(user)
    session.commit()
    return _home()


@blueprint.post("/sign-out")
@signed_in()
def sign_out() -> Response:
    """End this session, on every worker."""
    end_session()
    return _sign_in_page()


@blueprint.route("/a/<account>/password", methods=["GET", "POST"])
@requires("self.change_password")
def change_password(account: str) -> Page:
    """One's own password; a temporary one must be changed before anything else."""
    form = ChangePasswordForm()
    user = db.session.get_one(User, person().id)
    form.about = about(db.session(), user)
    if form.validate_on_submit():
        if _is_throttled(user.folded_name):
            form.current.errors = [_wait()]
            return _too_many(_change_form(form))
        if form.new.data == form.current.data:
            form.new.errors = [_("Choose a password that is not the old one.")]
        elif verify(user.password_hash, form.current.data or ""):
            _store(user.id, form.new.data or "")
            return _home()
        else:
            throttle.count(("sign-in", user.folded_name))
            form.current.errors = [_("The current password is wrong.")]
    return _change_form(form)


@blueprint.route("/a/<account>/confirm", methods=["GET", "POST"])
@signed_in()
def confirm(account: str) -> Page:
    """The password once more, before the customer area; then back to `next`."""
    form = ConfirmForm()
    user = db.session.get_one(User, person().id)
    if form.validate_on_submit():
        if _is_throttled(user.folded_name):
            form.password.errors = [_wait()]
            return _too_many(_confirm_form(form, account))
        if matches(user, form.password.data or ""):
            begin_write()
            confirm_session()
            db.session.commit()
            return redirect(_next_of(account))
        throttle.count(("sign-in", user.folded_name))
        form.password.errors = [_("The password is wrong.")]
    return _confirm_form(form, account)


@blueprint.get("/a/<account>/profile")
@signed_in()
def profile(account: str) -> str:
    """Oneself: names, the password, and where one is signed in."""
    found = db.session.get_one(User, person().id)
    return render_template(
        "signin/profile.html",
        user=found,
        sessions=open_sessions(db.session(), person()),
        csrf=generate_csrf(),
        password_url=url_for("signin.change_password", account=account),
        end_url=url_for("signin.end_others", account=account),
    )


@blueprint.post("/a/<account>/profile/sign-out-elsewhere")
@signed_in()
def end_others(account: str) -> Response:
    """End every session but this one."""
    begin_write()
    end_all_sessions(person().id, but=person().secret)
    db.session.commit()
    flash(_("Signed out everywhere else."), "ok")
    return redirect(url_for("signin.profile", account=account))


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
    return _home()


def _store(user_id: str, password: str) -> None:
    password_hash = hash_password(password)
    session = begin_write(person().account_id, policy=True)
    set_password(session, session.get_one(User, user_id), password_hash)
    session.commit()


def _sign_in_form(
    form: SignInForm, *, failed: bool, wait: str | None = None
) -> tuple[str, int]:
    html = render_template(
        "signin/signin.html",
        form=form,
        failed=failed,
        wait=wait,
        note=None,
        forgot_url=url_for("signin.forgot"),
    )
    return html, 422 if failed else 200


def _change_form(form: ChangePasswordForm) -> tuple[str, int]:
    html = render_template(
        "signin/change_password.html",
        form=form,
        forced=person().state == "temporary",
        suggestion=suggestion(),
        requirements=_requirements(),
    )
    return html, 422 if form.is_submitted() else 200


def _confirm_form(form: ConfirmForm, account: str) -> tuple[str, int]:
    cancel = url_for("home.index", account=account)
    html = render_template("signin/confirm.html", form=form, cancel_url=cancel)
    return html, 422 if form.is_submitted() else 200


def _next_of(account: str) -> str:
    """INVARIANT: only ever a page of this account, on this site."""
    goal = request.args.get("next", "")
    home = url_for("home.index", account=account)
    return goal if re.fullmatch(rf"/a/{account}/[\w/-]+", goal, re.ASCII) else home


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


def _is_throttled(name: str) -> bool:
    address = request.remote_addr or ""
    return throttle.is_blocked("sign-in", name) or throttle.is_blocked(
        "sign-in from", address, limit=100
    )


def _wait() -> str:
    return _("Too many attempts: wait a quarter of an hour, then try again.")


def _too_many(answer: tuple[str, int]) -> Page:
    seconds = str(int(throttle.WINDOW.total_seconds()))
    return answer[0], 429, {"Retry-After": seconds}


def _home() -> Response:
    if person().state == OPERATOR:
        return redirect(url_for("operator.index"))
    account = person().account_id
    return redirect(url_for("home.index", account=account))


def _sign_in_page() -> Response:
    return redirect(url_for("signin.sign_in"))
