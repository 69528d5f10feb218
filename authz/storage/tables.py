"""The policy tables, on a base that the web application adopts for its own."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

#: Ids and policy values compare by bytes on every database.
Name = String(120).with_variant(String(120, collation="C"), "postgresql")
Number = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """Instants: aware UTC in Python, naive UTC in the table."""

    impl = DateTime
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return value if value is None else value.astimezone(UTC).replace(tzinfo=None)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return value if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Base of all tables of Delega."""

    registry = registry(type_annotation_map={datetime: UtcDateTime})


class PolicyRevision(Base):
    """One row: the store's identity, its revision and the release in force."""

    __tablename__ = "policy_revision"
    __table_args__ = (CheckConstraint("id = 1", name="policy_revision_is_one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    database_id: Mapped[str] = mapped_column(Name)
    revision: Mapped[int] = mapped_column(Number)
    release_number: Mapped[int] = mapped_column(Integer)


LIVE = text("revision_removed IS NULL")
#: A row that gives a delegation, written as the index over such rows has it.
DELEGATES = text("substr(v1, 1, 2) = 'd_' AND revision_removed IS NULL")


class PolicyRow(Base):
    """A policy row; nothing is ever deleted, only removed at a revision.

    Unused columns are '' so that uniqueness holds; a row ends at the first ''.
    """

    __tablename__ = "policy_row"
    __table_args__ = (
        CheckConstraint(
            "ptype IN ('p', 'g', 'g2')", name="policy_row_has_a_known_type"
        ),
        Index(
            "policy_row_live",
            "account_id",
            "ptype",
            "v0",
            "v1",
            "v2",
            "v3",
            "v4",
            "v5",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index(
            "policy_row_one_owner",
            "account_id",
            unique=True,
            sqlite_where=text("v1 = 'role.owner' AND revision_removed IS NULL"),
            postgresql_where=text("v1 = 'role.owner' AND revision_removed IS NULL"),
        ),
        Index(
            "policy_row_of_delegate",
            "v0",
            sqlite_where=DELEGATES,
            postgresql_where=DELEGATES,
        ),
    )

    account_id: Mapped[str] = mapped_column(Name, primary_key=True)
    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    ptype: Mapped[str] = mapped_column(String(8))
    v0: Mapped[str] = mapped_column(Name)
    v1: Mapped[str] = mapped_column(Name)
    v2: Mapped[str] = mapped_column(Name, default="")
    v3: Mapped[str] = mapped_column(Name, default="")
    v4: Mapped[str] = mapped_column(Name, default="")
    v5: Mapped[str] = mapped_column(Name, default="")
    not_before: Mapped[datetime | None]
    not_after: Mapped[datetime | None]
    revision_added: Mapped[int] = mapped_column(Number)
    revision_removed: Mapped[int | None] = mapped_column(Number)


class PolicyChange(Base):
    """History: one entry a revision, chained by hashes; holds ids, never names."""

    __tablename__ = "policy_change"
    __table_args__ = (Index("policy_change_by_account", "account_id", "revision"),)

    revision: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    account_id: Mapped[str] = mapped_column(Name)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Name)
    kind: Mapped[str] = mapped_column(Name)
    node: Mapped[str] = mapped_column(Name)
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    added: Mapped[str] = mapped_column(Text)
    removed: Mapped[str] = mapped_column(Text)
    reason_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class PolicyReason(Base):
    """The free text of a change, apart from the chain so that it can be erased."""

    __tablename__ = "policy_reason"

    revision: Mapped[int] = mapped_column(
        Number, ForeignKey("policy_change.revision"), primary_key=True
    )
    salt: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)


class PolicyRelease(Base):
    """One published set of policy files."""

    __tablename__ = "policy_release"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(Name)
    revision: Mapped[int] = mapped_column(Number)


class PolicyReleaseFile(Base):
    """A file of a release, byte for byte."""

    __tablename__ = "policy_release_file"

    number: Mapped[int] = mapped_column(
        ForeignKey("policy_release.number"), primary_key=True
    )
    path: Mapped[str] = mapped_column(Name, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


POLICY_TABLES = [
    table.__table__
    for table in (
        PolicyRevision,
        PolicyRow,
        PolicyChange,
        PolicyReason,
        PolicyRelease,
        PolicyReleaseFile,
    )
]
