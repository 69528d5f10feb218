from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp.buttons import offer, present
from webapp.extensions import begin_write, db
from webapp.guard import requires
from webapp.i18n import day, today
from webapp.identity import person
from webapp.panel import events
from webapp.panel.banks.stored import known_ibans
from webapp.panel.downloads import attachment
from webapp.panel.drafts.sending import NotSendableError, send, unknown_ibans
from webapp.panel.drafts.source import invoice_behind
from webapp.panel.drafts.storing import discard
from webapp.panel.fatturapa import InvoiceFile, check
from webapp.panel.fields import VersionedForm
from webapp.panel.lists import Listing, filters, nothing, page_of, wanted
from webapp.panel.outbox import write_outbox
from webapp.panel.pages import Page, confirm_page
from webapp.panel.records import find, matching, names_of, require_version
from webapp.panel.showing import described, from_cents, kind_of, warnings_of
from webapp.panel.space import NoSpaceError, depot, no_space
from webapp.panel.tables import Draft

blueprint = Blueprint("drafts", __name__, url_prefix="/a/<account>/drafts")

_BUTTONS = (
    "draft.send",
    "draft.update",
    "draft.duplicate",
    "draft.delete",
    "bank.create",
)


@blueprint.get("")
@requires("draft.list", offers=["draft.create", "invoice_file.upload"])
def index(account: str) -> str:
    """All drafts, the latest first, or those that match."""
    query = matching(select(Draft), Draft.folded, wanted()).where(
        Draft.account_id == account
    )
    found, pager = page_of(
        db.session(), query.order_by(Draft.updated_at.desc(), Draft.id)
    )
    new_url = url_for("compose.new", account=account)
    upload_url = url_for("uploads.index", account=account)
    listing = Listing(
        title=_("Drafts"),
        caption=_("Drafts"),
        main=offer("draft.create", _("Create an invoice"), new_url, "plus-lg"),
        actions=present(
            offer("invoice_file.upload", _("Upload invoices"), upload_url, "upload")
        ),
        columns=[(_("Customer"), ""), (_("Date"), "date"), (_("Total"), "number")],
        rows=rows_of(found),
        filters=filters(_("Customer or number")),
        empty=nothing(
            _("No drafts"), _("An invoice you start and do not send waits here.")
        ),
        page=pager,
        money=True,
    )
    return render_template("panel/list.html", listing=listing)


def rows_of(drafts: list[Draft]) -> list[dict[str, Any]]:
    """Drafts as rows of a list."""
    names = names_of(db.session(), {draft.updated_by for draft in drafts})
    return [
        {
            "url": url_for("drafts.view", account=draft.account_id, draft=draft.id),
            "cells": (
                (draft.customer, _line(draft, names.get(draft.updated_by, ""))),
                day(draft.issued_on),
                from_cents(draft.total_cents, draft.currency),
            ),
        }
        for draft in drafts
    ]


@blueprint.get("/<draft>")
@requires("draft.view", offers=_BUTTONS)
def view(account: str, draft: str) -> Page:
    """One draft."""
    return _view(find(db.session(), Draft, account, draft)), 200


@blueprint.get("/<draft>/file")
@requires("draft.view")
def original(account: str, draft: str) -> Response:
    """The uploaded file, byte for byte."""
    found = find(db.session(), Draft, account, draft)
    return attachment(db.session(), account, found.file_id or "")


@blueprint.post("/<draft>/send")
@requires("draft.send", offers=[*_BUTTONS, "draft.view"])
def send_draft(account: str, draft: str) -> Page:
    """Number it, keep the file and hand it to the channel."""
    find(db.session(), Draft, account, draft)
    session = begin_write(account)
    found = find(session, Draft, account, draft)
    require_version(found, request.args.get("version"))
    try:
        sent = send(depot(session, account, person().id), found)
    except (NotSendableError, NoSpaceError) as error:
        session.rollback()
        found = find(session, Draft, account, draft)
        return _view(found, _refusals(error)), 422
    address = url_for("sent.view", account=account, invoice=sent[0].id)
    session.commit()
    write_outbox(account)
    flash(_("The invoice is ready for the channel to SdI."), "ok")
    return redirect(address)


