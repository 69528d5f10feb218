"""Evaluation and evaluations, over a small library."""

from collections.abc import Sequence
from typing import Any

import pytest

from authz.decision import Reason
from authz.pdp import (
    MAX_ITEMS,
    Action,
    BadRequestError,
    Evaluation,
    ItemError,
    Kind,
    Outcome,
    Resource,
    Subject,
    denial,
    one_by_one,
)
from tests.authz.pdp.library import (
    BORROW,
    READ,
    Library,
    answered,
    refused,
    send,
)

BURNT = {"resource": {"type": "book", "id": "burnt"}}
NO = {"decision": False, "context": denial(Reason.NO_PERMISSION)}


def one(request: Any, source: Library | None = None) -> Any:
    return answered(Kind.EVALUATION, request, source)


def many(request: Any, source: Library | None = None) -> Any:
    return answered(Kind.EVALUATIONS, request, source)


def test_an_allow_is_a_bare_decision() -> None:
    assert one(READ) == {"decision": True}


def test_a_denial_is_a_200_with_its_code_and_words() -> None:
    assert one({**READ, **BORROW}) == NO


def test_unknown_members_are_ignored_everywhere() -> None:
    request = {**READ, "extra": 1, "subject": {**READ["subject"], "x": [1]}}
    assert one(request) == {"decision": True}
    items = [{"x": 1}, {"action": {"name": "borrow", "y": {"z": None}}}]
    answer = many({**READ, "evaluations": items, "options": {"colour": "blue"}})
    assert answer["evaluations"] == [{"decision": True}, NO]


@pytest.mark.parametrize("name", ["subject", "action", "resource"])
def test_a_missing_entity_is_a_bad_request(name: str) -> None:
    request = {key: value for key, value in READ.items() if key != name}
    assert name in refused(Kind.EVALUATION, request)
    assert name in refused(Kind.EVALUATIONS, request)


@pytest.mark.parametrize(
    "entity",
    [
        {"subject": {"type": "reader"}},
        {"subject": "ada"},
        {"subject": {"type": "reader", "id": 1}},
        {"action": {}},
        {"resource": {"type": "book"}},
        {"resource": None},
        {"context": [1]},
        {"subject": {"type": "reader", "id": "ada", "properties": 3}},
    ],
)
def test_an_entity_of_the_wrong_shape_is_a_bad_request(entity: dict[str, Any]) -> None:
    assert refused(Kind.EVALUATION, {**READ, **entity})
    items = many({**READ, "evaluations": [entity, {}]})["evaluations"]
    assert items[0]["decision"] is False
    assert items[0]["context"]["error"]["status"] == 400
    assert items[1] == {"decision": True}


def test_properties_and_context_reach_the_source_as_they_were_sent() -> None:
    library = Library()
    properties = {"tags": ["a", 1, 2.5, None, True], "deep": {"er": [{}]}}
    subject = {**READ["subject"], "properties": properties}
    one({**READ, "subject": subject, "context": {"hour": 9}}, library)
    assert library.asked[0].subject.properties == properties
    assert library.asked[0].context == {"hour": 9}


def test_without_items_evaluations_is_a_single_evaluation() -> None:
    assert many(READ) == {"decision": True}
    assert many({**READ, "evaluations": []}) == {"decision": True}


def test_defaults_are_replaced_whole_and_never_merged() -> None:
    library = Library()
    subject = {**READ["subject"], "properties": {"age": 9}}
    defaults = {**READ, "subject": subject, "context": {"desk": "north"}}
    other = {
        "subject": {"type": "reader", "id": "bea"},
        "resource": {"type": "book", "id": "dune"},
        "context": {"hour": 1},
    }
    many({**defaults, "evaluations": [{}, other, {"context": {}}]}, library)
    first, second, third = library.asked
    assert first.context == {"desk": "north"}
    assert first.subject.properties == {"age": 9}
    assert second.context == {"hour": 1}
    assert (second.subject.id, second.subject.properties) == ("bea", {})
    assert second.resource.id == "dune"
    assert third.context == {}


def test_context_may_be_missing_everywhere() -> None:
    library = Library()
    many({**READ, "evaluations": [{}]}, library)
    assert library.asked[0].context == {}


@pytest.mark.parametrize(
    ("semantic", "items", "expected"),
    [
        (None, [{}, BORROW, {}], [True, False, True]),
        ("execute_all", [{}, BORROW, {}], [True, False, True]),
        ("deny_on_first_deny", [{}, BORROW, {}], [True, False]),
        ("deny_on_first_deny", [{}, {}], [True, True]),
        ("deny_on_first_deny", [{}, BURNT, {}], [True, False]),
        ("deny_on_first_deny", [{}, {"subject": 3}, {}], [True, False]),
        ("permit_on_first_permit", [BORROW, {}, BORROW], [False, True]),
        ("permit_on_first_permit", [BORROW, BURNT], [False, False]),
    ],
)
def test_answers_end_with_the_item_that_decided(
    semantic: str | None, items: list[Any], expected: list[bool]
) -> None:
    options = {"evaluations_semantic": semantic} if semantic else {}
    request = {**READ, "evaluations": items, "options": options}
    library = Library()
    answers = many(request, library)["evaluations"]
    assert [answer["decision"] for answer in answers] == expected


def test_what_comes_after_the_one_that_decided_is_not_asked() -> None:
    library = Library()
    options = {"evaluations_semantic": "permit_on_first_permit"}
    many({**READ, "evaluations": [{}, {}, {}], "options": options}, library)
    assert len(library.asked) == 1


