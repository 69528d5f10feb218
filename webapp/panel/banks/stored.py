"""The stored banks of an account, as drafts and uploads ask for them."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.ids import new_id
from webapp.panel.tables import Bank


def banks_of(session: Session, account: str) -> list[Bank]:
    """All banks, by name."""
    query = select(Bank).where(Bank.account_id == account)
    return list(session.scalars(query.order_by(Bank.name, Bank.id)))


def known_ibans(session: Session, account: str) -> frozenset[str]:
    """The IBANs the account asks to be paid to."""
    query = select(Bank.iban).where(Bank.account_id == account)
    return frozenset(session.scalars(query))


def add_banks(session: Session, account: str, names: Mapping[str, str]) -> None:
    """Store a bank for each IBAN (-> name) that is not there yet."""
    known = known_ibans(session, account)
    for iban, name in names.items():
        if iban not in known:
            bank = Bank(account_id=account, id=new_id("ba"), name=name, iban=iban)
            session.add(bank)
    session.flush()
