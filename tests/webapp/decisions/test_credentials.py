"""Changing keys: each change is a revision of its own, in the history of whom it is for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from authz import UnknownNameError
from authz.storage import ChangeRecord, HistoryPage
from tests.builders import Company, a_company
from tests.webapp.decisions.world import (
    a_company_key,
    a_platform_key,
    id_of,
    row_of,
)
from webapp.decisions import credentials
from webapp.decisions.credentials import (
    NewCredential,
    TooManyKeysError,
    UnfitKeyError,
    accounts_of,
    create,
    narrow,
    revoke_credential,
    rotate,
)
from webapp.extensions import begin_write, db
from webapp.history import told


def history(app: Flask, key: str) -> list[ChangeRecord]:
    return list(app.extensions["delega_store"].history(id_of(key)))


def revision(app: Flask) -> int:
    return int(app.extensions["delega_store"].changes(0).revision)


def change(app: Flask, act: Any, *facts: Any) -> None:
    """One act in a transaction of its own."""
    with app.app_context():
        session = begin_write(policy=True)
        act(session, *facts)
        session.commit()


def test_making_a_key_is_one_revision_that_says_what_for(
    app: Flask, company: Company
) -> None:
    before = revision(app)
    key = a_company_key(app, company, scopes=["explain", "decide"])
    assert revision(app) == before + 1
    (record,) = history(app, key)
    assert (record.kind, record.actor) == ("credential.created", company.owner)
    assert record.after == ("decide", "explain", company.id)


def test_only_a_hash_is_stored(app: Flask, company: Company) -> None:
    key = a_company_key(app, company)
    secret = key.split("_")[3][:-8]
    row = row_of(app, key)
    assert len(row.secret_hash) == 32
    assert secret not in repr(vars(row))


@pytest.mark.parametrize("label", ["", "  ", "two\nlines", "x" * 121, "\u202eevil"])
def test_a_label_that_can_not_be_shown_is_refused(
    app: Flask, company: Company, label: str
) -> None:
    with pytest.raises(UnfitKeyError, match="label"):
        a_company_key(app, company, label=label)


def test_a_company_makes_keys_for_itself_alone(app: Flask, company: Company) -> None:
    other = a_company(app)
    for accounts in ([other.id], [company.id, other.id], []):
        new = NewCredential(label="x", accounts=accounts, account=company.id)
        with app.app_context(), pytest.raises(UnfitKeyError, match="itself alone"):
            create(begin_write(company.id), new, company.owner)


def test_a_company_has_so_many_working_keys_and_no_more(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "MOST_KEYS", 2)
    past = datetime.now(UTC) - timedelta(seconds=1)
    a_company_key(app, company, expires_at=past)
    first = a_company_key(app, company)
    a_company_key(app, company)
    with pytest.raises(TooManyKeysError, match="2 keys"):
        a_company_key(app, company)
    a_company_key(app, a_company(app))
    for _ in range(3):
        a_platform_key(app, company.id)
    change(app, revoke_credential, id_of(first))
    assert a_company_key(app, company)


def test_a_new_secret_says_until_when_the_old_one_works(
    app: Flask, company: Company
) -> None:
    key = a_company_key(app, company)
    old = row_of(app, key).secret_hash
    until = datetime.now(UTC) + timedelta(hours=3)
    change(app, rotate, id_of(key), until, company.owner)
    row = row_of(app, key)
    assert (row.previous_hash, row.previous_until) == (old, until)
    assert row.secret_hash != old
    record = history(app, key)[-1]
    assert (record.kind, record.after) == ("credential.rotated", (until.isoformat(),))
    change(app, rotate, id_of(key), None, company.owner)
    row = row_of(app, key)
    assert (row.previous_hash, row.previous_until) == (None, None)
    assert history(app, key)[-1].after == ()


def test_a_key_loses_scopes_and_accounts_and_its_history_stays(
    app: Flask, company: Company
) -> None:
    other = a_company(app)
    key = a_platform_key(app, company.id, other.id, scopes=["decide", "search"])
    change(app, narrow, id_of(key), ["decide"], None, "system")
    change(app, narrow, id_of(key), ["decide"], [other.id], "system")
    with app.app_context():
        assert accounts_of(db.session(), id_of(key)) == [other.id]
    first, second = history(app, key)[1:]
    bound = sorted([company.id, other.id])
    assert first.before == ("decide", "search", *bound)
    assert first.after == ("decide", *bound)
    assert second.after == ("decide", other.id)
    with app.test_request_context("/?lang=en"):
        page = told(HistoryPage(account=company.id))
    assert [one.what for one in page[:3]] == [
        "Key of the service billing restricted",
        "Key of the service billing restricted",
        "Key of the service billing created",
    ]
    assert [d.label for d in page[1].differences] == [
        "Lists who may do something, and what a user may do"
    ]
    assert page[0].differences == []


def test_narrowing_to_what_it_is_changes_nothing(app: Flask, company: Company) -> None:
    key = a_company_key(app, company)
    before = revision(app)
    change(app, narrow, id_of(key), ["decide"], [company.id], "system")
    assert revision(app) == before


def test_a_key_never_gains(app: Flask, company: Company) -> None:
    other = a_company(app)
    key = a_company_key(app, company)
    wishes: list[tuple[list[str], list[str] | None]] = [
        (["decide", "search"], None),
        (["decide"], [company.id, other.id]),
        ([], None),
        (["decide"], []),
    ]
    for scopes, accounts in wishes:
        with pytest.raises(UnfitKeyError):
            change(app, narrow, id_of(key), scopes, accounts, "system")
    assert row_of(app, key).scopes == "decide"
    every = a_platform_key(app, scopes=["decide", "search"])
    with pytest.raises(UnfitKeyError):
        change(app, narrow, id_of(every), ["decide"], [other.id], "system")
    change(app, narrow, id_of(every), ["search"], None, "system")
    assert row_of(app, every).scopes == "search"


def test_what_ended_is_not_changed_any_more(app: Flask, company: Company) -> None:
    revoked = a_company_key(app, company)
    change(app, revoke_credential, id_of(revoked), company.owner)
    past = datetime.now(UTC) - timedelta(seconds=1)
    expired = a_company_key(app, company, expires_at=past)
    for key in (revoked, expired):
        with pytest.raises(UnknownNameError, match="unknown credential"):
            change(app, rotate, id_of(key), None, "system")
        with pytest.raises(UnknownNameError):
            change(app, narrow, id_of(key), ["decide"], None, "system")
    with pytest.raises(UnknownNameError):
        change(app, revoke_credential, id_of(revoked))
    change(app, revoke_credential, id_of(expired))


def test_revoking_forgets_the_secret_of_before_too(
    app: Flask, company: Company
) -> None:
    key = a_company_key(app, company)
    until = datetime.now(UTC) + timedelta(hours=3)
    change(app, rotate, id_of(key), until, "system")
    change(app, revoke_credential, id_of(key), company.owner)
    row = row_of(app, key)
    assert (row.previous_hash, row.previous_until) == (None, None)
    assert history(app, key)[-1].actor == company.owner


def test_no_account_loses_its_snapshot_for_a_key(app: Flask, company: Company) -> None:
    before = revision(app)
    key = a_company_key(app, company)
    change(app, rotate, id_of(key), None, "system")
    change(app, revoke_credential, id_of(key))
    changes = app.extensions["delega_store"].changes(before)
    assert changes.accounts == {id_of(key)}


def test_what_is_not_committed_never_was(app: Flask, company: Company) -> None:
    before = revision(app)
    with app.app_context():
        session: Session = begin_write(company.id)
        new = NewCredential(label="x", accounts=[company.id], account=company.id)
        create(session, new, company.owner)
        session.rollback()
    assert revision(app) == before
