"""What holds for every body there is."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from authz.pdp import ItemError, Kind, Service, is_lone, read_plain, told
from tests.authz.pdp import strategies
from tests.authz.pdp.library import JSON, KEY, READ, Caller, Library, answered, send

KINDS = st.sampled_from(list(Kind))


def is_decision(value: Any) -> bool:
    fits = isinstance(value["decision"], bool) and value.keys() <= {
        "decision",
        "context",
    }
    return fits and isinstance(value.get("context", {}), dict)


def is_entity(value: Any) -> bool:
    return value.keys() in ({"type", "id"}, {"name"})


@given(KINDS, strategies.bodies | strategies.torn() | st.binary(max_size=60))
def test_any_body_is_an_answer_in_our_shape_or_a_message(
    kind: Kind, body: bytes
) -> None:
    reply = send(kind, body)
    value = json.loads(reply.body)
    assert reply.status in (200, 400, 404)
    if reply.status != 200:
        assert isinstance(value, str)
        assert b"decision" not in reply.body
    elif kind in (Kind.EVALUATION, Kind.EVALUATIONS):
        items = value.get("evaluations", [value])
        assert all(is_decision(item) for item in items)
    else:
        assert list(value) == ["page", "results"]
        assert list(value["page"]) == ["next_token"]
        assert all(is_entity(result) for result in value["results"])


@given(KINDS, strategies.bodies)
def test_the_same_request_has_the_same_reply(kind: Kind, body: bytes) -> None:
    assert send(kind, body) == send(kind, body)


@given(
    KINDS,
    strategies.bodies | st.just(json.dumps(READ).encode()),
    st.fixed_dictionaries(
        {"content-type": st.sampled_from([*JSON.values(), "text/plain", "X/y; z"])},
        optional={
            "x-request-id": st.sampled_from(["r-1", "", "a\nb", "è", "r" * 1_025]),
            "accept": st.sampled_from(["*/*", "application/problem+json"]),
            "delega-at-least": st.sampled_from(["1", "99", "x"]),
            "delega-explain": st.sampled_from(["1", "x"]),
        },
    ),
)
def test_what_is_read_apart_is_answered_as_the_service_answers_it(
    kind: Kind, body: bytes, headers: dict[str, str]
) -> None:
    question = read_plain(body)
    if not is_lone(kind, headers) or question is None:
        return
    library, other = Library(), Library()
    service = Service([KEY])
    name = headers.get("x-request-id", "ours")
    named = {**headers, "x-request-id": name}
    whole = service.answer(Caller(), library, kind, named, body)
    try:
        apart = told(other.decide(question), name)
    except ItemError:
        assert whole.status == 404
        return
    assert apart == whole
    assert library.asked == other.asked


@given(strategies.bodies)
def test_an_allow_is_only_where_the_source_allowed(body: bytes) -> None:
    for kind in (Kind.EVALUATION, Kind.EVALUATIONS):
        assert b'"decision":true' not in send(kind, body, Library(grants=set())).body


@given(st.lists(strategies.item, min_size=1, max_size=5), strategies.question)
def test_a_batch_is_its_items_asked_one_by_one(
    items: list[dict[str, Any]], defaults: dict[str, Any]
) -> None:
    batch = send(Kind.EVALUATIONS, {**defaults, "evaluations": items})
    if batch.status == 400:  # somewhere is a string that is no text, or a large number
        return
    for item, answer in zip(items, json.loads(batch.body)["evaluations"], strict=True):
        alone = send(Kind.EVALUATION, {**defaults, **item})
        if alone.status == 200:
            assert json.loads(alone.body) == answer
        else:
            failure = answer["context"]["error"]
            assert (answer["decision"], failure["status"]) == (False, alone.status)
            assert json.loads(alone.body) == failure["message"]


@st.composite
def libraries(draw: st.DrawFn) -> Library:
    """Random groups of groups, circles included, and random grants."""
    people = ["ada", "bea", "cy", "town", "circle", "guild"]
    who, books = st.sampled_from(people), st.sampled_from(["dune", "emma", "burnt"])
    grants = st.tuples(who, st.sampled_from(["read", "borrow", "burn"]), books)
    return Library(
        groups=draw(st.dictionaries(who, st.sets(who, max_size=2))),
        grants=draw(st.sets(grants, max_size=6)),
    )


def evaluates(library: Library, subject: str, action: str, book: str) -> bool:
    request = {
        "subject": {"type": "reader", "id": subject},
        "action": {"name": action},
        "resource": {"type": "book", "id": book},
    }
    answer = send(Kind.EVALUATION, request, library)
    return answer.status == 200 and json.loads(answer.body)["decision"]


@given(
    libraries(),
    st.sampled_from(["ada", "bea", "nobody"]),
    st.sampled_from(["read", "burn", "fly"]),
    st.sampled_from(["emma", "burnt", "lost"]),
)
def test_search_finds_what_evaluation_allows_and_nothing_else(
    library: Library, person: str, action: str, book: str
) -> None:
    subject = {"type": "reader", "id": person}
    verb, thing = {"name": action}, {"type": "book", "id": book}
    found = {
        kind: [each.get("id") or each["name"] for each in answer["results"]]
        for kind, request in {
            Kind.SEARCH_SUBJECT: {
                "subject": {"type": "reader"},
                "action": verb,
                "resource": thing,
            },
            Kind.SEARCH_RESOURCE: {
                "subject": subject,
                "action": verb,
                "resource": {"type": "book"},
            },
            Kind.SEARCH_ACTION: {"subject": subject, "resource": thing},
        }.items()
        for answer in [answered(kind, request, library)]
    }
    assert found == {
        Kind.SEARCH_SUBJECT: [
            each for each in library.readers if evaluates(library, each, action, book)
        ],
        Kind.SEARCH_RESOURCE: [
            each for each in library.books if evaluates(library, person, action, each)
        ],
        Kind.SEARCH_ACTION: [
            each for each in library.actions if evaluates(library, person, each, book)
        ],
    }


@given(libraries(), st.integers(1, 4), st.sampled_from(["read", "borrow"]))
def test_pages_put_together_are_the_whole(
    library: Library, limit: int, action: str
) -> None:
    request = {
        "subject": {"type": "reader"},
        "action": {"name": action},
        "resource": {"type": "book", "id": "emma"},
    }
    whole = answered(Kind.SEARCH_SUBJECT, request, library)
    assert whole["page"] == {"next_token": ""}
    found, page = [], {"limit": limit}
    while True:
        answer = answered(Kind.SEARCH_SUBJECT, {**request, "page": page}, library)
        found += answer["results"]
        token = answer["page"]["next_token"]
        if not token:
            break
        assert len(answer["results"]) == limit
        page = {"token": token}
    assert found == whole["results"]


def test_the_question_of_these_tests_is_one_that_is_allowed() -> None:
    assert answered(Kind.EVALUATION, READ) == {"decision": True}
