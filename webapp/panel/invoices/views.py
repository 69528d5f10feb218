from typing import Any

from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp.buttons import offer, present
from webapp.extensions import db
from webapp.guard import require, requires
from webapp.i18n import day, today
from webapp.panel import events
from webapp.panel.downloads import attachment
from webapp.panel.fatturapa import check, read
from webapp.panel.fields import spaced
from webapp.panel.invoices.listed import (
    detail,
    differing,
    italian_code,
    known_ibans_of,
    rows_of,
    state_of,
)
from webapp.panel.invoices.ways import Way
from webapp.panel.lists import Listing, filters, nothing, page_of, wanted
from webapp.panel.records import find, matching
from webapp.panel.showing import described, warnings_of
from webapp.panel.tables import Invoice, StoredFile

READ = "received_invoice.mark_read"


def archive(way: Way) -> Blueprint:
    """The pages of sent or of received invoices."""
    blueprint = Blueprint(
        way.direction, __name__, url_prefix=f"/a/<account>/{way.direction}"
    )
    name = way.resource

    @blueprint.get("")
    @requires(f"{name}.list", offers=[f"{name}.search", way.adding])
    def index(account: str) -> str:
        return _index(way, account)

    @blueprint.get("/<invoice>")
    @requires(f"{name}.view", offers=[f"{name}.download_xml", READ])
    def view(account: str, invoice: str) -> str:
        return _view(way, find_invoice(db.session(), way.direction, account, invoice))

    @blueprint.get("/<invoice>/xml")
    @requires(f"{name}.download_xml")
    def download_xml(account: str, invoice: str) -> Response:
        found = find_invoice(db.session(), way.direction, account, invoice)
        return attachment(db.session(), account, found.file_id)

    return blueprint


def find_invoice(
    session: Session, direction: str, account: str, identity: str
) -> Invoice:
    """The invoice of that archive, else 404."""
    found = find(session, Invoice, account, identity)
    if found.direction != direction:
        abort(404)
    return found


def _index(way: Way, account: str) -> str:
    if wanted():
        require(f"{way.resource}.search")
    query = matching(select(Invoice), Invoice.folded, wanted()).where(
        Invoice.account_id == account, Invoice.direction == way.direction
    )
    newest = query.order_by(Invoice.created_at.desc(), Invoice.id)
    found, pager = page_of(db.session(), newest)
    add = url_for(way.adding_endpoint, account=account)
    listing = Listing(
        title=str(way.title),
        caption=str(way.title),
        main=offer(way.adding, str(way.adding_label), add, "plus-lg"),
        columns=[
            (str(way.other), ""),
            (_("State"), "chip"),
            (_("Date"), "date"),
            (_("Total"), "number"),
        ],
        rows=rows_of(db.session(), found),
        filters=filters(_("Name, VAT number or invoice number")),
        empty=nothing(str(way.empty), str(way.empty_text)),
        page=pager,
        money=True,
    )
    return render_template("panel/list.html", listing=listing)


def _view(way: Way, row: Invoice) -> str:
    session, account = db.session(), row.account_id
    file = find(session, StoredFile, account, row.file_id)
    invoice = read(file.content, file.name)
    known = known_ibans_of(session, [row])
    page = {
        **described(invoice, row.position, paid_by_us=way.direction == "received"),
        "trail": [(str(way.title), url_for(way.endpoint("index"), account=account))],
        "title": detail(row),
        "line": str(way.line) % {"name": row.counterparty, "date": day(row.created_at)},
        "warnings_title": _("The file could be better"),
        "warnings": warnings_of(check(invoice, today=today())),
        "iban": _iban_warning(row, known),
        "events": _history(session, row, known),
        **_actions(way, row),
    }
    if page["payment"] and page["iban"]:
        page["payment"]["account_differs"] = True
    return render_template("panel/invoice.html", invoice=page)


def _actions(way: Way, row: Invoice) -> dict[str, Any]:
    account = row.account_id
    xml = url_for(way.endpoint("download_xml"), account=account, invoice=row.id)
    download = offer(f"{way.resource}.download_xml", _("Download XML"), xml, "download")
    unread = way.direction == "received" and row.read_at is None
    read_url = f"{xml.removesuffix('/xml')}/read"
    return {
        "main": offer(READ, _("Mark as read"), read_url) if unread else None,
        "main_csrf": generate_csrf(),
        "actions": present(download),
        "consequence": None,
    }


def _history(session: Session, row: Invoice, known: Any) -> list[dict[str, str]]:
    past = events.history(session, row.account_id, row.id)
    if row.direction == "sent":
        past.append({"text": state_of(row, known)[1], "when": ""})
    return past


def _iban_warning(row: Invoice, known: Any) -> dict[str, Any] | None:
    found = differing(row, known)
    if found is None:
        return None
    on_record, since = known[italian_code(row.counterparty_vat)]
    return {
        "known": spaced(on_record),
        "found": spaced(found),
        "since": day(since) or None,
        "sentence": _("Whoever has Edit banks can change the record."),
    }
