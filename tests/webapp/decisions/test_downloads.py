"""Effective permissions: for a service with a key, and one's own."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask import session as session_cookie
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authz import State
from tests.builders import Company, a_company, a_user, signed_in
from tests.webapp.decisions.asking import ONE, a_key, ask, question
from tests.webapp.delegating import a_delegate, a_delegation
from webapp.decisions.callers import Refused, callers
from webapp.extensions import begin_write, db, editor, enforcer
from webapp.i18n import today
from webapp.identity import begin_session
from webapp.seating import seat_of
from webapp.tables import User


@pytest.fixture
def key(app: Flask, company: Company) -> str:
    return a_key(app, company.id, scopes=("policy:read", "decide"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def download(
    client: FlaskClient, key: str, account: str, **headers: str
) -> TestResponse:
    sent = {name.replace("_", "-"): text for name, text in headers.items()}
    return client.get(
        f"/a/{account}/access/v1/permissions",
        headers={"Authorization": f"Bearer {key}", **sent},
    )


def test_a_download_says_what_each_decision_says(
    app: Flask, client: FlaskClient, company: Company, key: str
) -> None:
    user, _ = a_user(app, company, "invoicing.read")
    suspended, _ = a_user(app, company, "invoicing.read", state=State.SUSPENDED)
    answer = download(client, key, company.id)
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert answer.json["account"] == company.id
    users = answer.json["users"]
    assert users.keys() == {company.owner, user, suspended}
    assert users[suspended] == []
    assert set(users[user]) < set(users[company.owner])
    with app.app_context():
        catalogue = enforcer().release().catalogue
        for action in catalogue:
            for one, held in users.items():
                decision = enforcer().decide(
                    one, company.id, action.resource, action.name
                )
                assert (f"{action.resource}.{action.name}" in held) is decision.allowed


def test_a_download_carries_its_revision_and_is_kept_by_nobody(
    app: Flask, client: FlaskClient, company: Company, key: str
) -> None:
    answer = download(client, key, company.id, X_Request_ID="r-1")
    decided = ask(client, key, ONE, question(company.owner, company.id))
    for name in ("Delega-Revision", "Delega-Release"):
        assert answer.headers[name] == decided.headers[name]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-ID"] == "r-1"
    assert answer.headers["Delega-Valid-For"] == "5.000"


def test_the_same_permissions_are_a_304_that_names_the_newer_revision(
    app: Flask, client: FlaskClient, company: Company, key: str
) -> None:
    first = download(client, key, company.id)
    a_company(app)  # changes the revision, and nothing of this company
    again = download(client, key, company.id, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert int(again.headers["Delega-Revision"]) > int(first.headers["Delega-Revision"])
    assert again.headers["Delega-Valid-For"] == "5.000"
    a_user(app, company)
    changed = download(client, key, company.id, If_None_Match=first.headers["ETag"])
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_it_holds_until_the_next_date(
    app: Flask, client: FlaskClient, key: str, company: Company
) -> None:
    answer = download(client, key, company.id)
    until = datetime.fromisoformat(answer.json["valid_until"])
    with app.app_context():
        assert until == enforcer().valid_until(company.id)
    assert until <= datetime.now(UTC) + timedelta(days=112)
    assert today() <= until.date()


@pytest.mark.parametrize("other", [True, False])
def test_another_companys_and_nobodys_are_refused_alike(
    app: Flask, client: FlaskClient, key: str, other: bool
) -> None:
    account = a_company(app).id if other else "a_nobody"
    answer = download(client, key, account)
    assert answer.status_code == 403
    assert answer.json == "this key is not for that account"


def test_a_key_for_all_companies_finds_no_other(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    key = a_key(app, scopes=("policy:read",))
    assert download(client, key, company.id).status_code == 200
    assert download(client, key, "a_nobody").status_code == 403


def test_deciding_is_not_downloading(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    key = a_key(app, company.id, scopes=("decide", "search", "explain"))
    answer = download(client, key, company.id)
    assert answer.status_code == 403
    assert answer.json == "this key lacks the scope `policy:read`"
    assert download(client, "dlg_live_x", company.id).status_code == 401


def test_each_user_in_it_is_counted(
    app: Flask,
    client: FlaskClient,
    company: Company,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_user(app, company)
    asked = []

    def charge(_caller: object, decisions: int) -> Refused | None:
        asked.append(decisions)
        return Refused(429, "too many", 9) if len(asked) > 1 else None

    with app.app_context():
        monkeypatch.setattr(callers(), "charge", charge)
    assert download(client, key, company.id).status_code == 200
    answer = download(client, key, company.id)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "9"
    assert asked == [2, 2]


@pytest.mark.parametrize("revision", ["x", "-1", "", "1" * 19])
def test_a_revision_that_is_none_is_a_400(
    client: FlaskClient, company: Company, key: str, revision: str
) -> None:
    answer = download(client, key, company.id, Delega_At_Least=revision)
    assert answer.status_code == 400
    assert "Delega-At-Least" in answer.json


def test_a_revision_that_is_not_here_yet_is_a_503(
    client: FlaskClient, company: Company, key: str
) -> None:
    here = download(client, key, company.id).headers["Delega-Revision"]
    assert download(client, key, company.id, Delega_At_Least=here).status_code == 200
    later = str(int(here) + 1)
    answer = download(client, key, company.id, Delega_At_Least=later)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_ones_own_permissions_are_those_of_the_download(
    app: Flask, client: FlaskClient, company: Company, key: str
) -> None:
    user, name = a_user(app, company, "invoicing.read")
    own = signed_in(app, name).get(f"/a/{company.id}/access/v1/own/permissions")
    whole = download(client, key, company.id)
    assert own.json == {
        "account": company.id,
        "user": user,
        "actions": whole.json["users"][user],
        "valid_until": whole.json["valid_until"],
    }
    assert own.headers["Delega-Revision"] == whole.headers["Delega-Revision"]
    assert own.headers["Cache-Control"] == "no-store"


def test_ones_own_follow_a_change_at_once(app: Flask, company: Company) -> None:
    user, name = a_user(app, company, "invoicing.read")
    client = signed_in(app, name)
    address = f"/a/{company.id}/access/v1/own/permissions"
    first = client.get(address)
    assert "draft.view" in first.json["actions"]
    with app.app_context():
        session = begin_write(company.id, policy=True)
        seat = seat_of(session, session.get_one(User, user))
        editor(company.id, company.owner).set_permissions(seat.id, (), user=user)
        session.commit()
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "draft.view" not in again.json["actions"]


def test_a_delegates_own_are_those_of_each_company(
    app: Flask, company: Company
) -> None:
    other, third = a_company(app), a_company(app)
    user = a_delegate(app, "paolostudio")
    a_delegation(app, user, company, "invoicing.read")
    a_delegation(app, user, other)
    client = a_browser_of(app, user)
    found = {}
    for one in (company, other, third):
        answer = client.get(f"/a/{one.id}/access/v1/own/permissions")
        code = answer.status_code
        found[one.id] = answer.json["actions"] if code == 200 else code
    assert "draft.view" in found[company.id]
    assert "draft.view" not in found[other.id]
    assert found[third.id] == 404


def a_browser_of(app: Flask, user: str) -> FlaskClient:
    """A session without the page that begins it: delegates have none yet."""
    with app.test_request_context():
        begin_session(begin_write().get_one(User, user))
        secret = session_cookie["_user_id"]
        db.session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = secret
    return client


def test_ones_own_exist_in_ones_own_company_alone(app: Flask, company: Company) -> None:
    client = signed_in(app, a_company(app).owner_name)
    answer = client.get(f"/a/{company.id}/access/v1/own/permissions")
    assert answer.status_code == 404
    assert answer.content_type == "application/json"
    wish = {"Accept": "application/problem+json"}
    answer = client.get(f"/a/{company.id}/access/v1/own/permissions", headers=wish)
    assert answer.content_type == "application/problem+json"


def test_a_revision_that_is_not_here_yet_is_said_to_be_that(
    client: FlaskClient, company: Company, key: str
) -> None:
    answer = download(client, key, company.id, Delega_At_Least="99999")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json == "revision 99999 is not here yet; try again"


def test_a_key_is_no_person(client: FlaskClient, company: Company, key: str) -> None:
    answer = client.get(
        f"/a/{company.id}/access/v1/own/permissions",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code == 302
