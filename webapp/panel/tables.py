"""Records of the panel: registries, drafts, invoices, their files and their history.

Every key leads with the account, and every foreign key stays inside it. Amounts are
whole cents. `folded` columns are what a search looks in: case folded.
"""

from datetime import date, datetime

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column

from authz.storage import Base, Name, Number


def _account_key() -> Mapped[str]:
    return mapped_column(Name, ForeignKey("account.id"), primary_key=True)


class Contact(Base):
    """A customer or a supplier; `kind` tells them apart, `iban` is a supplier's."""

    __tablename__ = "contact"
    __table_args__ = (
        Index("contact_by_kind", "account_id", "kind", "folded"),
        Index("contact_by_vat", "account_id", "kind", "vat"),
    )

    account_id: Mapped[str] = _account_key()
    id: Mapped[str] = mapped_column(Name, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    vat: Mapped[str] = mapped_column(String(30), default="")
    tax_code: Mapped[str] = mapped_column(String(30), default="")
    street: Mapped[str] = mapped_column(Text, default="")
    postcode: Mapped[str] = mapped_column(String(20), default="")
    town: Mapped[str] = mapped_column(Text, default="")
    province: Mapped[str] = mapped_column(String(2), default="")
    country: Mapped[str] = mapped_column(String(2), default="IT")
    recipient_code: Mapped[str] = mapped_column(String(7), default="")
    pec: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")
    iban: Mapped[str] = mapped_column(String(34), default="")
    iban_since: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class Product(Base):
    """Something sold often; `vat` is a rate (`22`) or a nature (`N4`)."""

    __tablename__ = "product"
    __table_args__ = (Index("product_by_name", "account_id", "folded"),)

    account_id: Mapped[str] = _account_key()
    id: Mapped[str] = mapped_column(Name, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    price_cents: Mapped[int] = mapped_column(Number)
    vat: Mapped[str] = mapped_column(String(5))
    version: Mapped[int] = mapped_column(default=1)


class Bank(Base):
    """An account of the company where money arrives."""

    __tablename__ = "bank"
    __table_args__ = (UniqueConstraint("account_id", "iban", name="bank_iban_is_once"),)

    account_id: Mapped[str] = _account_key()
    id: Mapped[str] = mapped_column(Name, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    iban: Mapped[str] = mapped_column(String(34))
    swift: Mapped[str] = mapped_column(String(11), default="")
    version: Mapped[int] = mapped_column(default=1)


class StoredFile(Base):
    """A file byte for byte; its size counts against the account's space."""

    __tablename__ = "stored_file"

    account_id: Mapped[str] = _account_key()
    id: Mapped[str] = mapped_column(Name, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Number)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))


class Draft(Base):
    """An invoice not sent yet: typed here (`content`) or uploaded (`file_id`).

    `number` is the draft's own, for people. Customer, date and total repeat what the
    content says, for lists. `version` moves with every change.
    """

    __tablename__ = "draft"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "file_id"], ["stored_file.account_id", "stored_file.id"]
        ),
        Index("draft_by_time", "account_id", "updated_at"),
    )

    account_id: Mapped[str] = _account_key()
    id: Mapped[str] = mapped_column(Name, primary_key=True)
    number: Mapped[int] = mapped_column(Number)
    content: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[str | None] = mapped_column(Name)
    kind: Mapped[str] = mapped_column(String(4))
    customer: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    issued_on: Mapped[date]
    total_cents: Mapped[int] = mapped_column(Number)
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(Name)
    updated_by: Mapped[str] = mapped_column(Name)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Invoice(Base):
    """One document of a file that was sent or received.

    `counterparty` is the customer of a sent one, the supplier of a received one;
    `position` says which document of the file it is, from 0.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "file_id"], ["stored_file.account_id", "stored_file.id"]
        ),
        Index("invoice_by_time", "account_id", "direction", "created_at"),
        Index("invoice_by_sequence", "account_id", "direction", "year", "sequence"),
    )

    account_id: Mapped[str] = _account_key()
    id: Mapped[str] = mapped_column(Name, primary_key=True)
    direction: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(4))
    number: Mapped[str] = mapped_column(Text)
    issued_on: Mapped[date]
    year: Mapped[int]
    sequence: Mapped[int | None] = mapped_column(Number)
    counterparty: Mapped[str] = mapped_column(Text)
    counterparty_vat: Mapped[str] = mapped_column(String(30))
    folded: Mapped[str] = mapped_column(Text)
    total_cents: Mapped[int] = mapped_column(Number)
    currency: Mapped[str] = mapped_column(String(3))
    is_credit: Mapped[bool]
    ibans: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12))
    read_at: Mapped[datetime | None]
    file_id: Mapped[str] = mapped_column(Name)
    position: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[str] = mapped_column(Name)
    created_at: Mapped[datetime]


class TakenNumber(Base):
    """A document's number, taken once for each seller, year and kind.

    Uploaded drafts take theirs at once, so that no file comes in twice; `draft_id`
    is empty once the invoice is sent or received.
    """

    __tablename__ = "taken_number"

    account_id: Mapped[str] = _account_key()
    seller: Mapped[str] = mapped_column(Name, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(4), primary_key=True)
    number: Mapped[str] = mapped_column(Name, primary_key=True)
    draft_id: Mapped[str | None] = mapped_column(Name)


class OutboxFile(Base):
    """A file for the channel; `written_at` is empty until it is on disk.

    `number` counts over all accounts: the exchange takes each file name of a
    transmitter once.
    """

    __tablename__ = "outbox_file"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "file_id"], ["stored_file.account_id", "stored_file.id"]
        ),
        Index("outbox_file_waiting", "account_id", "written_at"),
    )

    number: Mapped[int] = mapped_column(Number, primary_key=True)
    account_id: Mapped[str] = mapped_column(Name, ForeignKey("account.id"))
    file_id: Mapped[str | None] = mapped_column(Name)
    written_at: Mapped[datetime | None]


class Event(Base):
    """What happened to a draft or an invoice; `actor` is a user id or `system`."""

    __tablename__ = "panel_event"
    __table_args__ = (Index("panel_event_by_record", "account_id", "record_id", "at"),)

    account_id: Mapped[str] = _account_key()
    id: Mapped[str] = mapped_column(Name, primary_key=True)
    record_id: Mapped[str] = mapped_column(Name)
    kind: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(Name)
    at: Mapped[datetime]
