"""Creating a user: the form, its live effect, and the one page that shows the way in."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from authz import State
from webapp import throttle
from webapp.extensions import begin_write, db
from webapp.guard import requires
from webapp.i18n import language
from webapp.identity import person
from webapp.links import ACTIVATION
from webapp.links import user_of as user_of_link
from webapp.passwords import hash_password, temporary, verify
from webapp.refused_requests import refuse
from webapp.seating import count_seats
from webapp.tables import Account, User
from webapp.team import pages
from webapp.team.editing import draft_of, legal, objections
from webapp.team.forms import CreateUserForm
from webapp.team.invitations import address_of, invite
from webapp.team.once import SHOWN_AGAIN, Once, new_word
from webapp.team.table import Draft, given_name
from webapp.team.users import NameTakenError, NewUser, NoFreeSeatError, create_user
from webapp.team.views import Page, blueprint, sent

#: What the button says that makes a user who can do nothing.
NOTHING = "nothing"


@blueprint.route("/a/<account>/settings/users/new", methods=["GET", "POST"])
@requires("subuser.create")
def create(account: str) -> Page:
    """A new user: who, how the first sign-in goes, and what the seat may do."""
    found = db.session.get_one(Account, account)
    form = CreateUserForm()
    once = _once(account, form)
    if "save" in request.form and (again := _again(once)):
        return again
    if not count_seats(db.session(), found).free:
        refuse("no_free_seat")
        return redirect(url_for("seats.cart", account=account))
    draft = sent(draft_of(db.session(), found, None))
    if throttle.is_blocked("name taken", account, limit=20):
        abort(429)
    if "save" not in request.form:
        return pages.create_page(found, form, legal(draft))
    blockers = objections(draft, understood="understood" in request.form)
    if form.validate_on_submit() and not blockers:
        if not draft.wanted and request.form["save"] != NOTHING:
            return pages.create_page(found, form, legal(draft), asks=True), 422
        made = _create(once, form, draft)
        if made is not None:
            return made
    form.form_errors = [*form.form_errors, *blockers]
    return pages.create_page(found, form, legal(draft)), 422


@blueprint.post("/a/<account>/settings/users/new/effect")
@requires("subuser.create")
def create_effect(account: str) -> Page:
    """The effect panel while the boxes change; changes nothing."""
    found = db.session.get_one(Account, account)
    draft = legal(sent(draft_of(db.session(), found, None)))
    name = given_name(request.form.get("name", "")[:120]) or _("the new user")
    return pages.live(draft, name, pages.create_urls(account))


def _once(account: str, form: CreateUserForm) -> Once:
    """The form and whom it makes: Back and another name is no second click."""
    typed = (form.name.data, form.email.data, (form.user_name.data or "").lower())
    whom = (*((text or "").strip() for text in typed), str(form.access.data))
    return Once(account, person().id, form.once.data or new_word(), whom)


def _again(once: Once) -> Page | None:
    """The form was sent before: what it made, shown again for a while."""
    made = db.session.get(User, once.user, populate_existing=True)
    if made is None:
        return None
    is_new = made.created_at + SHOWN_AGAIN > datetime.now(UTC)
    if is_new and made.last_access_at is None:
        facts: dict[str, Any] = {"since": made.created_at}
        password = temporary(once.password)
        if made.state == State.TEMPORARY and verify(made.password_hash, password):
            page = pages.created(made, password=password, again=SHOWN_AGAIN, **facts)
            return render_template("team/created.html", page=page)
        if user_of_link(once.link, ACTIVATION) is made:
            page = pages.created(made, link=address_of(once.link), **facts)
            return render_template("team/created.html", page=page)
    return redirect(url_for("team.user", account=once.account, user=made.id))


def _create(once: Once, form: CreateUserForm, draft: Draft) -> Page | None:
    """Write the user; None when a field turned out wrong, with its message."""
    account = once.account
    password = "" if form.access.data == "link" else temporary(once.password)
    new = _new_user(form, draft, hash_password(password) if password else "")
    session = begin_write(account, policy=True)
    if session.get(User, once.user) is not None:  # the first click was faster
        session.rollback()  # what is shown again takes its time to verify
        return _again(once)
    new = replace(new, id=once.user)
    try:
        made = create_user(session, session.get_one(Account, account), new, person().id)
    except NameTakenError:
        session.rollback()
        throttle.count(("name taken", account))
        refuse("name_taken")
        form.user_name.errors = [_("This user name is not available: choose another.")]
        return None
    except NoFreeSeatError:
        session.rollback()
        refuse("no_free_seat")
        return redirect(url_for("seats.cart", account=account))
    link = None if password else invite(made, once.link)
    page = pages.created(made, password=password or None, link=link, again=SHOWN_AGAIN)
    session.commit()
    return render_template("team/created.html", page=page)


def _new_user(form: CreateUserForm, draft: Draft, password_hash: str) -> NewUser:
    return NewUser(
        user_name=form.user_name.data or "",
        full_name=(form.name.data or "").strip(),
        email=form.email.data or "",
        permissions=draft.wanted,
        password_hash=password_hash,
        language=language(),
        note=form.note.data or "",
        access_until=form.access_until.data,
    )
