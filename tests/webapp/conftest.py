"""An application on a fresh SQLite file, with the checkout's policies in force."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask_migrate import upgrade
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from config.settings import Settings
from tests.builders import Company, a_company, publish_policies
from webapp import create_app, passwords

#: As shipped; tests about something else hash with less.
SHIPPED_HASHER = passwords._hasher


class Compiled(BytecodeCache):
    """Templates compiled once in a process, not once in each application."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was compiled from the same text."""
        kept = self._kept.get((bucket.key, bucket.checksum))
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


Builder = Callable[..., tuple[str, str]]


def once(make: Callable[[Rule, bool], Builder]) -> Callable[[Rule, bool], Builder]:
    """What builds the addresses of a rule, made once for all rules alike."""
    made: dict[tuple[object, ...], Builder] = {}

    def builder(rule: Rule, append_unknown: bool) -> Builder:
        alike = rule.rule, *rule._trace, repr(rule.defaults), append_unknown
        if alike not in made:
            made[alike] = make(rule, append_unknown)
        return made[alike]

    return builder


@pytest.fixture(scope="session", autouse=True)
def _in_less_time() -> Iterator[None]:
    """What is slow on purpose, or the same in each application, is neither in tests."""
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", quick)
        patch.setitem(Flask.jinja_options, "bytecode_cache", Compiled())
        patch.setattr(Rule, "_compile_builder", once(Rule._compile_builder))
        yield


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
