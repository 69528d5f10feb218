"""Orders and their lines, and which reminders were written."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from authz.storage import Base, Name, Number

_WAITS = text("paid_at IS NULL AND cancelled_at IS NULL")


class Order(Base):
    """What an owner asked to buy; it counts for nothing before `paid_at`.

    One order of an account waits at a time: what it costs and gives stays true. It can
    be paid until `pay_by`, that day included. `kind` is `purchase` (more, now) or `renewal` (for longer). Amounts are cents.
    """

    __tablename__ = "purchase_order"
    __table_args__ = (
        CheckConstraint(
            "paid_at IS NULL OR cancelled_at IS NULL", name="order_has_one_end"
        ),
        Index("order_by_account", "account_id", "number"),
        Index(
            "one_order_waits",
            "account_id",
            unique=True,
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
    )

    number: Mapped[int] = mapped_column(Number, primary_key=True)
    account_id: Mapped[str] = mapped_column(Name, ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(12))
    placed_at: Mapped[datetime]
    placed_by: Mapped[str] = mapped_column(Name)
    pay_by: Mapped[date]
    net_cents: Mapped[int] = mapped_column(Number)
    vat_cents: Mapped[int] = mapped_column(Number)
    paid_at: Mapped[datetime | None]
    payment_reference: Mapped[str] = mapped_column(Text, default="")
    cancelled_at: Mapped[datetime | None]
    lines: Mapped[list["OrderLine"]] = relationship(
        lazy="selectin", order_by="OrderLine.position"
    )


class OrderLine(Base):
    """One thing bought, from a day to a day, both included.

    `product` is `service`, `seat` or a module. `adds` is true for something new, false
    for something there that lasts longer.
    """

    __tablename__ = "purchase_order_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="order_line_has_a_quantity"),
    )

    order_number: Mapped[int] = mapped_column(
        Number, ForeignKey("purchase_order.number"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    product: Mapped[str] = mapped_column(String(20))
    adds: Mapped[bool]
    quantity: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    net_cents: Mapped[int] = mapped_column(Number)


class Reminder(Base):
    """That a reminder of an end was written: at most once for each end."""

    __tablename__ = "reminder"

    account_id: Mapped[str] = mapped_column(
        Name, ForeignKey("account.id"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    ends_on: Mapped[date] = mapped_column(primary_key=True)
    written_at: Mapped[datetime]
