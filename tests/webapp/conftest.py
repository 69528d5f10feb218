"""An application on a fresh SQLite file, with the checkout's policies in force."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from config.settings import Settings
from tests.builders import Company, a_company, publish_policies
from webapp import create_app


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with the release published, copied by each test."""
    folder = tmp_path_factory.mktemp("migrated")
    app = create_app(settings_in(folder))
    with app.app_context():
        upgrade()
    publish_policies(app)
    close(app)
    return folder / "delega.sqlite3"


@pytest.fixture
def app(migrated: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application under test."""
    (tmp_path / "delega.sqlite3").write_bytes(migrated.read_bytes())
    app = create_app(settings_in(tmp_path))
    app.config["TESTING"] = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app
    close(app)


@pytest.fixture
def company(app: Flask) -> Company:
    """An FE company with all modules and five seats."""
    return a_company(app)


def settings_in(folder: Path, **changes: object) -> Settings:
    """Settings for a database in that folder."""
    facts: dict[str, object] = {
        "database_url": f"sqlite:///{folder / 'delega.sqlite3'}",
        "secret_key": "k" * 32,
        "outbox_folder": folder / "outbox",
        "demo": True,
        "unsigned_releases": True,
        "evaluator": os.environ.get("DELEGA_EVALUATOR", "compiled"),
        "shadow_one_in": 0,
    }
    return Settings(**{**facts, **changes})  # type: ignore[arg-type]


def close(app: Flask) -> None:
    """Give connections back, and let the WAL be folded into the file."""
    with app.app_context():
        from webapp.extensions import db

        db.session.remove()
        db.engine.dispose()
    app.extensions["delega_reading"].dispose()
