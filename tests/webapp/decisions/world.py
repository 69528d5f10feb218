"""Keys of services: made, read, and a second process on the same database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from tests.builders import Company
from tests.webapp.conftest import close
from webapp import create_app
from webapp.decisions.credentials import NewCredential, create, create_credential
from webapp.extensions import begin_write, db
from webapp.tables import Credential


def a_platform_key(app: Flask, *accounts: str, **facts: Any) -> str:
    """A key of whoever runs Delega; no accounts: for all."""
    with app.app_context():
        session = begin_write()
        key = create_credential(session, "billing", accounts, **facts)
        session.commit()
    return key.text


def a_company_key(app: Flask, company: Company, **facts: Any) -> str:
    """A key that the company's owner made."""
    with app.app_context():
        session = begin_write(company.id)
        told = {"label": "Gestionale", **facts}
        new = NewCredential(accounts=[company.id], account=company.id, **told)
        key = create(session, new, company.owner)
        session.commit()
    return key.text


def id_of(key: str) -> str:
    """The row's id."""
    return f"k_{key.split('_')[2]}"


def row_of(app: Flask, key: str) -> Credential:
    """The key's row, detached."""
    with app.app_context():
        found = db.session.get_one(Credential, id_of(key))
        db.session.expunge(found)
        return found


@contextmanager
def another_process(app: Flask) -> Iterator[Flask]:
    """The application once more, with nothing in common but the database."""
    other = create_app(app.config["DELEGA"])
    try:
        yield other
    finally:
        close(other)
