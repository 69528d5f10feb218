"""The pages of keys, the same at both desks: a list, one key, and what is done to it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, flash, redirect
from flask_babel import gettext as _
from sqlalchemy import or_, select
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from authz import UnknownNameError, end_of_day
from webapp.decisions import key_pages
from webapp.decisions.credentials import (
    MOST_KEYS,
    NewCredential,
    TooManyKeysError,
    UnfitKeyError,
    create,
    narrow,
    revoke_credential,
    rotate,
    works,
)
from webapp.decisions.desk import Desk
from webapp.decisions.forms import (
    EVERY,
    KeyForm,
    NarrowForm,
    PlatformKeyForm,
    RevokeForm,
    RotateForm,
)
from webapp.extensions import db
from webapp.identity import person
from webapp.refused_requests import refuse
from webapp.tables import Account, Credential

Page = Response | str | tuple[str, int]


def list_keys(desk: Desk, actions: dict[str, Any]) -> Page:
    """All of the place."""
    page = key_pages.list_page(db.session(), desk)
    return desk.render("keys", page=page, actions=actions)


def show_key(desk: Desk, key: str, actions: dict[str, Any]) -> Page:
    """One key."""
    page = key_pages.key_page(db.session(), desk, desk.find_any(key))
    return desk.render("key", page=page, actions=actions)


def create_key(desk: Desk) -> Page:
    """A new key, shown this once."""
    form = KeyForm(data={"scopes": ["decide"]}) if desk.account else _platform_form()
    accounts = _accounts(desk, form) if form.validate_on_submit() else None
    if accounts is None:
        html = desk.render("create", form=form)
        return html, 422 if form.is_submitted() else 200
    new = NewCredential(
        label=form.label.data or "",
        accounts=accounts,
        scopes=form.scopes.data or (),
        expires_at=end_of_day(form.expires_on.data) if form.expires_on.data else None,
        note=form.note.data or "",
        account=desk.account,
    )
    session = desk.begin(policy=False)
    try:
        made = create(session, new, person().id)
    except TooManyKeysError:
        session.rollback()
        refuse("too_many_keys")
        form.form_errors = [
            _("%(most)d keys work already: revoke one first.", most=MOST_KEYS)
        ]
        return desk.render("create", form=form), 422
    session.commit()
    return _shown(desk, made.id, made.text)


def rotate_key(desk: Desk, key: str) -> Page:
    """A new secret, shown this once."""
    found = _working(desk, key)
    form = RotateForm()
    if not form.validate_on_submit():
        html = desk.render("rotate", form=form, page=_about(desk, found))
        return html, 422 if form.is_submitted() else 200
    hours = int(form.keep.data)
    session = desk.begin()
    until = datetime.now(UTC) + timedelta(hours=hours) if hours else None
    try:
        made = rotate(session, desk.find(key).id, until, person().id)
    except UnknownNameError:  # ended meanwhile
        abort(404)
    session.commit()
    return _shown(desk, key, made.text)


def narrow_key(desk: Desk, key: str) -> Page:
    """Scopes and companies taken away; nothing is ever added."""
    found = _working(desk, key)
    form = _narrow_form(desk, found)
    if not form.validate_on_submit():
        html = desk.render("narrow", form=form, page=_about(desk, found))
        return html, 422 if form.is_submitted() else 200
    session = desk.begin()
    kept = form.companies.data if form.companies.choices else None
    try:
        narrow(session, desk.find(key).id, form.scopes.data or (), kept, person().id)
    except (UnfitKeyError, UnknownNameError):
        session.rollback()
        refuse("stale_version")
        form.form_errors = [
            _("The key changed in the meantime, or nothing would be left of it.")
        ]
        return desk.render("narrow", form=form, page=_about(desk, desk.find(key))), 422
    session.commit()
    flash(_("Key restricted. In force everywhere."), "ok")
    return redirect(desk.url("show", key=key))


def revoke_key(desk: Desk, key: str) -> Page:
    """The end of a key, at once and for good."""
    found = desk.find_any(key)
    if found.revoked_at is not None:
        return redirect(desk.url("show", key=key))
    form = RevokeForm()
    if not form.validate_on_submit():
        return desk.render("revoke", form=form, page=_about(desk, found))
    session = desk.begin()
    label, identity = found.label, desk.find_any(key).id
    try:
        revoke_credential(session, identity, person().id)
    except UnknownNameError:  # twice at once
        session.rollback()
    session.commit()
    flash(_("Key revoked: %(label)s. It works nowhere any more.", label=label), "ok")
    return redirect(desk.url("index"))


def _shown(desk: Desk, key: str, text: str) -> str:
    page = key_pages.shown_page(desk, desk.find(key), text)
    return desk.render("shown", page=page)


def _about(desk: Desk, found: Credential) -> dict[str, Any]:
    return key_pages.key_page(db.session(), desk, found)


def _working(desk: Desk, key: str) -> Credential:
    found = desk.find(key)
    return found if works(found, datetime.now(UTC)) else abort(404)


def _platform_form() -> PlatformKeyForm:
    return PlatformKeyForm(data={"scopes": ["decide"]})


def _accounts(desk: Desk, form: KeyForm) -> Sequence[str] | None:
    """Whom the key is about; None when a company is not known, which the form says."""
    if desk.account is not None or not isinstance(form, PlatformKeyForm):
        return [desk.account] if desk.account else None
    if form.about.data == EVERY:
        return ()
    found: list[str] = []
    for name in form.names():
        query = select(Account.id).where(or_(Account.id == name, _vat(name)))
        ids = db.session.scalars(query).all()
        if not ids:
            form.companies.errors = [_("There is no company %(name)s.", name=name)]
            return None
        found += ids
    return list(dict.fromkeys(found))


def _vat(name: str) -> Any:
    """With or without the country's letters; it may be that of several accounts."""
    return Account.vat.in_((name.upper(), f"IT{name.upper()}"))


def _narrow_form(desk: Desk, found: Credential) -> NarrowForm:
    names = found.scopes.split()
    companies = key_pages.companies_of(db.session(), found) if not desk.account else []
    form = NarrowForm(
        data={"scopes": names, "companies": [company for company, _name in companies]}
    )
    form.offer(names)
    several = len(companies) > 1
    form.companies.choices = [SelectChoice(*one) for one in companies if several]
    return form
