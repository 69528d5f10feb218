import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import throttle
from webapp.extensions import begin_write, db
from webapp.guard import public, signed_in
from webapp.identity import (
    OPERATOR,
    begin_session,
    confirm_session,
    end_session,
    person,
)
from webapp.signin.accounts import (
    find,
    find_locked,
    matches,
    may_enter,
)
from webapp.signin.forms import (
    ConfirmForm,
    SignInForm,
)
from webapp.tables import User

blueprint = Blueprint("signin", __name__)
#: A path and a query of this site, nothing that could lead away from it.
_REST = r"[\w/-]+(\?[\w=&.-]*)?"
Page = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("/")
@public
def start() -> Response:
    """The one address everybody types."""
    return home_page() if current_user.is_authenticated else _sign_in_page()


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Page:
    """The same answer and the same time for a wrong name and a wrong password."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_form(form, failed=form.is_submitted())
    name = (form.user_name.data or "").strip().lower()
    if is_throttled(name):
        return too_many(_sign_in_form(form, failed=True, wait=wait_words()))
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
    return home_page()


@blueprint.post("/sign-out")
@signed_in()
def sign_out() -> Response:
    """End this session, on every worker."""
    end_session()
    return _sign_in_page()


@blueprint.route("/a/<account>/confirm", methods=["GET", "POST"])
@signed_in()
def confirm(account: str) -> Page:
    """The password once more, before the customer area; then back to `next`."""
    return confirmed(f"/a/{account}", url_for("home.index", account=account))


def confirmed(below: str, home: str) -> Page:
    """The form, or the way to `next`: a page `below` that address, else `home`."""
    form = ConfirmForm()
    user = db.session.get_one(User, person().id)
    if form.validate_on_submit():
        if is_throttled(user.folded_name):
            form.password.errors = [wait_words()]
            return too_many(_confirm_form(form, home))
        if matches(user, form.password.data or ""):
            begin_write()
            confirm_session()
            db.session.commit()
            return redirect(_next_of(below, home))
        throttle.count(("sign-in", user.folded_name))
        form.password.errors = [_("The password is wrong.")]
    return _confirm_form(form, home)


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


def _confirm_form(form: ConfirmForm, home: str) -> tuple[str, int]:
    runs = person().state == OPERATOR
    html = render_template("signin/confirm.html", form=form, cancel_url=home, runs=runs)
    return html, 422 if form.is_submitted() else 200


def _next_of(below: str, home: str) -> str:
    """INVARIANT: only ever a page of this account or desk, on this site."""
    goal = request.args.get("next", "")
    return goal if re.fullmatch(rf"{below}/{_REST}", goal, re.ASCII) else home


def is_throttled(name: str) -> bool:
    """Whether that name, or whoever asks from here, has tried too often."""
    address = request.remote_addr or ""
    return throttle.is_blocked("sign-in", name) or throttle.is_blocked(
        "sign-in from", address, limit=100
    )


def wait_words() -> str:
    """What is said then."""
    return _("Too many attempts: wait a quarter of an hour, then try again.")


def too_many(answer: tuple[str, int]) -> Page:
    """The page as a 429 that says when to come back."""
    seconds = str(int(throttle.WINDOW.total_seconds()))
    return answer[0], 429, {"Retry-After": seconds}


def home_page() -> Response:
    """Where whoever signed in belongs."""
    if person().state == OPERATOR:
        return redirect(url_for("operator.index"))
    account = person().account_id
    if account is None:
        return redirect(url_for("signin.delegate"))
    return redirect(url_for("home.index", account=account))


def _sign_in_page() -> Response:
    return redirect(url_for("signin.sign_in"))
