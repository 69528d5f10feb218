"""The migrations make exactly the tables that the code declares, and keep what is there."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from authz.storage import Base
from tests.authz.storage.stores import a_postgresql
from tests.builders import publish_policies
from tests.webapp.conftest import close, settings_in
from webapp import create_app
from webapp.decisions.callers import Caller, callers
from webapp.decisions.keys import new_key
from webapp.extensions import db


def test_after_every_migration_the_database_is_what_the_tables_say(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without any table."""
    if request.param == "sqlite":
        app = create_app(settings_in(tmp_path))
        yield app
        close(app)
        return
    with a_postgresql() as url:
        app = create_app(settings_in(tmp_path, database_url=url))
        yield app
        close(app)


OLD_KEY = text(
    "INSERT INTO credential (id, label, secret_hash, scopes, every_account, created_at)"
    " VALUES (:id, 'billing', :hash, 'decide', :every, :at)"
)


def test_a_key_of_before_works_after_and_code_of_before_still_makes_keys(
    empty_app: Flask,
) -> None:
    with empty_app.app_context():
        upgrade(revision="0003")
        old = write_as_before("a" * 26)
        upgrade()
    publish_policies(empty_app)
    with empty_app.app_context():
        new = write_as_before("b" * 26)
        for key in (old, new):
            assert isinstance(callers().caller_of(f"Bearer {key}"), Caller)
        db.session.remove()
        downgrade(revision="0003")
        assert write_as_before("c" * 26)


def write_as_before(identity: str) -> str:
    """What the code before the last migration did."""
    key = new_key(identity)
    at = datetime.now(UTC).replace(tzinfo=None)
    facts = {"id": f"k_{identity}", "hash": key.secret_hash, "every": True, "at": at}
    db.session.execute(OLD_KEY, facts)
    db.session.commit()
    return key.text
