"""Search over the panel: the account's people, the catalogue's actions."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authz import State
from authz.policy import default_folder, read_folder
from tests.builders import Company, a_company, a_user
from tests.webapp.decisions.asking import HOW, MANY, WHAT, WHO, a_key, ask, question

CATALOGUE = read_folder(default_folder()).catalogue
INVOICING = ("invoicing.read", "invoicing.create_edit")


@pytest.fixture
def anna(app: Flask, company: Company) -> tuple[str, str]:
    return a_user(app, company, *INVOICING)


@pytest.fixture
def key(app: Flask, company: Company) -> str:
    return a_key(app, company.id)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def names(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.data
    return {each.get("id") or each["name"] for each in answer.json["results"]}


def test_the_people_who_may_are_found_and_nobody_else(
    app: Flask, client: FlaskClient, company: Company, anna: tuple[str, str], key: str
) -> None:
    a_user(app, company, "invoicing.read")
    a_user(app, company, *INVOICING, state=State.SUSPENDED)
    a_user(app, a_company(app), *INVOICING)
    answer = ask(client, key, WHO, question("ignored", company.id))
    assert names(answer) == {anna[0], company.owner}
    assert {each["type"] for each in answer.json["results"]} == {"user"}
    assert answer.json["page"] == {"next_token": ""}
    assert int(answer.headers["Delega-Revision"]) > 0


def test_people_are_found_by_their_user_names_too(
    client: FlaskClient, company: Company, anna: tuple[str, str], key: str
) -> None:
    body = {**question("", company.id), "subject": {"type": "user_name"}}
    assert names(ask(client, key, WHO, body)) == {anna[1], company.owner_name}


def test_search_agrees_with_evaluation_on_every_action_of_the_catalogue(
    app: Flask, client: FlaskClient, company: Company, anna: tuple[str, str], key: str
) -> None:
    nouns = sorted({action.resource for action in CATALOGUE})
    for user in (anna[0], company.owner, "u_nobody"):
        pairs = [(action.resource, action.name) for action in CATALOGUE]
        items = [question(user, company.id, *pair) for pair in pairs]
        answers = ask(client, key, MANY, {"evaluations": items}).json["evaluations"]
        allowed = {
            pair
            for pair, answer in zip(pairs, answers, strict=True)
            if answer["decision"]
        }
        found = {
            (noun, name)
            for noun in nouns
            for name in names(ask(client, key, HOW, question(user, company.id, noun)))
        }
        assert found == allowed
        assert bool(found) is (user != "u_nobody")


def test_one_name_stands_for_every_record_of_a_kind(
    client: FlaskClient, company: Company, anna: tuple[str, str], key: str
) -> None:
    may = ask(client, key, WHAT, question(anna[0], company.id))
    assert may.json["results"] == [{"type": "draft", "id": "*"}]
    for resource, action in (("draft", "send"), ("moon", "create"), ("draft", "fly")):
        body = question(anna[0], company.id, resource, action)
        assert names(ask(client, key, WHAT, body)) == set()


@pytest.mark.parametrize("kind", ["robot", "", "role"])
def test_other_kinds_of_subject_find_nobody(
    client: FlaskClient, company: Company, key: str, kind: str
) -> None:
    body = {**question("", company.id), "subject": {"type": kind}}
    assert names(ask(client, key, WHO, body)) == set()


@pytest.mark.parametrize("address", [WHO, WHAT, HOW])
def test_a_search_needs_its_scope_its_account_and_a_right_to_it(
    app: Flask, client: FlaskClient, company: Company, key: str, address: str
) -> None:
    body = question(company.owner, company.id)
    plain = a_key(app, company.id, scopes=("decide",))
    assert ask(client, plain, address, body).status_code == 403
    foreign = {**body, "context": {"account": a_company(app).id}}
    assert ask(client, key, address, foreign).status_code == 403
    del body["context"]
    assert ask(client, key, address, body).status_code == 400
    assert ask(client, key, f"/a/{company.id}{address}", body).status_code == 200


def test_pages_of_one_address_are_not_for_another(
    app: Flask, client: FlaskClient, company: Company, anna: tuple[str, str], key: str
) -> None:
    body = {**question("", company.id), "page": {"limit": 1}}
    first = ask(client, key, WHO, body)
    body["page"] = {"token": first.json["page"]["next_token"]}
    second = ask(client, key, WHO, body)
    assert len(names(first) | names(second)) == 2
    assert ask(client, key, f"/a/{company.id}{WHO}", body).status_code == 400
    assert ask(client, a_key(app, company.id), WHO, body).status_code == 400


def test_pages_go_on_when_the_policy_changed_and_never_show_who_lost_the_right(
    app: Flask, client: FlaskClient, company: Company, key: str
) -> None:
    for _ in range(3):
        a_user(app, company, *INVOICING)
    body = {**question("", company.id), "page": {"limit": 2}}
    first = ask(client, key, WHO, body)
    a_user(app, company, "invoicing.read")
    body["page"] = {"token": first.json["page"]["next_token"]}
    second = ask(client, key, WHO, body)
    assert len(names(first)) == len(names(second)) == 2
    assert not names(first) & names(second)
    assert second.json["page"] == {"next_token": ""}
