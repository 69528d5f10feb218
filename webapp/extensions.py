"""The Flask extensions, and the two ways to the database: reading, and writing.

INVARIANT: a decision never reads through `db.session`, and a view that writes begins
with `begin_write()`, so that no read-then-write transaction fails half-way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from flask import Flask, current_app, g, has_request_context
from flask_babel import Babel, Domain
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from authz import Editor, Enforcer
from authz.storage import Base, PolicyStore, SqlWriter
from webapp.tables import Account

DOMAINS = (
    "look",
    "frame",
    "team",
    "panel",
    "review",
    "seats",
    "operator",
    "guide",
    "decisions",
)


class Translations(Babel):  # type: ignore[misc,unused-ignore]
    """Flask-Babel over one catalogue per feature, each read once, not per request."""

    _domain: Domain | None = None

    @property
    def domain_instance(self) -> Domain:
        """All catalogues as one."""
        if self._domain is None:
            self._domain = Domain(domain=";".join(DOMAINS))
        return self._domain


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Translations()


def reading_engine(app: Flask | None = None) -> Engine:
    """The decision path's engine: snapshots of committed state."""
    return cast(Engine, (app or current_app).extensions["delega_reading"])


def enforcer() -> Enforcer:
    """The process's enforcer."""
    return cast(Enforcer, current_app.extensions["delega_enforcer"])


def store() -> PolicyStore:
    """The policy store, as the decision path reads it."""
    return cast(PolicyStore, current_app.extensions["delega_store"])


@contextmanager
def reading() -> Iterator[Connection]:
    """One read transaction beside `db.session`."""
    with reading_engine().begin() as connection:
        yield connection


def begin_write(
    account: str | None = None, *, policy: bool = False, patience_ms: int | None = None
) -> Session:
    """Leave whatever was read and take the write locks; read again inside.

    Whatever costs time (hashing, parsing) is done before. The caller commits once.
    SQLite has one writer. INVARIANT: on PostgreSQL the account's row is locked before
    anything of it is read, then, for a change of policy, the revision row; always in
    that order, so that writers wait for each other and never deadlock.

    `patience_ms`: how long other writers are waited for at most, where the answer is as
    right without what is written; an OperationalError says that it took longer.
    """
    db.session.rollback()
    options: dict[str, Any] = {"immediate": True}
    if patience_ms is not None:
        options["patience_ms"] = patience_ms
    connection = db.session.connection(execution_options=options)
    if patience_ms is not None and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(patience_ms)}")
    session = cast(Session, db.session())
    if account is not None:
        session.get_one(Account, account, with_for_update={"key_share": True})
    if policy:
        SqlWriter(session).lock()
    if has_request_context() and "ask_again" in g:
        # INVARIANT: nothing lands that was revoked before the lock was taken
        g.ask_again()
    return session


def editor(account: str, actor: str) -> Editor:
    """The Editor of an account on the current transaction."""
    return Editor(
        SqlWriter(cast(Session, db.session())), enforcer().release(), account, actor
    )
