"""Who asks: a live key or nobody, whatever another process did a moment ago."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from authz import NotReadyError
from authz.pdp import MAX_ITEMS
from tests.builders import Company, a_company
from tests.webapp.decisions.world import (
    a_company_key,
    a_platform_key,
    another_process,
    id_of,
    row_of,
)
from webapp.decisions import callers as calling
from webapp.decisions.callers import NO_KEY, Caller, Callers, Refused, callers
from webapp.decisions.credentials import narrow, revoke_credential, rotate
from webapp.decisions.keyring import NoSuchKeyError, StoredKey
from webapp.decisions.keys import Key, new_key
from webapp.decisions.meter import Meter
from webapp.extensions import begin_write

ONE, MANY = "/access/v1/evaluation", "/access/v1/evaluations"


class Unused:
    """No last use is written."""

    def note(self, _identity: str, _now: float) -> None:
        pass


@pytest.fixture
def known(app: Flask) -> Callers:
    with app.app_context():
        return callers()


def bearer(key: str) -> str:
    return f"Bearer {key}"


def some_callers(get: Any, per_minute: float = 0) -> Callers:
    return Callers(get, Meter(per_minute), Unused())  # type: ignore[arg-type]


def a_stored_key(key: Key, *scopes: str) -> StoredKey:
    caller = Caller(id=f"k_{key.id}", scopes=frozenset(scopes), accounts=None)
    return StoredKey(caller=caller, hashes=(key.secret_hash,))


def test_a_live_key_is_its_service(
    app: Flask, company: Company, known: Callers
) -> None:
    key = a_company_key(app, company)
    for written in (bearer(key), f"bearer  {key} "):
        caller = known.caller_of(written)
        assert isinstance(caller, Caller)
        assert caller.id == id_of(key)
        assert caller.accounts == {company.id}


def test_whatever_is_no_live_key_gets_one_and_the_same_answer(
    app: Flask, company: Company, known: Callers
) -> None:
    key = a_company_key(app, company)
    forged = new_key(id_of(key).removeprefix("k_")).text
    unknown = new_key("a" * 26).text
    expired = a_company_key(
        app, company, expires_at=datetime.now(UTC) - timedelta(seconds=1)
    )
    for header in (
        "",
        "Bearer",
        key,
        f"Basic {key}",
        bearer(key[:-1]),
        bearer(forged),
        bearer(unknown),
        bearer(expired),
    ):
        assert known.caller_of(header) is NO_KEY, header
    assert NO_KEY.status == 401


def test_a_key_seen_before_is_not_read_again(
    app: Flask, company: Company, known: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = a_company_key(app, company)
    first = known.caller_of(bearer(key))
    monkeypatch.setattr(calling, "read_key", lambda _text: None)
    assert known.caller_of(bearer(key)) is first
    assert known.caller_of(bearer(a_company_key(app, company))) is NO_KEY


def test_a_key_revoked_by_another_process_is_nobody_at_the_next_call(
    app: Flask, company: Company, known: Callers
) -> None:
    key = a_company_key(app, company)
    assert isinstance(known.caller_of(bearer(key)), Caller)
    with another_process(app) as other, other.app_context():
        session = begin_write(policy=True)
        revoke_credential(session, id_of(key))
        session.commit()
        assert known.caller_of(bearer(key)) is NO_KEY
        assert callers().caller_of(bearer(key)) is NO_KEY


def test_without_a_fresh_keyring_a_revoked_key_would_go_on(
    app: Flask, company: Company, known: Callers
) -> None:
    """Shows what the keyring is for: this is the bug that it prevents."""
    key = a_company_key(app, company)
    stored = known._get(id_of(key))
    stale = some_callers(lambda _identity: stored)
    with app.app_context():
        session = begin_write(policy=True)
        revoke_credential(session, id_of(key))
        session.commit()
    assert isinstance(stale.caller_of(bearer(key)), Caller)
    assert known.caller_of(bearer(key)) is NO_KEY


def test_scopes_taken_away_by_another_process_are_gone_at_the_next_call(
    app: Flask, company: Company, known: Callers
) -> None:
    key = a_company_key(app, company, scopes=["decide", "search"])
    assert isinstance(known.admit(bearer(key), "search"), Caller)
    with another_process(app) as other, other.app_context():
        session = begin_write(policy=True)
        narrow(session, id_of(key), ["decide"], None, "system")
        session.commit()
        refused = known.admit(bearer(key), "search")
        assert refused == Refused(403, "this key lacks the scope `search`")
        assert isinstance(known.admit(bearer(key), "decide"), Caller)


def test_both_secrets_work_while_a_rotation_overlaps(
    app: Flask, company: Company, known: Callers
) -> None:
    old = a_company_key(app, company)
    assert isinstance(known.caller_of(bearer(old)), Caller)
    with app.app_context():
        session = begin_write(policy=True)
        until = datetime.now(UTC) + timedelta(hours=24)
        new = rotate(session, id_of(old), until, "system").text
        session.commit()
    assert known.caller_of(bearer(new)) == known.caller_of(bearer(old))
    assert isinstance(known.caller_of(bearer(old)), Caller)
    with app.app_context():
        session = begin_write(policy=True)
        newest = rotate(session, id_of(old), None, "system").text
        session.commit()
    assert isinstance(known.caller_of(bearer(newest)), Caller)
    assert known.caller_of(bearer(new)) is known.caller_of(bearer(old)) is NO_KEY


def test_a_key_that_a_restored_database_lacks_is_nobody() -> None:
    key = new_key("a" * 26)
    there = {f"k_{key.id}": a_stored_key(key, "decide")}

    def get(identity: str) -> StoredKey:
        if identity not in there:
            raise NoSuchKeyError(identity)
        return there[identity]

    known = some_callers(get)
    assert isinstance(known.caller_of(bearer(key.text)), Caller)
    there.clear()
    assert known.caller_of(bearer(key.text)) is NO_KEY


def test_when_it_can_not_be_told_nobody_is_let_in() -> None:
    def get(_identity: str) -> StoredKey:
        raise NotReadyError("no database")

    with pytest.raises(NotReadyError):
        some_callers(get).caller_of(bearer(new_key("a" * 26).text))


def test_what_is_remembered_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "_MOST_KNOWN", 2)
    keys = [new_key(letter * 26) for letter in "abc"]
    stored = {f"k_{key.id}": a_stored_key(key, "decide") for key in keys}
    known = some_callers(stored.__getitem__)
    for key in keys * 2:
        assert isinstance(known.caller_of(bearer(key.text)), Caller)
        assert len(known._known) <= 2


def test_secrets_are_not_among_what_is_remembered() -> None:
    key = new_key("a" * 26)
    known = some_callers(lambda _identity: a_stored_key(key))
    known.caller_of(bearer(key.text))
    assert key.secret not in repr(known.__dict__)
    assert all(len(digest) == 32 for digest in known._known)


def test_the_door_counts_one_and_the_rest_is_charged() -> None:
    key = new_key("a" * 26)
    stored = a_stored_key(key, "decide")
    known = some_callers(lambda _identity: stored, per_minute=60)  # ten at once
    caller = known.admit(bearer(key.text), "decide")
    assert isinstance(caller, Caller)
    assert known.charge(caller, 0) is known.charge(caller, -1) is None
    assert known.charge(caller, 7) is None
    for more in (5, 6):  # of the others none was taken
        assert isinstance(known.admit(bearer(key.text), "decide"), Caller)
        refused = known.charge(caller, 5)
        assert isinstance(refused, Refused)
        assert (refused.status, refused.retry_after) == (429, more)
    # the two of the door are gone: a batch is read before it is refused
    again = known.admit(bearer(key.text), "decide")
    assert isinstance(again, Refused)
    assert (again.status, again.retry_after) == (429, 1)


def question(company: Company) -> dict[str, Any]:
    return {
        "subject": {"type": "user", "id": company.owner},
        "action": {"name": "create"},
        "resource": {"type": "draft", "id": "1"},
        "context": {"account": company.id},
    }


def ask(app: Flask, key: str, body: Any, address: str = ONE) -> TestResponse:
    headers = {"Authorization": bearer(key)} if key else {}
    return app.test_client().post(address, json=body, headers=headers)


def throttled(app: Flask, per_minute: float) -> None:
    with app.app_context():
        callers()._meter = Meter(per_minute)


@pytest.mark.parametrize(
    "key",
    ["", "dlg_live_x", new_key("a" * 26).text],
    ids=["none", "no key", "of nobody"],
)
def test_without_a_key_there_is_a_401_that_says_how_and_nothing_more(
    app: Flask, company: Company, key: str
) -> None:
    answer = ask(app, key, question(company))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="delega"'
    assert b"decision" not in answer.data
    assert "Delega-Revision" not in answer.headers


def test_outside_its_scope_or_account_a_key_gets_a_403(
    app: Flask, company: Company
) -> None:
    other = a_company(app)
    key = a_company_key(app, company)
    assert ask(app, key, question(company)).json["decision"] is True
    assert ask(app, key, question(other)).status_code == 403
    blind = a_company_key(app, company, scopes=["search"])
    answer = ask(app, blind, question(company))
    assert answer.status_code == 403
    assert "decide" in answer.get_data(as_text=True)
    assert b'"decision"' not in answer.data


def test_a_batch_of_fifty_costs_fifty(app: Flask, company: Company) -> None:
    throttled(app, 6)  # one in ten seconds
    key, other = a_company_key(app, company), a_company_key(app, company)
    batch = {**question(company), "evaluations": [{}] * 50}
    assert ask(app, key, batch, MANY).status_code == 200
    answer = ask(app, key, question(company))
    assert answer.status_code == 429
    assert 400 < int(answer.headers["Retry-After"]) <= 500
    assert b'"decision"' not in answer.data
    assert ask(app, other, question(company)).status_code == 200


def test_a_batch_larger_than_the_keys_burst_is_taken_once_and_paid_off(
    app: Flask, company: Company
) -> None:
    throttled(app, 60)
    key = a_company_key(app, company)
    batch = {**question(company), "evaluations": [{}] * MAX_ITEMS}
    first, second = (ask(app, key, batch, MANY) for _ in range(2))
    assert (first.status_code, len(first.json["evaluations"])) == (200, MAX_ITEMS)
    assert second.status_code == 429
    # the door refused it, for the debt; nothing was taken by it
    assert 900 < int(second.headers["Retry-After"]) <= MAX_ITEMS


def test_each_worker_has_its_share_of_the_limit(app: Flask) -> None:
    settings = app.config["DELEGA"]
    app.config["DELEGA"] = replace(settings, decisions_per_minute=1200, workers=4)
    calling.init_app(app)
    with app.app_context():
        meter = callers()._meter
    assert meter.take("k_1", 50, 0.0) == 0  # five a second, ten seconds' worth
    assert meter.take("k_1", 5, 0.0) == 1


def test_a_request_leaves_a_last_use(app: Flask, company: Company) -> None:
    key = a_platform_key(app, company.id)
    ask(app, key, question(company))
    with app.app_context():
        callers()._last_use.wait()
    assert row_of(app, key).last_used_at
