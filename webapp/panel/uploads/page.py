"""The page of an upload, whichever way the files go."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import MultipleFileField

from webapp.extensions import begin_write, db
from webapp.panel.outbox import write_outbox
from webapp.panel.pages import Page
from webapp.panel.uploads.incoming import (
    Fault,
    Owner,
    Readable,
    faults_of,
    readable,
    receive,
    warnings_in,
)
from webapp.panel.uploads.storing import RefusedFilesError
from webapp.tables import Account

Store = Callable[[Session, Sequence[Readable]], list[str]]


class UploadForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """One or several files; which button was used is read apart."""

    files = MultipleFileField()


def take_files(
    account: str, direction: str, store: Store, done: str, page: dict[str, Any]
) -> Page:
    """Show the page, or store what was sent and go to `done`."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _shown(form, page, [])
    owner = Owner.of(db.session.get_one(Account, account))
    incoming = receive(request.files.getlist("files"))
    faults = faults_of(incoming, owner, direction)
    if faults:
        return _shown(form, page, faults)
    session = begin_write(account)
    try:
        stored = store(session, readable(incoming))
    except RefusedFilesError as error:
        session.rollback()
        return _shown(form, page, error.faults)
    session.commit()
    write_outbox(account)
    _tell(len(stored), warnings_in(incoming))
    return redirect(done)


def _tell(count: int, warnings: int) -> None:
    flash(ngettext("%(num)d invoice stored.", "%(num)d invoices stored.", count), "ok")
    if warnings:
        words = ngettext(
            "There is %(num)d warning: open the invoice to read it.",
            "There are %(num)d warnings: open the invoices to read them.",
            warnings,
        )
        flash(words, "warn")


def _shown(form: UploadForm, page: dict[str, Any], faults: Sequence[Fault]) -> Page:
    shown = {**page, "faults": [(_sentence(fault), None) for fault in faults]}
    failed = bool(faults)
    html = render_template("panel/upload.html", form=form, page=shown, failed=failed)
    if not faults:
        return html, 422 if form.errors else 200
    return html, 403 if all(fault.permission for fault in faults) else 422


def _sentence(fault: Fault) -> str:
    places = [fault.file] if fault.file else []
    places += [_("line %(number)s", number=fault.line)] if fault.line else []
    places += [fault.element] if fault.element else []
    return ": ".join(filter(None, (", ".join(places), fault.message)))