@blueprint.route("/<draft>/delete", methods=["GET", "POST"])
@requires("draft.delete")
def delete(account: str, draft: str) -> Page:
    """Throw a draft away, with its file."""
    found = find(db.session(), Draft, account, draft)
    form = VersionedForm(version=str(found.version))
    if form.validate_on_submit():
        session = begin_write(account)
        found = find(session, Draft, account, draft)
        require_version(found, form.version.data)
        discard(depot(session, account, person().id), found)
        session.commit()
        flash(_("Deleted."), "ok")
        return redirect(url_for("drafts.index", account=account))
    return confirm_page(
        form,
        title=_("Delete draft %(number)s", number=found.number),
        sentence=_("The draft for %(name)s goes away.", name=found.customer),
        submit=_("Delete the draft"),
        cancel_url=url_for("drafts.view", account=account, draft=draft),
    )


def _refusals(error: NotSendableError | NoSpaceError) -> list[str]:
    return error.reasons if isinstance(error, NotSendableError) else [no_space(error)]


def _view(draft: Draft, errors: list[str] | None = None) -> str:
    session, account = db.session(), draft.account_id
    invoice = invoice_behind(session, draft)
    position = _position(invoice)
    page = {
        **described(invoice, position),
        "trail": [(_("Drafts"), url_for("drafts.index", account=account))],
        "title": _("Draft %(number)s", number=draft.number),
        "line": _lead(draft, invoice, position),
        "errors": errors or [],
        "others": _others(draft, invoice, position),
        "warnings_title": _("To look at before sending"),
        "warnings": _warnings(draft, invoice),
        "iban": None,
        "events": events.history(session, account, draft.id),
        **_actions(draft),
    }
    return render_template("panel/draft.html", invoice=page, failed=bool(errors))


def _actions(draft: Draft) -> dict[str, Any]:
    def url(endpoint: str, **more: Any) -> str:
        return url_for(endpoint, account=draft.account_id, draft=draft.id, **more)

    send_url = url("drafts.send_draft", version=draft.version)
    main = offer("draft.send", _("Send to SdI"), send_url)
    buttons = [
        offer("draft.duplicate", _("Duplicate"), url("compose.duplicate"), "clipboard"),
        offer("draft.delete", _("Delete"), url("drafts.delete"), "trash"),
    ]
    if draft.file_id is None:
        edit = offer("draft.update", _("Edit"), url("compose.edit"), "pencil")
        buttons.insert(0, edit)
    return {
        "main": main,
        "main_csrf": generate_csrf(),
        "actions": present(*buttons),
        "original_url": url("drafts.original") if draft.file_id else None,
        "consequence": _("Sending can not be undone.") if main else None,
    }


def _warnings(draft: Draft, invoice: InvoiceFile) -> list[str]:
    known = known_ibans(db.session(), draft.account_id)
    sentences = [
        _("The IBAN %(iban)s is not among your banks.", iban=iban)
        for iban in unknown_ibans(known, invoice)
    ]
    if draft.file_id is not None:
        sentences += warnings_of(check(invoice, today=today()))
    return sentences


def _position(invoice: InvoiceFile) -> int:
    text = request.args.get("document", "1")
    known = [str(place) for place in range(1, len(invoice.documents) + 1)]
    return known.index(text) if text in known else 0


def _others(draft: Draft, invoice: InvoiceFile, position: int) -> list[dict[str, Any]]:
    if len(invoice.documents) == 1:
        return []
    return [
        {
            "label": _("Invoice %(number)s", number=document.number),
            "url": url_for(
                "drafts.view",
                account=draft.account_id,
                draft=draft.id,
                document=place + 1,
            ),
            "current": place == position,
        }
        for place, document in enumerate(invoice.documents)
    ]


def _lead(draft: Draft, invoice: InvoiceFile, position: int) -> str:
    document = invoice.documents[position]
    if draft.file_id is None:
        return _("for %(name)s; the number comes with sending", name=draft.customer)
    return _(
        "for %(name)s, number %(number)s", name=draft.customer, number=document.number
    )


def _line(draft: Draft, name: str) -> str:
    words = _("Draft %(number)s", number=draft.number)
    if draft.kind != "TD01":
        words = f"{words}, {kind_of(draft.kind)}"
    return _("%(draft)s, by %(name)s", draft=words, name=name) if name else words
