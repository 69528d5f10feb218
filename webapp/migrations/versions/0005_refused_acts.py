"""refused changes of who may do what"""

import sqlalchemy as sa
from alembic import op

from authz.storage import Name, Number, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "refused_act",
        sa.Column("account_id", Name, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("number", Number, primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", Name, nullable=False),
        sa.Column("act", Name, nullable=False),
        sa.Column("code", Name, nullable=False),
        sa.Column("node", Name, nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("refused_act_by_time", "refused_act", ["account_id", "at"])


def downgrade() -> None:
    op.drop_table("refused_act")
