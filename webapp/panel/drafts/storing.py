"""Writing drafts, in the caller's transaction: typed ones, and those from a file."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.ids import new_id
from webapp.panel import events
from webapp.panel.drafts.content import Content, encode, invoice_of
from webapp.panel.fatturapa import InvoiceFile
from webapp.panel.filing import shown_party
from webapp.panel.numbers import take
from webapp.panel.records import find, fold
from webapp.panel.showing import cents
from webapp.panel.space import Depot
from webapp.panel.tables import Draft, StoredFile, TakenNumber
from webapp.tables import Account


def create_typed(session: Session, account: str, content: Content, actor: str) -> Draft:
    """A draft from the form."""
    draft = _new(session, account, actor)
    _repeat(draft, invoice_of(content, session.get_one(Account, account)))
    draft.content = encode(content)
    session.add(draft)
    session.flush()
    events.note(session, account, draft.id, "created", actor)
    return draft


def change_typed(session: Session, draft: Draft, content: Content, actor: str) -> None:
    """Put new content in a draft; its version moves."""
    account = session.get_one(Account, draft.account_id)
    _repeat(draft, invoice_of(content, account))
    draft.content = encode(content)
    draft.version += 1
    draft.updated_by, draft.updated_at = actor, datetime.now(UTC)
    events.note(session, draft.account_id, draft.id, "changed", actor)


def create_uploaded(
    depot: Depot, invoice: InvoiceFile, name: str, data: bytes
) -> Draft:
    """A draft from a file, kept byte for byte; its numbers are taken at once.

    Raises:
        NoSpaceError, TakenNumberError: the transaction must be rolled back.
    """
    session, account, actor = depot.session, depot.account.id, depot.actor
    draft = _new(session, account, actor)
    take(session, account, invoice, draft.id)
    draft.file_id = depot.store(name, data).id
    _repeat(draft, invoice)
    session.add(draft)
    session.flush()
    events.note(session, account, draft.id, "uploaded", actor)
    return draft


def discard(depot: Depot, draft: Draft, *, sent: bool = False) -> None:
    """Forget a draft and its file; its numbers are free again unless it was sent."""
    session, account = depot.session, draft.account_id
    file_id, identity = draft.file_id, draft.id
    session.delete(draft)
    session.flush()
    if file_id is not None:
        depot.free(find(session, StoredFile, account, file_id))
    if not sent:
        session.execute(
            delete(TakenNumber).where(
                TakenNumber.account_id == account, TakenNumber.draft_id == identity
            )
        )


def _new(session: Session, account: str, actor: str) -> Draft:
    query = select(func.max(Draft.number)).where(Draft.account_id == account)
    now = datetime.now(UTC)
    return Draft(
        account_id=account,
        id=new_id("dr"),
        number=(session.scalar(query) or 0) + 1,
        content="",
        version=1,
        created_by=actor,
        updated_by=actor,
        created_at=now,
        updated_at=now,
    )


def _repeat(draft: Draft, invoice: InvoiceFile) -> None:
    """Customer, date and total for lists."""
    first = invoice.documents[0]
    numbers = [document.number for document in invoice.documents]
    draft.kind, draft.issued_on, draft.currency = first.kind, first.date, first.currency
    draft.customer = shown_party(invoice.buyer)
    total = sum((each.total for each in invoice.documents), Decimal(0))
    draft.total_cents = cents(total)
    buyer = invoice.buyer
    draft.folded = fold(draft.customer, buyer.vat, buyer.tax_code, *numbers)
