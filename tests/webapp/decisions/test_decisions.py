"""The decision API: the answers the panel obeys, and what callers get else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authz import UnknownNameError
from tests.builders import Company, a_company, a_user
from webapp.decisions.credentials import create_credential, revoke_credential
from webapp.decisions.keys import new_key, read_key
from webapp.extensions import begin_write

ONE = "/access/v1/evaluation"
MANY = "/access/v1/evaluations"


def a_key(app: Flask, *accounts: str, **facts: Any) -> str:
    with app.app_context():
        session = begin_write()
        key = create_credential(session, "billing", accounts, **facts)
        session.commit()
    return key.text


def ask(client: FlaskClient, key: str, body: Any, address: str = ONE) -> TestResponse:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return client.post(address, json=body, headers=headers)


def question(user: str, company: Company, action: str = "create") -> dict[str, Any]:
    return {
        "subject": {"type": "user", "id": user},
        "action": {"name": action},
        "resource": {"type": "draft", "id": "new"},
        "context": {"account": company.id},
    }


@pytest.fixture
def anna(app: Flask, company: Company) -> tuple[str, str]:
    return a_user(app, company, "invoicing.read", "invoicing.create_edit")


@pytest.fixture
def key(app: Flask, company: Company) -> str:
    return a_key(app, company.id)


def test_the_answer_is_the_panels_with_revision_and_release(
    app: Flask, company: Company, anna: tuple[str, str], key: str
) -> None:
    answer = ask(app.test_client(), key, question(anna[0], company))
    assert answer.status_code == 200
    assert answer.json == {"decision": True}
    assert answer.headers["Content-Type"] == "application/json"
    assert int(answer.headers["Delega-Revision"]) > 0
    assert answer.headers["Delega-Release"]


def test_a_denial_is_a_200_with_its_code_in_both_languages(
    app: Flask, company: Company, anna: tuple[str, str], key: str
) -> None:
    answer = ask(app.test_client(), key, question(anna[0], company, "send"))
    assert answer.status_code == 200
    context = answer.json["context"]
    assert answer.json["decision"] is False
    assert context["code"] == "no_permission"
    assert context["reason_user"]["it"].startswith("Manca un permesso")


def test_a_user_name_names_the_same_subject(
    app: Flask, company: Company, anna: tuple[str, str], key: str
) -> None:
    body = question(anna[0], company)
    body["subject"] = {"type": "user_name", "id": anna[1].upper()}
    assert ask(app.test_client(), key, body).json == {"decision": True}


@pytest.mark.parametrize(
    "subject",
    [
        {"type": "user", "id": "role.owner"},
        {"type": "user", "id": ""},
        {"type": "user_name", "id": "nessunocosi1"},
        {"type": "robot", "id": "u_x"},
    ],
)
def test_whoever_is_no_user_is_refused_as_such(
    app: Flask, company: Company, key: str, subject: dict[str, str]
) -> None:
    body = {**question("", company), "subject": subject}
    assert ask(app.test_client(), key, body).json["context"]["code"] == "not_a_member"


def test_unknown_resources_and_actions_are_refusals_not_errors(
    app: Flask, company: Company, anna: tuple[str, str], key: str
) -> None:
    body = question(anna[0], company, "creat")
    assert ask(app.test_client(), key, body).json["context"]["code"] == "unknown_action"
    body["resource"] = {"type": "drafts", "id": "1"}
    answer = ask(app.test_client(), key, body)
    assert answer.status_code == 200
    assert answer.json["context"]["code"] == "unknown_resource"


def test_the_account_comes_from_the_path_the_context_or_the_resource(
    app: Flask, company: Company, anna: tuple[str, str], key: str
) -> None:
    client = app.test_client()
    body = question(anna[0], company)
    del body["context"]
    by_path = ask(client, key, body, f"/a/{company.id}{ONE}")
    assert by_path.json == {"decision": True}
    assert ask(client, key, body).status_code == 400
    body["resource"]["properties"] = {"account": company.id}
    assert ask(client, key, body).json == {"decision": True}


def test_two_accounts_in_one_question_are_a_bad_request(
    app: Flask, company: Company, anna: tuple[str, str], key: str
) -> None:
    other = a_company(app)
    body = question(anna[0], company)
    assert ask(app.test_client(), key, body, f"/a/{other.id}{ONE}").status_code == 400
    body["context"]["account"] = 7
    assert ask(app.test_client(), key, body, f"/a/{company.id}{ONE}").status_code == 400


def test_a_key_says_nothing_about_other_accounts_existing_or_not(
    app: Flask, company: Company, anna: tuple[str, str], key: str
) -> None:
    other = a_company(app)
    client = app.test_client()
    body = question(anna[0], company)
    for account in (other.id, "a_nothing", "*"):
        body["context"] = {"account": account}
        answer = ask(client, key, body)
        assert answer.status_code == 403
        assert answer.json == "this key is not for that account"


def test_a_key_for_every_account_answers_about_those_that_exist(
    app: Flask, company: Company, anna: tuple[str, str]
) -> None:
    key = a_key(app)
    client = app.test_client()
    assert ask(client, key, question(anna[0], company)).json == {"decision": True}
    body = {**question(anna[0], company), "context": {"account": "a_nothing"}}
    assert ask(client, key, body).status_code == 403


@pytest.mark.parametrize(
    "key", ["", "x", "dlg_live_a_b", "dlg_live_" + "a" * 26 + "_" + "b" * 60]
)
def test_without_a_live_key_there_is_no_decision(
    app: Flask, company: Company, key: str
) -> None:
    answer = ask(app.test_client(), key, question("u_x", company))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")
    assert b"decision" not in answer.data


def test_a_mistyped_key_is_refused_by_its_checksum() -> None:
    text = new_key("a" * 26).text
    assert read_key(text) is not None
    wrong = "0" if text[-1] != "0" else "1"
    assert read_key(text[:-1] + wrong) is None


def test_the_right_id_with_the_wrong_secret_is_nobody(
    app: Flask, company: Company, key: str
) -> None:
    identity = key.split("_")[2]
    forged = new_key(identity).text
    assert ask(app.test_client(), forged, question("u_x", company)).status_code == 401


def test_a_revoked_key_is_dead_at_the_next_request(
    app: Flask, company: Company, anna: tuple[str, str], key: str
) -> None:
    client = app.test_client()
    assert ask(client, key, question(anna[0], company)).status_code == 200
    with app.app_context():
        session = begin_write()
        identity = f"k_{key.split('_')[2]}"
        revoke_credential(session, identity)
        session.commit()
        with pytest.raises(UnknownNameError):
            revoke_credential(begin_write(), identity)
    assert ask(client, key, question(anna[0], company)).status_code == 401


def test_an_expired_key_is_dead(app: Flask, company: Company) -> None:
    key = a_key(app, company.id, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert ask(app.test_client(), key, question("u_x", company)).status_code == 401


def test_a_key_without_the_scope_is_refused(app: Flask, company: Company) -> None:
    key = a_key(app, company.id, scopes=())
    assert ask(app.test_client(), key, question("u_x", company)).status_code == 403


def test_unknown_scopes_are_errors(app: Flask, company: Company) -> None:
    with app.app_context(), pytest.raises(UnknownNameError, match="scope"):
        create_credential(begin_write(), "x", [], scopes=["everything"])


def test_making_and_revoking_a_key_are_revisions(app: Flask, company: Company) -> None:
    enforcer = app.extensions["delega_enforcer"]
    store = app.extensions["delega_store"]
    before = store.changes(0).revision
    a_key(app, company.id)
    assert store.changes(0).revision == before + 1
    enforcer.at_least(before + 1)


def test_a_batch_answers_item_by_item(
    app: Flask, company: Company, anna: tuple[str, str], key: str
) -> None:
    body = question(anna[0], company)
    foreign = {"context": {"account": "a_other"}}
    body["evaluations"] = [{}, {"action": {"name": "send"}}, foreign]
    answer = ask(app.test_client(), key, body, MANY)
    decisions = [item["decision"] for item in answer.json["evaluations"]]
    assert decisions == [True, False, False]
    assert answer.json["evaluations"][2]["context"]["error"]["status"] == 403
    by_path = ask(app.test_client(), key, body, f"/a/{company.id}{MANY}")
    assert by_path.json["evaluations"][0] == {"decision": True}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"subject": {}}'])
def test_what_is_no_request_is_a_400_with_a_message(
    app: Flask, key: str, body: bytes
) -> None:
    answer = app.test_client().post(
        ONE,
        data=body,
        content_type="application/json; charset=utf-8",
        headers={"Authorization": f"Bearer {key}", "X-Request-ID": "abc-1"},
    )
    assert answer.status_code == 400
    assert isinstance(answer.json, str)
    assert answer.headers["X-Request-ID"] == "abc-1"


def test_another_content_type_is_a_400(app: Flask, key: str) -> None:
    answer = app.test_client().post(
        ONE,
        data=b"{}",
        content_type="text/plain",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code == 400


def test_the_same_question_gives_the_same_bytes(
    app: Flask, company: Company, anna: tuple[str, str], key: str
) -> None:
    bodies = {
        ask(app.test_client(), key, question(anna[0], company, "send")).data
        for _ in range(3)
    }
    assert len(bodies) == 1


def test_a_permission_taken_away_is_refused_at_the_next_request(
    app: Flask, company: Company, anna: tuple[str, str], key: str
) -> None:
    from sqlalchemy import select

    from webapp.tables import Seat
    from webapp.team.users import change_permissions

    client = app.test_client()
    assert ask(client, key, question(anna[0], company)).json == {"decision": True}
    with app.app_context():
        session = begin_write()
        seat = session.scalars(select(Seat).where(Seat.user_id == anna[0])).one()
        revision = change_permissions(
            session, seat, ["invoicing.read"], seat.version, "u_o"
        )
        session.commit()
    answer = ask(client, key, question(anna[0], company))
    assert answer.json["decision"] is False
    assert int(answer.headers["Delega-Revision"]) >= revision
