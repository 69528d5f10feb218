"""removed users can be restored"""

import sqlalchemy as sa
from alembic import op

from authz.storage import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("user_account", sa.Column("removed_at", UtcDateTime(), nullable=True))
    op.add_column("user_account", sa.Column("held_before", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("user_account", "held_before")
    op.drop_column("user_account", "removed_at")
