"""Runs migrations on the application's own engine, in one transaction."""

from alembic import context
from flask import current_app
from sqlalchemy import BigInteger, String

from authz.storage import Base, UtcDateTime

migrate = current_app.extensions["migrate"]


def render(kind: str, item: object, _context: object) -> str | bool:
    """Our own column types by name, so that a migration reads like a table."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if isinstance(item, BigInteger):
        return "Number"
    if isinstance(item, String) and item.length == 120:
        return "Name"
    return False


def run() -> None:
    """Online alone: Delega's migrations need a database to look at."""
    options = {**migrate.configure_args, "compare_type": False}
    with migrate.db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transactional_ddl=True,
            render_item=render,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
