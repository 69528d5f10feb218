"""first tables"""

import sqlalchemy as sa
from alembic import op

from authz.storage import Name, Number, UtcDateTime, create_view, initialise

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", Name, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("vat", sa.String(length=30), nullable=False),
        sa.Column("tax_code", sa.String(length=30), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=False),
        sa.Column("town", sa.Text(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("regime", sa.String(length=4), nullable=False),
        sa.Column("recipient_code", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.String(length=2), nullable=False),
        sa.Column("activated_at", UtcDateTime(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("space_bytes", Number, nullable=False),
        sa.Column("used_bytes", Number, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", Number, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index("attempt_by_key", ["key", "at"], unique=False)

    op.create_table(
        "credential",
        sa.Column("id", Name, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("every_account", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "mail",
        sa.Column("id", Number, nullable=False),
        sa.Column("account_id", Name, nullable=True),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "policy_change",
        sa.Column("revision", Number, autoincrement=False, nullable=False),
        sa.Column("account_id", Name, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", Name, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("node", Name, nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("added", sa.Text(), nullable=False),
        sa.Column("removed", sa.Text(), nullable=False),
        sa.Column("reason_hash", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("revision"),
    )
    with op.batch_alter_table("policy_change", schema=None) as batch_op:
        batch_op.create_index(
            "policy_change_by_account", ["account_id", "revision"], unique=False
        )

    op.create_table(
        "policy_release",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_by", Name, nullable=False),
        sa.Column("revision", Number, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "policy_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("database_id", Name, nullable=False),
        sa.Column("revision", Number, nullable=False),
        sa.Column("release_number", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="policy_revision_is_one_row"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "policy_row",
        sa.Column("account_id", Name, nullable=False),
        sa.Column("id", Number, autoincrement=False, nullable=False),
        sa.Column("ptype", sa.String(length=8), nullable=False),
        sa.Column("v0", Name, nullable=False),
        sa.Column("v1", Name, nullable=False),
        sa.Column("v2", Name, nullable=False),
        sa.Column("v3", Name, nullable=False),
        sa.Column("v4", Name, nullable=False),
        sa.Column("v5", Name, nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.Column("not_after", UtcDateTime(), nullable=True),
        sa.Column("revision_added", Number, nullable=False),
        sa.Column("revision_removed", Number, nullable=True),
        sa.CheckConstraint(
            "ptype IN ('p', 'g', 'g2')", name="policy_row_has_a_known_type"
        ),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
    with op.batch_alter_table("policy_row", schema=None) as batch_op:
        batch_op.create_index(
            "policy_row_live",
            ["account_id", "ptype", "v0", "v1", "v2", "v3", "v4", "v5"],
            unique=True,
            sqlite_where=sa.text("revision_removed IS NULL"),
            postgresql_where=sa.text("revision_removed IS NULL"),
        )
        batch_op.create_index(
            "policy_row_one_owner",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text("v1 = 'role.owner' AND revision_removed IS NULL"),
            postgresql_where=sa.text("v1 = 'role.owner' AND revision_removed IS NULL"),
        )

    op.create_table(
        "account_module",
        sa.Column("account_id", Name, nullable=False),
        sa.Column("module", sa.String(length=20), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "module"),
    )
    op.create_table(
        "bank",
        sa.Column("account_id", Name, nullable=False),
        sa.Column("id", Name, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("swift", sa.String(length=11), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "id"),
        sa.UniqueConstraint("account_id", "iban", name="bank_iban_is_once"),
    )
    op.create_table(
        "contact",
        sa.Column("account_id", Name, nullable=False),
        sa.Column("id", Name, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("vat", sa.String(length=30), nullable=False),
        sa.Column("tax_code", sa.String(length=30), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=False),
        sa.Column("town", sa.Text(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("recipient_code", sa.String(length=7), nullable=False),
        sa.Column("pec", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("iban_since", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(
            "contact_by_kind", ["account_id", "kind", "folded"], unique=False
        )
        batch_op.create_index(
            "contact_by_vat", ["account_id", "kind", "vat"], unique=False
        )

    op.create_table(
        "credential_account",
        sa.Column("credential_id", Name, nullable=False),
        sa.Column("account_id", Name, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credential.id"],
        ),
        sa.PrimaryKeyConstraint("credential_id", "account_id"),
    )
    op.create_table(
        "panel_event",
        sa.Column("account_id", Name, nullable=False),
        sa.Column("id", Name, nullable=False),
        sa.Column("record_id", Name, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", Name, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
    with op.batch_alter_table("panel_event", schema=None) as batch_op:
        batch_op.create_index(
            "panel_event_by_record", ["account_id", "record_id", "at"], unique=False
        )

    op.create_table(
        "policy_reason",
        sa.Column("revision", Number, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision"],
            ["policy_change.revision"],
        ),
        sa.PrimaryKeyConstraint("revision"),
    )
    op.create_table(
        "policy_release_file",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("path", Name, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["policy_release.number"],
        ),
        sa.PrimaryKeyConstraint("number", "path"),
    )
    op.create_table(
        "product",
        sa.Column("account_id", Name, nullable=False),
        sa.Column("id", Name, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("price_cents", Number, nullable=False),
        sa.Column("vat", sa.String(length=5), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index("product_by_name", ["account_id", "folded"], unique=False)

    op.create_table(
        "stored_file",
        sa.Column("account_id", Name, nullable=False),
        sa.Column("id", Name, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", Number, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
    op.create_table(
        "taken_number",
        sa.Column("account_id", Name, nullable=False),
        sa.Column("seller", Name, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("number", Name, nullable=False),
        sa.Column("draft_id", Name, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "seller", "year", "kind", "number"),
    )
    op.create_table(
        "user_account",
        sa.Column("id", Name, nullable=False),
        sa.Column("account_id", Name, nullable=True),
        sa.Column("user_name", sa.String(length=64), nullable=False),
        sa.Column("folded_name", Name, nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_expires_at", UtcDateTime(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_access_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("folded_name"),
    )
    op.create_table(
        "draft",
        sa.Column("account_id", Name, nullable=False),
        sa.Column("id", Name, nullable=False),
        sa.Column("number", Number, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("file_id", Name, nullable=True),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("total_cents", Number, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", Name, nullable=False),
        sa.Column("updated_by", Name, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "file_id"],
            ["stored_file.account_id", "stored_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(
            "draft_by_time", ["account_id", "updated_at"], unique=False
        )

    op.create_table(
        "invoice",
        sa.Column("account_id", Name, nullable=False),
        sa.Column("id", Name, nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", Number, nullable=True),
        sa.Column("counterparty", sa.Text(), nullable=False),
        sa.Column("counterparty_vat", sa.String(length=30), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("total_cents", Number, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_credit", sa.Boolean(), nullable=False),
        sa.Column("ibans", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("file_id", Name, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_by", Name, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "file_id"],
            ["stored_file.account_id", "stored_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index(
            "invoice_by_sequence",
            ["account_id", "direction", "year", "sequence"],
            unique=False,
        )
        batch_op.create_index(
            "invoice_by_time", ["account_id", "direction", "created_at"], unique=False
        )

    op.create_table(
        "one_time_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", Name, nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_one_time_link_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "outbox_file",
        sa.Column("number", Number, nullable=False),
        sa.Column("account_id", Name, nullable=False),
        sa.Column("file_id", Name, nullable=True),
        sa.Column("written_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "file_id"],
            ["stored_file.account_id", "stored_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("outbox_file", schema=None) as batch_op:
        batch_op.create_index(
            "outbox_file_waiting", ["account_id", "written_at"], unique=False
        )

    op.create_table(
        "seat",
        sa.Column("account_id", Name, nullable=False),
        sa.Column("id", Name, nullable=False),
        sa.Column("paid_until", sa.Date(), nullable=False),
        sa.Column("user_id", Name, nullable=True),
        sa.Column("preset", Name, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "id"),
        sa.UniqueConstraint("user_id", name="seat_has_one_user"),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", Name, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
        ),
        sa.PrimaryKeyConstraint("id_hash"),
    )
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_in_session_user_id"), ["user_id"], unique=False
        )

    connection = op.get_bind()
    initialise(connection)
    op.execute(create_view(connection.dialect.name))


def downgrade() -> None:
    op.execute("DROP VIEW casbin_rule")
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_session_user_id"))

    op.drop_table("sign_in_session")
    op.drop_table("seat")
    with op.batch_alter_table("outbox_file", schema=None) as batch_op:
        batch_op.drop_index("outbox_file_waiting")

    op.drop_table("outbox_file")
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_link_user_id"))

    op.drop_table("one_time_link")
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index("invoice_by_time")
        batch_op.drop_index("invoice_by_sequence")

    op.drop_table("invoice")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index("draft_by_time")

    op.drop_table("draft")
    op.drop_table("user_account")
    op.drop_table("taken_number")
    op.drop_table("stored_file")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_index("product_by_name")

    op.drop_table("product")
    op.drop_table("policy_release_file")
    op.drop_table("policy_reason")
    with op.batch_alter_table("panel_event", schema=None) as batch_op:
        batch_op.drop_index("panel_event_by_record")

    op.drop_table("panel_event")
    op.drop_table("credential_account")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index("contact_by_vat")
        batch_op.drop_index("contact_by_kind")

    op.drop_table("contact")
    op.drop_table("bank")
    op.drop_table("account_module")
    with op.batch_alter_table("policy_row", schema=None) as batch_op:
        batch_op.drop_index(
            "policy_row_one_owner",
            sqlite_where=sa.text("v1 = 'role.owner' AND revision_removed IS NULL"),
            postgresql_where=sa.text("v1 = 'role.owner' AND revision_removed IS NULL"),
        )
        batch_op.drop_index(
            "policy_row_live",
            sqlite_where=sa.text("revision_removed IS NULL"),
            postgresql_where=sa.text("revision_removed IS NULL"),
        )

    op.drop_table("policy_row")
    op.drop_table("policy_revision")
    op.drop_table("policy_release")
    with op.batch_alter_table("policy_change", schema=None) as batch_op:
        batch_op.drop_index("policy_change_by_account")

    op.drop_table("policy_change")
    op.drop_table("mail")
    op.drop_table("credential")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index("attempt_by_key")

    op.drop_table("attempt")
    op.drop_table("account")
