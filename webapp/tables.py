"""Tables that several features share: accounts, users, seats, sessions, mail.

Panel records live in webapp/panel/tables.py, policy rows in authz.storage.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from authz import Contract, Edition
from authz.storage import Base, Name, Number


class Account(Base):
    """One company's space and what it bought.

    `seats_promised` is the number of seats of a renewal that may be paid until a day: no
    more users than that may be made meanwhile, or the renewal could not be kept.
    """

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(Name, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    vat: Mapped[str] = mapped_column(String(30), default="")
    tax_code: Mapped[str] = mapped_column(String(30), default="")
    street: Mapped[str] = mapped_column(Text, default="")
    postcode: Mapped[str] = mapped_column(String(20), default="")
    town: Mapped[str] = mapped_column(Text, default="")
    province: Mapped[str] = mapped_column(String(2), default="")
    regime: Mapped[str] = mapped_column(String(4), default="RF01")
    recipient_code: Mapped[str] = mapped_column(String(7), default="KRRH6B9")
    edition: Mapped[str] = mapped_column(String(2))
    activated_at: Mapped[datetime]
    ends_on: Mapped[date]
    space_bytes: Mapped[int] = mapped_column(Number, default=1_000_000_000)
    used_bytes: Mapped[int] = mapped_column(Number, default=0)
    seats_promised: Mapped[int | None]
    seats_promised_until: Mapped[date | None]
    modules: Mapped[list["AccountModule"]] = relationship(lazy="selectin")

    @property
    def space_full(self) -> bool:
        """Whether stored files use up what was bought."""
        return self.used_bytes >= self.space_bytes

    def promise(self, today: date) -> int | None:
        """How many users a renewal under way leaves room for; None without one."""
        until = self.seats_promised_until
        return self.seats_promised if until is not None and until >= today else None

    def contract(self) -> Contract:
        """What authz dates services and seats from."""
        return Contract(
            edition=Edition(self.edition),
            activated_at=self.activated_at,
            ends_on=self.ends_on,
            modules={module.module: module.ends_on for module in self.modules},
            space_full=self.space_full,
        )


class AccountModule(Base):
    """An add-on module an account bought, its last paid day, and whether it goes on."""

    __tablename__ = "account_module"

    account_id: Mapped[str] = mapped_column(
        Name, ForeignKey("account.id"), primary_key=True
    )
    module: Mapped[str] = mapped_column(String(20), primary_key=True)
    ends_on: Mapped[date]
    renews: Mapped[bool] = mapped_column(default=True)


class User(Base):
    """A person who signs in; names and mail stand here so that they can be erased.

    `state` repeats the policy's `state.*` link and is written in the same transaction.
    `account_id` is None for those who belong to no account. Of a removed user
    `held_before` keeps the permission names that undoing gives back. `access_until` is
    the last day the owner lets him in, None without end.
    """

    __tablename__ = "user_account"

    id: Mapped[str] = mapped_column(Name, primary_key=True)
    account_id: Mapped[str | None] = mapped_column(Name, ForeignKey("account.id"))
    user_name: Mapped[str] = mapped_column(String(64))
    folded_name: Mapped[str] = mapped_column(Name, unique=True)
    full_name: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    password_hash: Mapped[str] = mapped_column(Text, default="")
    password_expires_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(2), default="it")
    created_at: Mapped[datetime]
    last_access_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    held_before: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    access_until: Mapped[date | None]

    @property
    def shown_name(self) -> str:
        """The name people read; the user name until one was given."""
        return self.full_name or self.user_name


class Seat(Base):
    """A bought, dated place; at most one user sits in it.

    `version` moves with every change of what the seat holds: forms carry it, so that
    two people editing at once lose nothing. `preset` is a label, never a grant.
    """

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("user_id", name="seat_has_one_user"),)

    account_id: Mapped[str] = mapped_column(
        Name, ForeignKey("account.id"), primary_key=True
    )
    id: Mapped[str] = mapped_column(Name, primary_key=True)
    paid_until: Mapped[date]
    user_id: Mapped[str | None] = mapped_column(Name, ForeignKey("user_account.id"))
    preset: Mapped[str] = mapped_column(Name, default="")
    version: Mapped[int] = mapped_column(default=1)


class SignInSession(Base):
    """A signed-in browser; the cookie holds the secret, this the hash of it.

    `confirmed_at`: when the password was last typed in it.
    """

    __tablename__ = "sign_in_session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(
        Name, ForeignKey("user_account.id"), index=True
    )
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]


class OneTimeLink(Base):
    """An activation or reset link; only the hash of its token is kept."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(
        Name, ForeignKey("user_account.id"), index=True
    )
    purpose: Mapped[str] = mapped_column(String(12))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Attempt(Base):
    """A failed or costly try, counted by key in the database: true on every worker."""

    __tablename__ = "attempt"
    __table_args__ = (Index("attempt_by_key", "key", "at"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class Mail(Base):
    """Outgoing mail: written with the change it tells of, sent afterwards.

    `failure` says why the last attempt failed; "" while none did.
    """

    __tablename__ = "mail"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    account_id: Mapped[str | None] = mapped_column(Name)
    user_id: Mapped[str | None] = mapped_column(Name, index=True)
    to: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(Text, default="")


class Credential(Base):
    """A key of another service; `secret_hash` is SHA-256 of 256 random bits.

    `account_id` is the company that made it and may end it; None: whoever runs Delega.
    After a rotation the secret before it works until `previous_until`.
    """

    __tablename__ = "credential"
    __table_args__ = (Index("credential_by_account", "account_id"),)

    id: Mapped[str] = mapped_column(Name, primary_key=True)
    account_id: Mapped[str | None] = mapped_column(Name)
    label: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime | None]
    scopes: Mapped[str] = mapped_column(Text)
    every_account: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class CredentialAccount(Base):
    """An account a credential may ask about, until that ended.

    A row that ended stays: the account's history goes on telling of the key.
    """

    __tablename__ = "credential_account"
    __table_args__ = (Index("credential_account_by_account", "account_id"),)

    credential_id: Mapped[str] = mapped_column(
        Name, ForeignKey("credential.id"), primary_key=True
    )
    account_id: Mapped[str] = mapped_column(
        Name, ForeignKey("account.id"), primary_key=True
    )
    ended_at: Mapped[datetime | None]


class RefusedAct(Base):
    """A change of who may do what that was refused; holds ids, never names.

    `number` counts in the account, whose entries are chained by their hashes. After one
    that `is_last` not all are written for a while: too many came.
    """

    __tablename__ = "refused_act"
    __table_args__ = (Index("refused_act_by_time", "account_id", "at"),)

    account_id: Mapped[str] = mapped_column(
        Name, ForeignKey("account.id"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Name)
    act: Mapped[str] = mapped_column(Name)
    code: Mapped[str] = mapped_column(Name)
    node: Mapped[str] = mapped_column(Name)
    wanted: Mapped[str] = mapped_column(Text)
    is_last: Mapped[bool]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
