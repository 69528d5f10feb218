"""The invoice behind a draft: what was uploaded, or what was typed."""

from sqlalchemy.orm import Session

from webapp.panel.drafts.content import decode, invoice_of
from webapp.panel.fatturapa import InvoiceFile, read
from webapp.panel.records import find
from webapp.panel.tables import Draft, StoredFile
from webapp.tables import Account


def invoice_behind(session: Session, draft: Draft) -> InvoiceFile:
    """The invoice as it stands."""
    if draft.file_id is None:
        account = session.get_one(Account, draft.account_id)
        return invoice_of(decode(draft.content), account)
    file = find(session, StoredFile, draft.account_id, draft.file_id)
    return read(file.content, file.name)
