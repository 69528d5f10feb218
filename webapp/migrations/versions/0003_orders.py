"""orders, reminders, notes and end dates of users"""

import sqlalchemy as sa
from alembic import op

from authz.storage import Name, Number, UtcDateTime

revision = "0003"
down_revision = "0002"

def columns() -> tuple[tuple[str, sa.Column], ...]:
    """(table, column) in the order they are added."""
    return (
        ("account", sa.Column("seats_promised", sa.Integer())),
        ("account", sa.Column("seats_promised_until", sa.Date())),
        (
            "account_module",
            sa.Column("renews", sa.Boolean(), nullable=False, server_default=sa.true()),
        ),
        (
            "user_account",
            sa.Column("note", sa.Text(), nullable=False, server_default=""),
        ),
        ("user_account", sa.Column("access_until", sa.Date())),
        ("sign_in_session", sa.Column("confirmed_at", UtcDateTime())),
        ("mail", sa.Column("user_id", Name)),
        ("mail", sa.Column("failed_at", UtcDateTime())),
        ("mail", sa.Column("failure", sa.Text(), nullable=False, server_default="")),
    )


def upgrade() -> None:
    for table, column in columns():
        op.add_column(table, column)
    # a mail that was sent keeps no one-time link
    op.execute("UPDATE mail SET body = '' WHERE sent_at IS NOT NULL")
    op.create_index("ix_mail_user_id", "mail", ["user_id"])
    op.create_table(
        "purchase_order",
        sa.Column("number", Number, primary_key=True, autoincrement=True),
        sa.Column("account_id", Name, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("placed_by", Name, nullable=False),
        sa.Column("pay_by", sa.Date(), nullable=False),
        sa.Column("net_cents", Number, nullable=False),
        sa.Column("vat_cents", Number, nullable=False),
        sa.Column("paid_at", UtcDateTime()),
        sa.Column("payment_reference", sa.Text(), nullable=False),
        sa.Column("cancelled_at", UtcDateTime()),
        sa.CheckConstraint(
            "paid_at IS NULL OR cancelled_at IS NULL", name="order_has_one_end"
        ),
    )
    op.create_index("order_by_account", "purchase_order", ["account_id", "number"])
    op.create_index(
        "one_order_waits",
        "purchase_order",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("paid_at IS NULL AND cancelled_at IS NULL"),
        postgresql_where=sa.text("paid_at IS NULL AND cancelled_at IS NULL"),
    )
    op.create_table(
        "purchase_order_line",
        sa.Column(
            "order_number",
            Number,
            sa.ForeignKey("purchase_order.number"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("product", sa.String(20), nullable=False),
        sa.Column("adds", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("net_cents", Number, nullable=False),
        sa.CheckConstraint("quantity > 0", name="order_line_has_a_quantity"),
    )
    op.create_table(
        "reminder",
        sa.Column("account_id", Name, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("ends_on", sa.Date(), primary_key=True),
        sa.Column("written_at", UtcDateTime(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("reminder")
    op.drop_table("purchase_order_line")
    op.drop_table("purchase_order")
    op.drop_index("ix_mail_user_id", "mail")
    for table, column in reversed(columns()):
        op.drop_column(table, column.name)
