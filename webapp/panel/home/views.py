from datetime import datetime
from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from authz import ROME, Reason, State
from webapp.buttons import offer
from webapp.extensions import db
from webapp.guard import can, signed_in
from webapp.i18n import language, today
from webapp.identity import person
from webapp.panel.home.boxes import drafts_box, received_box, watch_list
from webapp.panel.home.ending import ending
from webapp.panel.home.service import service_box
from webapp.tables import User

blueprint = Blueprint("home", __name__)

#: Hours in Rome.
_NOON, _EVENING = 13, 18

_OFFERS = (
    "dashboard.view",
    "draft.create",
    "invoice_file.upload",
    "received_invoice.import",
    "draft.list",
    "received_invoice.list",
    "seat.view_count",
    "seat.buy",
    "service.renew",
    "subuser.list",
)


@blueprint.get("/a/<account>/")
@signed_in(offers=_OFFERS)
def index(account: str) -> str:
    """What waits and how the service stands; calm words to whom nothing is granted."""
    decision = can("dashboard.view")
    if not decision:
        return _nothing_granted(decision.text(language()), decision.reason)
    session = db.session()
    watch = ending(session, account)
    if can("received_invoice.list"):
        watch += watch_list(session, account)
    home = {
        "greeting": _greeting(),
        "line": _line(len(watch)),
        **_buttons(account),
        "watch": watch,
        "drafts": drafts_box(session, account) if can("draft.list") else None,
        "received": received_box(session, account)
        if can("received_invoice.list")
        else None,
        "rejected": None,
        "service": service_box(session, account),
    }
    return render_template("panel/home.html", home=home)


def _buttons(account: str) -> dict[str, Any]:
    new = url_for("compose.new", account=account)
    create = offer("draft.create", _("Create an invoice"), new)
    uploads = url_for("uploads.index", account=account)
    upload = offer("invoice_file.upload", _("Upload invoices"), uploads)
    if create is None and upload is None:
        imports = url_for("received.import_files", account=account)
        upload = offer("received_invoice.import", _("Import invoices"), imports)
    return {"create": create, "upload": upload}


def greeting(name: str, hour: int) -> str:
    """As people greet each other at that hour, by first name."""
    first = name.split()[0]
    if hour < _NOON:
        return _("Good morning, %(name)s", name=first)
    if hour < _EVENING:
        return _("Good afternoon, %(name)s", name=first)
    return _("Good evening, %(name)s", name=first)


def _greeting() -> str:
    return greeting(person().name, datetime.now(ROME).hour)


def _line(waiting: int) -> str:
    date = format_date(today(), "full")
    date = date[:1].upper() + date[1:]
    if not waiting:
        return f"{date}."
    things = ngettext(
        "%(num)d thing to look at.", "%(num)d things to look at.", waiting
    )
    return f"{date}. {things}"


def _nothing_granted(sentence: str, reason: Reason) -> str:
    owner = db.session.scalar(
        select(User).where(User.account_id == g.account_id, User.state == State.OWNER)
    )
    is_owner = owner is not None and owner.id == person().id
    page = {
        "title": _greeting(),
        "fact": _("Nothing is open to you yet")
        if reason is Reason.NO_PERMISSION
        else sentence,
        "sentence": _("Ask %(name)s, who decides what you see.", name=owner.shown_name)
        if owner is not None and not is_owner
        else _("Write to support to open the service again."),
    }
    return render_template("panel/nothing.html", page=page)
