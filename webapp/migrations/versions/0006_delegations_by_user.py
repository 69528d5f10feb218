"""delegations are found by their user"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
_DELEGATES = sa.text("substr(v1, 1, 2) = 'd_' AND revision_removed IS NULL")


def upgrade() -> None:
    op.create_index(
        "policy_row_of_delegate",
        "policy_row",
        ["v0"],
        sqlite_where=_DELEGATES,
        postgresql_where=_DELEGATES,
    )


def downgrade() -> None:
    op.drop_index("policy_row_of_delegate", "policy_row")