def test_an_item_that_fails_is_refused_and_the_others_are_answered() -> None:
    request = {**READ, "evaluations": [{}, BURNT, {"subject": {"id": "x"}}]}
    answers = many(request)["evaluations"]
    assert answers[0] == {"decision": True}
    assert answers[1] == {
        "decision": False,
        "context": {"error": {"status": 404, "message": "that book is no more"}},
    }
    assert answers[2]["context"]["error"]["status"] == 400
    assert "type" in answers[2]["context"]["error"]["message"]


def test_an_item_without_a_subject_anywhere_fails_alone() -> None:
    rest = {key: value for key, value in READ.items() if key != "subject"}
    items = [{}, {"subject": READ["subject"]}]
    answers = many({**rest, "evaluations": items})["evaluations"]
    assert [answer["decision"] for answer in answers] == [False, True]


def test_outcomes_that_their_source_forgets_at_once_are_told_apart() -> None:
    items = [{}, {"action": {"name": "burn"}}, BURNT] * 100
    answers = many({**READ, "evaluations": items})["evaluations"]
    assert [answer["decision"] for answer in answers] == [True, False, False] * 100
    assert all(answer == answers[place % 3] for place, answer in enumerate(answers))
    assert answers[1]["context"] != answers[2]["context"]


@pytest.mark.parametrize("too", ["few", "many"])
def test_a_source_with_another_number_of_answers_gives_none(too: str) -> None:
    class Miscounting(Library):
        def decide_many(self, questions: Sequence[Evaluation]) -> list[Outcome]:
            found = [self.decide(question) for question in questions]
            return found[1:] if too == "few" else [*found, found[0]]

    with pytest.raises(ValueError, match="zip"):
        many({**READ, "evaluations": [{}, {}]}, Miscounting())


class Asking(Library):
    """Wants to know which desk."""

    def decide(self, question: Evaluation) -> Outcome:
        if "desk" not in question.context:
            raise BadRequestError("say which desk")
        return super().decide(question)


def test_what_the_source_misses_in_an_item_is_told_there() -> None:
    request = {**READ, "evaluations": [{}, {"context": {"desk": "north"}}]}
    answers = many(request, Asking())["evaluations"]
    assert answers[0]["context"]["error"] == {
        "status": 400,
        "message": "say which desk",
    }
    assert answers[1] == {"decision": True}
    assert send(Kind.EVALUATION, READ, Asking()).body == b'"say which desk"'


def test_a_single_question_that_fails_is_its_own_status() -> None:
    reply = send(Kind.EVALUATION, {**READ, **BURNT})
    assert (reply.status, reply.body) == (404, b'"that book is no more"')


@pytest.mark.parametrize(
    "extra",
    [
        {"evaluations": 3},
        {"evaluations": {}},
        {"evaluations": [1]},
        {"evaluations": [{}], "options": 3},
        {"evaluations": [{}], "options": {"evaluations_semantic": "all"}},
        {"evaluations": [{}], "options": {"evaluations_semantic": []}},
        {"evaluations": [{"x": 1}], "options": {"evaluations_semantic": {}}},
    ],
)
def test_a_payload_of_the_wrong_shape_is_a_bad_request(extra: dict[str, Any]) -> None:
    assert refused(Kind.EVALUATIONS, {**READ, **extra})


def test_exactly_the_most_items_are_answered_and_no_more() -> None:
    answer = many({**READ, "evaluations": [{}] * MAX_ITEMS})
    assert len(answer["evaluations"]) == MAX_ITEMS
    for item in ({}, {"unknown": 1}):
        request = {**READ, "evaluations": [item] * (MAX_ITEMS + 1)}
        assert "1000 items" in refused(Kind.EVALUATIONS, request)


def test_one_by_one_leaves_failures_in_their_places() -> None:
    library = Library()
    good, burnt = (
        Evaluation(Subject("reader", "ada"), Action("read"), Resource("book", book), {})
        for book in ("emma", "burnt")
    )
    first, second, third = one_by_one(library.decide, [good, burnt, good])
    assert first == third == library.decide(good)
    assert isinstance(second, ItemError)
    assert list(one_by_one(library.decide, [])) == []


class Moving(Library):
    """Somebody else's catch-up comes in between: each answer has its own revision."""

    def decide(self, question: Evaluation) -> Outcome:
        self.revision = [9, 8, 10][len(self.asked)]
        return super().decide(question)


def test_a_batch_names_the_oldest_revision_of_its_answers() -> None:
    reply = send(Kind.EVALUATIONS, {**READ, "evaluations": [{}, {}, {}]}, Moving())
    assert dict(reply.headers)["Delega-Revision"] == "8"


def test_a_batch_of_failures_names_where_the_source_stands() -> None:
    reply = send(Kind.EVALUATIONS, {**READ, "evaluations": [BURNT]})
    assert dict(reply.headers)["Delega-Revision"] == "7"


def test_decisions_are_counted_and_a_batch_is_charged_before_it_is_asked() -> None:
    library = Library(most=2)
    request = {**READ, "evaluations": [{}, {}]}
    assert send(Kind.EVALUATION, READ, library).decisions == 1
    assert send(Kind.EVALUATIONS, request, library).decisions == 2
    library.asked.clear()
    request["evaluations"].append({})
    reply = send(Kind.EVALUATIONS, request, library)
    assert (reply.status, dict(reply.headers)["Retry-After"]) == (429, "3")
    assert library.charged == [2, 3]
    assert not library.asked
