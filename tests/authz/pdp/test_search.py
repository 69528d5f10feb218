"""Search: what is asked, what is found, and page by page."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from authz.pdp import (
    MAX_CANDIDATES,
    MAX_RESULTS,
    MAX_STRING_BYTES,
    BadRequestError,
    Evaluation,
    Kind,
    Service,
    Wanted,
)
from tests.authz.pdp.library import (
    JSON,
    KEY,
    Caller,
    Library,
    answered,
    body_of,
    refused,
    send,
)

EMMA = {"type": "book", "id": "emma"}
ADA = {"type": "reader", "id": "ada"}
WHO = {"subject": {"type": "reader"}, "action": {"name": "read"}, "resource": EMMA}
WHAT = {"subject": ADA, "action": {"name": "read"}, "resource": {"type": "book"}}
HOW = {"subject": {"type": "reader", "id": "bea"}, "resource": EMMA}
END = {"next_token": ""}


def test_subjects_are_found_through_groups_of_groups() -> None:
    assert answered(Kind.SEARCH_SUBJECT, WHO) == {
        "page": END,
        "results": [ADA, {"type": "reader", "id": "bea"}],
    }


def test_resources_are_found_and_those_that_fail_are_not() -> None:
    assert answered(Kind.SEARCH_RESOURCE, WHAT) == {
        "page": END,
        "results": [{"type": "book", "id": "dune"}, EMMA],
    }


def test_actions_are_found() -> None:
    assert answered(Kind.SEARCH_ACTION, HOW) == {
        "page": END,
        "results": [{"name": "borrow"}, {"name": "read"}],
    }


@pytest.mark.parametrize(
    ("kind", "request_", "extra"),
    [
        (Kind.SEARCH_SUBJECT, WHO, {"subject": {"type": "reader", "id": "cy"}}),
        (Kind.SEARCH_SUBJECT, WHO, {"subject": {"type": "reader", "id": 7}}),
        (Kind.SEARCH_RESOURCE, WHAT, {"resource": {"type": "book", "id": "x"}}),
        (Kind.SEARCH_ACTION, HOW, {"action": {"name": "burn"}}),
        (Kind.SEARCH_ACTION, HOW, {"action": 3}),
        (Kind.SEARCH_ACTION, HOW, {"odd": {"a": 1}}),
    ],
)
def test_an_id_of_what_is_looked_for_is_ignored_as_unknown_members_are(
    kind: Kind, request_: dict[str, Any], extra: dict[str, Any]
) -> None:
    assert answered(kind, {**request_, **extra}) == answered(kind, request_)


@pytest.mark.parametrize(
    ("kind", "request_"),
    [
        (Kind.SEARCH_SUBJECT, {**WHO, "subject": {"type": "ghost"}}),
        (Kind.SEARCH_SUBJECT, {**WHO, "action": {"name": "fly"}}),
        (Kind.SEARCH_SUBJECT, {**WHO, "resource": {"type": "book", "id": "lost"}}),
        (Kind.SEARCH_RESOURCE, {**WHAT, "subject": {"type": "reader", "id": "who"}}),
        (Kind.SEARCH_RESOURCE, {**WHAT, "resource": {"type": "moon"}}),
        (Kind.SEARCH_ACTION, {**HOW, "resource": {"type": "moon", "id": "emma"}}),
    ],
)
def test_unknown_names_find_nothing(kind: Kind, request_: dict[str, Any]) -> None:
    assert answered(kind, request_) == {"page": END, "results": []}


@pytest.mark.parametrize(
    ("kind", "request_", "missing"),
    [
        (Kind.SEARCH_SUBJECT, WHO, "subject"),
        (Kind.SEARCH_SUBJECT, WHO, "action"),
        (Kind.SEARCH_SUBJECT, WHO, "resource"),
        (Kind.SEARCH_RESOURCE, WHAT, "subject"),
        (Kind.SEARCH_RESOURCE, WHAT, "action"),
        (Kind.SEARCH_RESOURCE, WHAT, "resource"),
        (Kind.SEARCH_ACTION, HOW, "subject"),
        (Kind.SEARCH_ACTION, HOW, "resource"),
    ],
)
def test_what_a_search_needs_is_named_when_it_is_missing(
    kind: Kind, request_: dict[str, Any], missing: str
) -> None:
    rest = {name: each for name, each in request_.items() if name != missing}
    assert missing in refused(kind, rest)


@pytest.mark.parametrize(
    "extra",
    [
        {"subject": "reader"},
        {"subject": {}},
        {"resource": {"type": "book"}},
        {"context": 3},
        {"page": 3},
        {"page": {"limit": -1}},
        {"page": {"limit": "1"}},
        {"page": {"limit": True}},
        {"page": {"limit": 1.5}},
        {"page": {"token": 3}},
    ],
)
def test_a_search_of_the_wrong_shape_is_a_bad_request(extra: dict[str, Any]) -> None:
    refused(Kind.SEARCH_SUBJECT, {**WHO, **extra})


def test_context_and_properties_take_part_in_every_decision() -> None:
    library = Library()
    thing = {**EMMA, "properties": {"shelf": 3}}
    sought = {"type": "reader", "properties": {"age": 9}}
    context = {"hour": 9}
    request = {**WHO, "resource": thing, "subject": sought, "context": context}
    answered(Kind.SEARCH_SUBJECT, request, library)
    assert len(library.asked) == 3
    for question in library.asked:
        assert question.context == context
        assert question.resource.properties == {"shelf": 3}
        assert question.subject.properties == {"age": 9}


def turn(
    page: dict[str, Any],
    library: Library | None = None,
    request: dict[str, Any] = WHO,
    **headers: str,
) -> tuple[list[str], str]:
    kind = Kind.SEARCH_SUBJECT
    answer = answered(kind, {**request, "page": page}, library, **headers)
    return [each["id"] for each in answer["results"]], answer["page"]["next_token"]


def test_a_token_without_a_limit_keeps_the_limit() -> None:
    library = Library()
    library.groups["cy"] = {"town"}
    first, token = turn({"limit": 1}, library)
    second, token = turn({"token": token}, library)
    third, token = turn({"token": token, "limit": 1}, library)
    assert (first, second, third, token) == (["ada"], ["bea"], ["cy"], "")


def test_an_empty_token_is_the_beginning() -> None:
    assert turn({"token": ""}) == (["ada", "bea"], "")


def test_a_limit_of_nothing_finds_nothing_and_says_whether_there_is_more() -> None:
    found, token = turn({"limit": 0})
    assert (found, bool(token)) == ([], True)
    assert turn({"limit": 0}, Library(grants=set())) == ([], "")


def test_another_limit_on_the_way_is_a_bad_request() -> None:
    _, token = turn({"limit": 1})
    page = {"token": token, "limit": 2}
    assert "limit" in refused(Kind.SEARCH_SUBJECT, {**WHO, "page": page})


@pytest.mark.parametrize(
    "change",
    [
        {"action": {"name": "borrow"}},
        {"resource": {"type": "book", "id": "dune"}},
        {"resource": {**EMMA, "properties": {"shelf": 3}}},
        {"subject": {"type": "ghost"}},
        {"context": {"hour": 9}},
    ],
)
def test_a_token_is_not_for_a_changed_search(change: dict[str, Any]) -> None:
    _, token = turn({"limit": 1})
    request = {**WHO, **change, "page": {"token": token}}
    assert "token" in refused(Kind.SEARCH_SUBJECT, request)


def test_the_order_of_members_and_unknown_ones_change_nothing() -> None:
    first = {**WHO, "context": {"a": 1, "b": 2}}
    _, token = turn({"limit": 1}, request=first)
    again = {"odd": 1, **dict(reversed(WHO.items())), "context": {"b": 2, "a": 1}}
    assert turn({"token": token}, request=again) == (["bea"], "")


def test_a_token_is_not_for_another_search_caller_or_history() -> None:
    _, token = turn({"limit": 1})
    request = {**WHO, "subject": ADA, "page": {"token": token}}
    assert "token" in refused(Kind.SEARCH_RESOURCE, request)
    request = {**WHO, "page": {"token": token}}
    assert "token" in refused(
        Kind.SEARCH_SUBJECT, request, Library(state="after a restore")
    )
    other = send(Kind.SEARCH_SUBJECT, request, caller=Caller(id="k_other"))
    assert other.status == 400


def test_a_token_that_was_touched_anywhere_is_refused() -> None:
    _, token = turn({"limit": 1})
    for at, letter in enumerate(token):
        touched = token[:at] + ("A" if letter != "A" else "B") + token[at + 1 :]
        refused(Kind.SEARCH_SUBJECT, {**WHO, "page": {"token": touched}})
    for wrong in (token + "A", token + "=", token[:-1], token[1:], "x", "è", "+/+/"):
        refused(Kind.SEARCH_SUBJECT, {**WHO, "page": {"token": wrong}})


def test_a_token_of_an_older_key_is_read_and_of_a_forgotten_one_is_not() -> None:
    _, token = turn({"limit": 1})
    body = body_of({**WHO, "page": {"token": token}})
    for keys, status in (([b"new" * 9, KEY], 200), ([b"new" * 9], 400)):
        reply = Service(keys).answer(
            Caller(), Library(), Kind.SEARCH_SUBJECT, JSON, body
        )
        assert reply.status == status


def test_pages_go_on_over_a_change_and_never_go_back_before_it() -> None:
    library = Library()
    _, token = turn({"limit": 1}, library)
    library.revision = 8
    library.groups["cy"] = {"town"}
    assert turn({"token": token}, library)[0] == ["bea"]
    behind = Library(revision=6)
    request = {**WHO, "page": {"token": token}}
    reply = send(Kind.SEARCH_SUBJECT, request, behind)
    assert reply.status == 503
    assert dict(reply.headers)["Retry-After"] == "1"


class CatchingUp(Library):
    """Another worker, behind until somebody asks for more."""

    def at_least(self, revision: int) -> None:
        self.revision = max(self.revision, revision)


def test_a_worker_that_is_behind_catches_up_with_the_token() -> None:
    _, token = turn({"limit": 1})
    request = {**WHO, "page": {"token": token}}
    reply = send(Kind.SEARCH_SUBJECT, request, CatchingUp(revision=6))
    assert dict(reply.headers)["Delega-Revision"] == "7"


def test_one_who_went_between_two_pages_costs_nobody_else_his_place() -> None:
    library = Library()
    library.groups["cy"] = {"town"}
    _, token = turn({"limit": 1}, library)
    library.readers = ("bea", "cy")
    assert turn({"token": token}, library)[0] == ["bea"]


class Many(Library):
    """As many readers as wanted, of whom the last few may read."""

    def candidates(self, wanted: Wanted, question: Evaluation) -> Iterable[str]:
        return (f"r{number:05}" for number in range(self.most))

    def holds(self, who: str) -> set[str]:
        return {"town"} if int(who[1:]) >= self.most - 2 else set()


def test_a_page_that_asks_too_much_ends_early_and_says_so() -> None:
    library = Many(most=MAX_CANDIDATES + 1)
    first, token = turn({}, library)
    assert first == [f"r{MAX_CANDIDATES - 1:05}"]
    assert len(library.asked) == MAX_CANDIDATES
    assert turn({"token": token}, library) == ([f"r{MAX_CANDIDATES:05}"], "")
    assert turn({}, Many(most=MAX_CANDIDATES))[1] == ""


class Crowd(Many):
    """Everybody may read."""

    def holds(self, who: str) -> set[str]:
        return {"town"}


@pytest.mark.parametrize("page", [{}, {"limit": MAX_RESULTS + 1}])
def test_a_page_holds_so_many_results_and_no_more(page: dict[str, Any]) -> None:
    exactly = turn(page, Crowd(most=MAX_RESULTS))
    assert (len(exactly[0]), exactly[1]) == (MAX_RESULTS, "")
    found, token = turn(page, Crowd(most=MAX_RESULTS + 1))
    assert len(found) == MAX_RESULTS
    assert len(turn({**page, "token": token}, Crowd(most=MAX_RESULTS + 1))[0]) == 1


def test_a_search_is_charged_before_it_is_asked() -> None:
    library = Library(most=2)
    reply = send(Kind.SEARCH_SUBJECT, WHO, library)
    assert (reply.status, library.charged) == (429, [3])
    assert not library.asked
    assert send(Kind.SEARCH_SUBJECT, WHO).decisions == 3
    request = {**WHO, "page": {"limit": 1}}
    assert send(Kind.SEARCH_SUBJECT, request).decisions == 2


class Long(Library):
    """Ids as long as they may be, that differ at the end alone."""

    def candidates(self, wanted: Wanted, question: Evaluation) -> Iterable[str]:
        return ["è" * (MAX_STRING_BYTES // 2 - 1) + end for end in "ab"]

    def holds(self, who: str) -> set[str]:
        return {"town"}


def test_a_token_is_short_however_long_the_ids() -> None:
    library = Long()
    first, token = turn({"limit": 1}, library)
    second, end = turn({"token": token}, library)
    assert {each[0][-1] for each in (first, second)} == {"a", "b"}
    assert not end
    assert len(token) <= MAX_STRING_BYTES


class Shut(Library):
    """Does not look for this caller at all."""

    def candidates(self, wanted: Wanted, question: Evaluation) -> Iterable[str]:
        raise BadRequestError("say which library")


def test_what_the_source_needs_and_misses_is_told() -> None:
    assert refused(Kind.SEARCH_SUBJECT, WHO, Shut()) == "say which library"


def test_the_page_comes_first() -> None:
    body = send(Kind.SEARCH_SUBJECT, WHO).body
    assert body.startswith(b'{"page":{"next_token":""},"results":[')
    assert json.loads(body)
