"""Numbers of documents: each taken once for a seller, a year and a kind."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from authz import AuthzError
from webapp.panel.fatturapa import InvoiceFile, Party, normalise
from webapp.panel.tables import Invoice, TakenNumber


class TakenNumberError(AuthzError):
    """A document of the file is here already.

    Attributes:
        number: the document's number.
    """

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"the number `{number}` is taken")


def seller_code(party: Party) -> str:
    """What names a seller: its VAT number, else its tax code."""
    return normalise(party.vat or party.tax_code or "")


def take(
    session: Session, account: str, invoice: InvoiceFile, draft: str | None
) -> None:
    """Take the numbers of all documents of a file.

    Raises:
        TakenNumberError: one is taken; the transaction must be rolled back.
    """
    seller = seller_code(invoice.seller)
    for document in invoice.documents:
        key = (account, seller, document.date.year, document.kind, document.number)
        if session.get(TakenNumber, key) is not None:
            raise TakenNumberError(document.number)
        session.add(
            TakenNumber(
                account_id=account,
                seller=seller,
                year=document.date.year,
                kind=document.kind,
                number=document.number,
                draft_id=draft,
            )
        )
        session.flush()


def settle(session: Session, account: str, draft: str) -> None:
    """The numbers of a draft that was sent stay taken for good."""
    session.execute(
        update(TakenNumber)
        .where(TakenNumber.account_id == account, TakenNumber.draft_id == draft)
        .values(draft_id=None)
    )


def next_number(
    session: Session, account: str, seller: str, year: int
) -> tuple[int, str]:
    """The next place in the year's sequence and the number it makes, `2026/12`."""
    sequence = _highest(session, account, year) + 1
    taken = _taken(session, account, seller, year)
    while f"{year}/{sequence}" in taken:
        sequence += 1
    return sequence, f"{year}/{sequence}"


def _highest(session: Session, account: str, year: int) -> int:
    query = select(func.max(Invoice.sequence)).where(
        Invoice.account_id == account, Invoice.direction == "sent", Invoice.year == year
    )
    return session.scalar(query) or 0


def _taken(session: Session, account: str, seller: str, year: int) -> frozenset[str]:
    query = select(TakenNumber.number).where(
        TakenNumber.account_id == account,
        TakenNumber.seller == seller,
        TakenNumber.year == year,
        TakenNumber.number.startswith(f"{year}/"),
    )
    return frozenset(session.scalars(query))
