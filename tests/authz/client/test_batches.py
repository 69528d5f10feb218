"""A batch: each answer is that of its question, or there is none."""

import pytest

from authz.client import BadRequestError, BrokenAnswerError, Client, Question
from tests.authz.client.service import Service, http

ASKED = [
    Question("u_1", "send", "draft"),
    Question("u_2", "view", ("draft", "7"), {"account": "a_1"}),
    Question("u_3", "view", "bank"),
]


def said(*allowed: object) -> object:
    return {"evaluations": [{"decision": one} for one in allowed]}


def test_a_batch_goes_out_in_one_request(service: Service, client: Client) -> None:
    service.otherwise = http(said(True, False, True), Delega_Revision="3")
    answers = client.decide_many(ASKED)
    assert [answer.allowed for answer in answers] == [True, False, True]
    assert {answer.revision for answer in answers} == {3}
    (sent,) = service.seen
    assert sent.path == "/access/v1/evaluations"
    assert sent.body["options"] == {"evaluations_semantic": "execute_all"}
    assert sent.body["evaluations"][1] == {
        "subject": {"type": "user", "id": "u_2"},
        "action": {"name": "view"},
        "resource": {"type": "draft", "id": "7"},
        "context": {"account": "a_1"},
    }


def test_plain_tuples_are_questions_too(service: Service, client: Client) -> None:
    service.otherwise = http(said(True))
    assert client.decide_many([("u_1", "send", "draft")])[0]  # type: ignore[list-item]


def test_nothing_asked_is_nothing_answered(service: Service, client: Client) -> None:
    assert client.decide_many([]) == []
    assert not service.seen


@pytest.mark.parametrize(
    ("semantic", "answers"),
    [
        ("execute_all", (False, True, False)),
        ("deny_on_first_deny", (True, False)),
        ("deny_on_first_deny", (False,)),
        ("deny_on_first_deny", (True, True, True)),
        ("permit_on_first_permit", (False, False, True)),
        ("permit_on_first_permit", (False, False, False)),
    ],
)
def test_a_batch_ends_where_its_semantic_says(
    service: Service, client: Client, semantic: str, answers: tuple[bool, ...]
) -> None:
    service.otherwise = http(said(*answers))
    found = client.decide_many(ASKED, semantic=semantic)
    assert tuple(one.allowed for one in found) == answers


@pytest.mark.parametrize(
    ("semantic", "body"),
    [
        ("execute_all", said(True, True)),
        ("execute_all", said(True, True, True, True)),
        ("execute_all", said(True, True, 1)),
        ("execute_all", {"evaluations": [True, True, True]}),
        ("execute_all", {"evaluations": {}}),
        ("execute_all", {"decision": True}),
        ("deny_on_first_deny", said(True, True)),
        ("deny_on_first_deny", said(True, False, True)),
        ("deny_on_first_deny", said(True, True, True, False)),
        ("permit_on_first_permit", said(True, True, True)),
        ("permit_on_first_permit", said(False, False)),
    ],
)
def test_answers_that_do_not_fit_the_questions_are_none(
    service: Service, client: Client, semantic: str, body: object
) -> None:
    service.otherwise = http(body)
    with pytest.raises(BrokenAnswerError):
        client.decide_many(ASKED, semantic=semantic)


def test_an_unknown_semantic_is_not_sent(service: Service, client: Client) -> None:
    with pytest.raises(BadRequestError, match="permit_on_first_permit"):
        client.decide_many(ASKED, semantic="any")
    assert not service.seen
