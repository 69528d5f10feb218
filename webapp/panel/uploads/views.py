from collections.abc import Sequence

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.buttons import offer
from webapp.guard import require, requires
from webapp.identity import person
from webapp.panel.pages import Page
from webapp.panel.uploads.incoming import Readable
from webapp.panel.uploads.page import take_files
from webapp.panel.uploads.storing import INLINE, store_drafts

blueprint = Blueprint("uploads", __name__, url_prefix="/a/<account>/uploads")

SEND = "invoice_file.upload_and_send"


@blueprint.route("", methods=["GET", "POST"])
@requires("invoice_file.upload", offers=[SEND, INLINE])
def index(account: str) -> Page:
    """Own invoices made elsewhere: to drafts, or straight to SdI."""
    sending = "send" in request.form
    if sending:
        require(SEND)

    def store(session: Session, incoming: Sequence[Readable]) -> list[str]:
        if sending:
            require(SEND)  # again, under the lock: parsing takes its time
        return store_drafts(session, account, incoming, person().id, sending=sending)

    done = url_for("sent.index" if sending else "drafts.index", account=account)
    send = offer(SEND, _("Upload and send"), "")
    page = {
        "title": _("Upload invoices"),
        "lead": _("XML files of your own invoices, up to 5 MB each and 30 MB in all."),
        "save": _("Upload and save as drafts"),
        "send": send,
        "note": _("If one file is wrong, none is stored."),
        "cancel_url": url_for("home.index", account=account),
    }
    return take_files(account, "sent", store, done, page)
