"""credentials of companies, with rotation, notes and last use"""

import sqlalchemy as sa
from alembic import op

from authz.storage import Name, UtcDateTime

revision = "0004"
down_revision = "0003"


def columns() -> tuple[tuple[str, sa.Column], ...]:
    """(table, column) in the order they are added.

    `credential.account_id` has no foreign key: SQLite would write the table anew for it.
    """
    return (
        ("credential", sa.Column("account_id", Name)),
        (
            "credential",
            sa.Column("note", sa.Text(), nullable=False, server_default=""),
        ),
        ("credential", sa.Column("previous_hash", sa.LargeBinary())),
        ("credential", sa.Column("previous_until", UtcDateTime())),
        ("credential", sa.Column("last_used_at", UtcDateTime())),
        ("credential_account", sa.Column("ended_at", UtcDateTime())),
    )


def upgrade() -> None:
    for table, column in columns():
        op.add_column(table, column)
    op.create_index("credential_by_account", "credential", ["account_id"])
    op.create_index(
        "credential_account_by_account", "credential_account", ["account_id"]
    )


def downgrade() -> None:
    op.drop_index("credential_account_by_account", "credential_account")
    op.drop_index("credential_by_account", "credential")
    for table, column in reversed(columns()):
        op.drop_column(table, column.name)
