"""The keyring: a key is as it is now, whoever changed it, and kept while nobody did."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from authz import NotReadyError, PageWatch, Watch
from authz.storage import head_reader, page_of, reading_engine
from tests.builders import Company, a_user
from tests.webapp.decisions.world import (
    a_company_key,
    a_platform_key,
    another_process,
    id_of,
)
from webapp.decisions import keyring as keyrings
from webapp.decisions.credentials import narrow, revoke_credential, rotate
from webapp.decisions.keyring import Keyring, NoSuchKeyError
from webapp.extensions import begin_write


@pytest.fixture(params=["page", "database"])
def keyring(app: Flask, request: pytest.FixtureRequest) -> Keyring:
    """One that watches the page, and one that reads the database at every look."""
    return a_keyring(app, page_watch(app) if request.param == "page" else None)


def page_watch(app: Flask) -> Watch:
    url = app.config["DELEGA"].database_url
    page = page_of(url)
    assert page
    return PageWatch(page, head_reader(url))


def a_keyring(app: Flask, watch: Watch | None, **clock: object) -> Keyring:
    engine, store = app.extensions["delega_reading"], app.extensions["delega_store"]
    return Keyring(engine, store, watch, **clock)  # type: ignore[arg-type]


def test_a_key_knows_its_scopes_and_whom_it_is_for(
    app: Flask, company: Company, keyring: Keyring
) -> None:
    mine = keyring.get(id_of(a_company_key(app, company))).caller
    assert mine.scopes == {"decide"}
    assert mine.may_ask_about(company.id)
    assert not mine.may_ask_about("a_other")
    every = keyring.get(id_of(a_platform_key(app, scopes=["search", "decide"]))).caller
    assert every.scopes == {"search", "decide"}
    assert every.may_ask_about("a_other")


def test_it_is_the_same_object_while_nothing_changed_it(
    app: Flask, company: Company
) -> None:
    keyring = a_keyring(app, page_watch(app))
    first, second = (id_of(a_company_key(app, company)) for _ in range(2))
    kept = keyring.get(first)
    a_user(app, company, "invoicing.read")
    with app.app_context():
        session = begin_write(policy=True)
        revoke_credential(session, second)
        session.commit()
    assert keyring.get(first) is kept


def test_what_another_process_changes_holds_at_the_next_look(
    app: Flask, company: Company, keyring: Keyring
) -> None:
    identity = id_of(a_company_key(app, company, scopes=["decide", "search"]))
    before = keyring.get(identity)
    with another_process(app) as other, other.app_context():
        session = begin_write(policy=True)
        narrow(session, identity, ["search"], None, "system")
        session.commit()
        assert keyring.get(identity).caller.scopes == {"search"}
        session = begin_write(policy=True)
        rotate(session, identity, None, "system")
        session.commit()
        assert not set(keyring.get(identity).hashes) & set(before.hashes)
        session = begin_write(policy=True)
        revoke_credential(session, identity)
        session.commit()
        assert keyring.get(identity).hashes == ()


def test_a_key_that_is_not_there_is_an_error_until_it_is(
    app: Flask, company: Company, keyring: Keyring
) -> None:
    with pytest.raises(NoSuchKeyError, match="k_nobody"):
        keyring.get("k_nobody")
    assert keyring.get(id_of(a_company_key(app, company))).hashes


def test_made_up_ids_push_no_real_key_out(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyrings, "CAPACITY", 1)
    keyring = a_keyring(app, page_watch(app))
    identity = id_of(a_company_key(app, company))
    kept = keyring.get(identity)
    for number in range(5):
        with pytest.raises(NoSuchKeyError):
            keyring.get(f"k_{number}")
    assert keyring.get(identity) is kept


def test_a_key_ends_at_its_instant_without_any_change(
    app: Flask, company: Company
) -> None:
    ends = datetime.now(UTC) + timedelta(days=1)
    identity = id_of(a_company_key(app, company, expires_at=ends))
    now = ends - timedelta(seconds=1)
    keyring = a_keyring(app, page_watch(app), now=lambda: now)
    assert len(keyring.get(identity).hashes) == 1
    now = ends
    assert keyring.get(identity).hashes == ()


def test_a_secret_that_was_replaced_ends_at_its_instant(
    app: Flask, company: Company
) -> None:
    until = datetime.now(UTC) + timedelta(hours=24)
    far = until + timedelta(days=9)
    identity = id_of(a_company_key(app, company, expires_at=far))
    with app.app_context():
        session = begin_write(policy=True)
        rotate(session, identity, until, "system")
        session.commit()
    now = until - timedelta(seconds=1)
    keyring = a_keyring(app, page_watch(app), now=lambda: now)
    new, _old = keyring.get(identity).hashes
    now = until
    assert keyring.get(identity).hashes == (new,)
    now = far
    assert keyring.get(identity).hashes == ()


def test_without_the_database_nothing_is_told(app: Flask, tmp_path: Path) -> None:
    empty = reading_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    keyring = Keyring(empty, app.extensions["delega_store"], None)
    with pytest.raises(NotReadyError, match="keys can not be read"):
        keyring.get("k_1")
    empty.dispose()


def test_hashes_show_in_no_log(app: Flask, company: Company, keyring: Keyring) -> None:
    stored = keyring.get(id_of(a_company_key(app, company)))
    assert repr(stored.hashes[0]) not in repr(stored)
