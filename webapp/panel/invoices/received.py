"""What only received invoices have: importing files, and marking as read."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp.extensions import begin_write, db
from webapp.guard import requires
from webapp.identity import person
from webapp.panel import events
from webapp.panel.invoices.views import READ, find_invoice
from webapp.panel.pages import Page
from webapp.panel.uploads.incoming import Readable
from webapp.panel.uploads.page import take_files
from webapp.panel.uploads.storing import store_received


def add_received(blueprint: Blueprint) -> Blueprint:
    """Add the two pages to the archive of received invoices."""

    @blueprint.route("/import", methods=["GET", "POST"])
    @requires("received_invoice.import")
    def import_files(account: str) -> Page:
        return _import(account)

    @blueprint.post("/<invoice>/read")
    @requires(READ)
    def mark_read(account: str, invoice: str) -> Response:
        return _mark_read(account, invoice)

    return blueprint


def _import(account: str) -> Page:
    def store(session: Session, incoming: Sequence[Readable]) -> list[str]:
        return store_received(session, account, incoming, person().id)

    done = url_for("received.index", account=account)
    page = {
        "title": _("Import received invoices"),
        "lead": _("XML files of invoices to you, up to 5 MB each and 30 MB in all."),
        "save": _("Import"),
        "send": None,
        "note": _("If one file is wrong, none is stored."),
        "cancel_url": done,
    }
    return take_files(account, "received", store, done, page)


def _mark_read(account: str, invoice: str) -> Response:
    find_invoice(db.session(), "received", account, invoice)
    session = begin_write(account)
    found = find_invoice(session, "received", account, invoice)
    if found.read_at is None:
        found.read_at = datetime.now(UTC)
        events.note(session, account, found.id, "read", person().id)
    session.commit()
    return redirect(url_for("received.view", account=account, invoice=invoice))
