"""Files as they are stored, as attachments: a browser never shows them as a page."""

from flask import abort
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp.panel.records import find
from webapp.panel.tables import StoredFile


def attachment(session: Session, account: str, file: str) -> Response:
    """The file byte for byte; 404 when the account has no such file."""
    if not file:
        abort(404)
    found = find(session, StoredFile, account, file)
    answer = Response(found.content, content_type="application/xml")
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    return answer
