"""A batch about many users and accounts is what each of its items is alone."""

from typing import Any

import pytest
from flask import Flask

from tests.builders import Company, a_company, a_user
from tests.webapp.decisions.asking import MANY, ONE, a_key, ask, question


@pytest.fixture
def items(app: Flask, company: Company) -> list[dict[str, Any]]:
    """Each differs from the default, or from the one before, in something else."""
    anna, name = a_user(app, company, "invoicing.read", "invoicing.create_edit")
    other = a_company(app)
    draft = {"type": "draft", "id": "2"}
    return [
        {},
        {"action": {"name": "send"}},
        {"subject": {"type": "user_name", "id": name}},
        {"subject": {"type": "user", "id": anna}},
        {"subject": {"type": "user", "id": anna}, "action": {"name": "send"}},
        {"subject": {"type": "robot", "id": anna}},
        {},
        {"context": {"account": other.id}},
        {"context": {}},
        {"context": {}, "resource": {**draft, "properties": {"account": company.id}}},
        {"resource": {**draft, "properties": {"account": other.id}}},
        {"resource": {**draft, "properties": {"colour": "blue"}}},
        {"resource": {"type": "moon", "id": "1"}},
        {"resource": {"type": "moon", "id": "1"}, "action": {"name": "fly"}},
        {"action": {}},
        {},
        {"context": {"account": 7}},
        {"context": {"account": company.id, "hour": 9}},
        {"context": {"account": "a_nothing"}},
    ]


@pytest.mark.parametrize("plain", [True, False])
def test_a_batch_is_its_items_asked_one_by_one(
    app: Flask, company: Company, items: list[dict[str, Any]], plain: bool
) -> None:
    key, client = a_key(app, company.id), app.test_client()
    default = question(company.owner, company.id)
    if plain:  # and so read by the quick way
        items = [item for item in items if item != {"action": {}}]
    batch = ask(client, key, MANY, {**default, "evaluations": items})
    answers = batch.json["evaluations"]
    assert len(answers) == len(items)
    decisions = []
    for item, answer in zip(items, answers, strict=True):
        alone = ask(client, key, ONE, {**default, **item})
        decisions.append(alone.status_code)
        if alone.status_code == 200:
            assert answer == alone.json, item
        else:
            error = {"status": alone.status_code, "message": alone.json}
            assert answer == {"decision": False, "context": {"error": error}}, item
    assert {200, 400, 403} == set(decisions)
    assert sum(answer["decision"] for answer in answers) > 5


def test_an_account_of_the_address_needs_no_context(
    app: Flask, company: Company
) -> None:
    body = question(company.owner, company.id)
    del body["context"]
    body["evaluations"] = [{}, {"action": {"name": "fly"}}, {"context": {"hour": 9}}]
    answer = ask(app.test_client(), a_key(app), f"/a/{company.id}{MANY}", body)
    decisions = [each["decision"] for each in answer.json["evaluations"]]
    assert decisions == [True, False, True]
