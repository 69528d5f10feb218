"""Keys on PostgreSQL: dead at the next look of another process, in every way they end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from authz.storage import lone_engine
from tests.authz.storage.stores import a_postgresql
from tests.builders import Company, a_company, post, publish_policies, signed_in
from tests.webapp.conftest import close, settings_in
from tests.webapp.decisions.world import (
    a_company_key,
    another_process,
    id_of,
    row_of,
)
from webapp import create_app
from webapp.decisions.callers import NO_KEY, Caller, callers
from webapp.decisions.credentials import narrow, revoke_credential, rotate
from webapp.decisions.last_use import LastUse
from webapp.extensions import begin_write


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """The application on a fresh PostgreSQL database."""
    with a_postgresql() as url:
        app = create_app(settings_in(tmp_path, database_url=url))
        with app.app_context():
            upgrade()
        publish_policies(app)
        yield app
        close(app)


@pytest.fixture
def company(app: Flask) -> Company:
    return a_company(app)


def test_what_another_process_does_to_a_key_holds_at_the_next_look(
    app: Flask, company: Company
) -> None:
    key = a_company_key(app, company, scopes=["decide", "search"])
    with app.app_context():
        known = callers()
    assert isinstance(known.admit(f"Bearer {key}", "search"), Caller)
    with another_process(app) as other, other.app_context():
        session = begin_write(policy=True)
        narrow(session, id_of(key), ["decide"], None, "system")
        session.commit()
        assert not isinstance(known.admit(f"Bearer {key}", "search"), Caller)
        session = begin_write(policy=True)
        until = datetime.now(UTC) + timedelta(hours=1)
        new = rotate(session, id_of(key), until, "system").text
        session.commit()
        assert isinstance(known.caller_of(f"Bearer {new}"), Caller)
        assert isinstance(known.caller_of(f"Bearer {key}"), Caller)
        session = begin_write(policy=True)
        revoke_credential(session, id_of(key))
        session.commit()
        for secret in (key, new):
            assert known.caller_of(f"Bearer {secret}") is NO_KEY


def test_the_pages_work_and_a_last_use_is_written(app: Flask, company: Company) -> None:
    owner = signed_in(app, company.owner_name)
    keys = f"/a/{company.id}/settings/keys"
    data = {"label": "Gestionale", "scopes": ["decide"]}
    assert "dlg_live_" in post(owner, f"{keys}/new", data).get_data(as_text=True)
    assert "Gestionale" in owner.get(keys).get_data(as_text=True)
    key = a_company_key(app, company)
    last_use = LastUse(lone_engine(app.config["DELEGA"].database_url))
    last_use.note(id_of(key), 0.0)
    last_use.wait()
    assert row_of(app, key).last_used_at
