"""AuthZEN evaluation and evaluations, over a source that is a dictionary."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.pdp import (
    MAX_ITEMS,
    BadRequestError,
    Evaluation,
    ItemError,
    Outcome,
    answer_many,
    answer_one,
)

READ = {
    "subject": {"type": "user", "id": "alice"},
    "action": {"name": "read"},
    "resource": {"type": "record", "id": "1"},
}


class Source:
    """Alice may read; asking about record `broken` fails."""

    def __init__(self) -> None:
        self.asked: list[Evaluation] = []

    def decide(self, question: Evaluation) -> Outcome:
        self.asked.append(question)
        if question.resource.id == "broken":
            raise ItemError(403, "not for this key")
        allowed = (question.subject.id, question.action.name) == ("alice", "read")
        context = {} if allowed else {"code": "no_permission"}
        return Outcome(allowed=allowed, revision=len(self.asked) + 6, context=context)


def one(request: Any) -> Any:
    return json.loads(answer_one(Source(), json.dumps(request).encode()).body)


def many(request: Any, source: Source | None = None) -> Any:
    return json.loads(
        answer_many(source or Source(), json.dumps(request).encode()).body
    )


def test_an_allow_is_a_bare_decision() -> None:
    assert one(READ) == {"decision": True}


def test_a_denial_carries_its_code() -> None:
    request = {**READ, "action": {"name": "write"}}
    assert one(request) == {"decision": False, "context": {"code": "no_permission"}}


def test_unknown_members_are_ignored_everywhere() -> None:
    request = {**READ, "extra": 1, "subject": {**READ["subject"], "x": [1]}}
    assert one(request) == {"decision": True}


@pytest.mark.parametrize("name", ["subject", "action", "resource"])
def test_a_missing_entity_is_a_bad_request(name: str) -> None:
    request = {key: value for key, value in READ.items() if key != name}
    with pytest.raises(BadRequestError, match=name):
        one(request)


@pytest.mark.parametrize(
    "entity",
    [
        {"subject": {"type": "user"}},
        {"subject": "alice"},
        {"subject": {"type": "user", "id": 1}},
        {"action": {}},
        {"resource": {"type": "record"}},
        {"resource": None},
        {"context": [1]},
        {"subject": {"type": "user", "id": "alice", "properties": 3}},
    ],
)
def test_an_entity_of_the_wrong_shape_is_a_bad_request(entity: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError):
        one({**READ, **entity})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"x"',
        b"{",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": 9007199254740993}',
        b'{"a": 123456789012345678901234567890}',
        b'{"a": 1, "a": 2}',
        b'{"subject": {"id": "a", "id": "b"}}',
        b"[" * 100_000,
        rb'{"a": "\u0000"}',
        rb'{"\u0000": 1}',
        rb'{"a": ["x", {"b": "\ud800"}]}',
        rb'{"a": "\uDFFF"}',
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"a": "' + b"x" * 1_100_000 + b'"}',
    ],
)
def test_json_that_two_parsers_could_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequestError):
        answer_one(Source(), body)


def test_text_that_only_looks_like_such_an_escape_is_text() -> None:
    for identity in ("\\u0000", "\U0001f600", "caff\u00e8"):
        subject = {"type": "user", "id": identity}
        assert one({**READ, "subject": subject})["decision"] is False


def test_without_items_evaluations_is_a_single_evaluation() -> None:
    assert many(READ) == {"decision": True}
    assert many({**READ, "evaluations": []}) == {"decision": True}


def test_defaults_are_replaced_whole_and_never_merged() -> None:
    source = Source()
    defaults = {**READ, "context": {"account": "a_1"}}
    item = {"resource": {"type": "record", "id": "2"}, "context": {"other": 1}}
    many({**defaults, "evaluations": [{}, item]}, source)
    assert source.asked[0].context == {"account": "a_1"}
    assert source.asked[1].context == {"other": 1}
    assert source.asked[1].resource.id == "2"


WRITE = {"action": {"name": "write"}}


@pytest.mark.parametrize(
    ("semantic", "items", "expected"),
    [
        ("execute_all", [{}, WRITE, {}], [True, False, True]),
        ("deny_on_first_deny", [{}, WRITE, {}], [True, False]),
        ("deny_on_first_deny", [{}, {}], [True, True]),
        ("permit_on_first_permit", [WRITE, {}, WRITE], [False, True]),
        ("permit_on_first_permit", [WRITE, WRITE], [False, False]),
    ],
)
def test_answers_stop_with_the_item_that_decided(
    semantic: str, items: list[Any], expected: list[bool]
) -> None:
    request = {
        **READ,
        "evaluations": items,
        "options": {"evaluations_semantic": semantic},
    }
    assert [e["decision"] for e in many(request)["evaluations"]] == expected


def test_an_item_that_fails_is_refused_and_the_others_are_answered() -> None:
    broken = {"resource": {"type": "record", "id": "broken"}}
    answers = many({**READ, "evaluations": [{}, broken, {"subject": {"id": "x"}}]})
    assert [e["decision"] for e in answers["evaluations"]] == [True, False, False]
    errors = [e["context"]["error"]["status"] for e in answers["evaluations"][1:]]
    assert errors == [403, 400]


def test_a_failure_stops_deny_on_first_deny() -> None:
    broken = {"resource": {"type": "record", "id": "broken"}}
    options = {"evaluations_semantic": "deny_on_first_deny"}
    answers = many({**READ, "evaluations": [broken, {}], "options": options})
    assert len(answers["evaluations"]) == 1


def test_a_single_question_that_fails_is_its_own_status() -> None:
    with pytest.raises(ItemError) as failure:
        one({**READ, "resource": {"type": "record", "id": "broken"}})
    assert failure.value.status == 403


@pytest.mark.parametrize(
    "extra",
    [
        {"evaluations": 3},
        {"evaluations": [1]},
        {"evaluations": [{}], "options": 3},
        {"evaluations": [{}], "options": {"evaluations_semantic": "all"}},
        {"evaluations": [{}], "options": {"evaluations_semantic": []}},
        {"evaluations": [{}], "options": {"evaluations_semantic": {}}},
        {"evaluations": [{}] * (MAX_ITEMS + 1)},
    ],
)
def test_a_payload_of_the_wrong_shape_is_a_bad_request(extra: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError):
        many({**READ, **extra})


def test_exactly_the_most_items_are_answered() -> None:
    assert (
        len(many({**READ, "evaluations": [{}] * MAX_ITEMS})["evaluations"]) == MAX_ITEMS
    )


def test_the_oldest_revision_of_a_batch_is_told() -> None:
    body = json.dumps({**READ, "evaluations": [{}, {}]}).encode()
    assert answer_many(Source(), body).revision == 7
    failing = {"resource": {"type": "record", "id": "broken"}}
    body = json.dumps({**READ, "evaluations": [failing]}).encode()
    assert answer_many(Source(), body).revision is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda c: st.lists(c) | st.dictionaries(st.text(), c),
    )
)
def test_whatever_json_arrives_is_an_answer_or_a_bad_request(value: Any) -> None:
    body = json.dumps(value).encode()
    for answering in (answer_one, answer_many):
        try:
            answer = answering(Source(), body)
        except BadRequestError:
            continue
        assert b'"decision":true' not in answer.body
