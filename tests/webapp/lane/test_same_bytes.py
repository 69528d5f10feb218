"""The lane and the view answer every request alike, to the byte."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from gunicorn.workers.gthread import ThreadWorker
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authz import NotReadyError
from tests.authz.pdp import strategies
from tests.builders import Company, a_company, a_user
from tests.webapp.decisions.asking import EVERY_SCOPE, MANY, ONE, WHO, a_key, question
from tests.webapp.lane.serving import Answer, Client, a_post, by_lane, serving
from webapp.decisions.callers import callers
from webapp.decisions.meter import Meter

#: Differ from one answer to the next, whichever way it takes.
_OWN = ("date", "x-request-id")


@dataclass(frozen=True)
class Both:
    """One application behind two workers: with the lane, and stock."""

    app: Flask
    lane: Client
    stock: Client

    def ask(self, data: bytes, *, taken: bool = True) -> Answer:
        """The answer of both, which must be one; `taken` says by whom it was given."""
        before = by_lane(self.app)
        mine, theirs = self.lane.ask(data), self.stock.ask(data)
        assert (by_lane(self.app) > before) is taken
        assert mine.status == theirs.status
        assert mine.body == theirs.body
        assert comparable(mine, data) == comparable(theirs, data)
        assert mine.header("x-request-id")
        return mine


def comparable(answer: Answer, data: bytes) -> list[tuple[str, str]]:
    drop = _OWN[:1] if b"X-Request-ID: r-1\r" in data else _OWN
    return sorted(pair for pair in answer.headers if pair[0] not in drop)


@pytest.fixture
def both(app: Flask) -> Iterator[Both]:
    with (
        serving(app) as ours,
        serving(app, ThreadWorker) as theirs,
        ours.connect() as lane,
        theirs.connect() as stock,
    ):
        yield Both(app, lane, stock)


@pytest.fixture
def key(app: Flask, company: Company) -> str:
    return a_key(app, company.id)


BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b'{"a": NaN}',
    b'{"a": 1, "a": 2}',
    rb'{"a": "\ud800"}',
    b'{"subject": "x"}',
    b'{"a": "' + b"x" * 2_000 + b'"}',
    b"[" * 60_000,
    b'{"a":' * 12_000,
]


@pytest.mark.parametrize("path", [ONE, MANY])
def test_bodies_that_are_no_question(both: Both, key: str, path: str) -> None:
    for body in BODIES:
        for more in ((), ("Accept: application/problem+json", "X-Request-ID: r-1")):
            answer = both.ask(a_post(path, body, key, *more))
            assert answer.status == 400


def test_questions_of_every_kind(
    app: Flask, both: Both, company: Company, key: str
) -> None:
    user, name = a_user(app, company, "invoicing.read")
    other = a_company(app)
    asked = [
        question(company.owner, company.id),
        question(user, company.id),
        question(user, company.id, "nothing"),
        question(user, company.id, "draft", "nothing"),
        question("u_nobody", company.id),
        question(user, other.id),
        question(user, "a_nobody"),
        {**question(user, company.id), "subject": {"type": "user_name", "id": name}},
        {**question(user, company.id), "subject": {"type": "robot", "id": "x"}},
        {**question(user, company.id), "context": {}},
        {**question(user, company.id), "odd": [1, {"a": None}]},
    ]
    for one in asked:
        body = json.dumps(one).encode()
        for path in (ONE, MANY, f"/a/{company.id}{ONE}", f"/a/{other.id}{ONE}"):
            both.ask(a_post(path, body, key))
            both.ask(a_post(path, body, key, "X-Request-ID: r-1"))
    whole = {**asked[0], "evaluations": [{}, *asked, {"subject": 1}]}
    for semantic in ("execute_all", "deny_on_first_deny", "permit_on_first_permit", ""):
        body = json.dumps({**whole, "options": {"evaluations_semantic": semantic}})
        both.ask(a_post(MANY, body.encode(), key))


@pytest.mark.parametrize(
    "more",
    [
        "Delega-Explain: 1",
        "Delega-Explain: yes",
        "Delega-At-Least: 1",
        "Delega-At-Least: 999999",
        "Delega-At-Least: x",
        "X-Request-ID: r-1",
        "X-Request-ID:   r 1  ",
        "X-Request-ID: ",
        "X-Request-ID: " + "r" * 1025,
        "Accept: text/html",
        "Cookie: language=it; delega=x",
        "Accept-Language: it",
        "X-Forwarded-Proto: https",
        "Host-Of: x",
    ],
)
def test_headers_that_are_read_and_others(
    both: Both, company: Company, key: str, more: str
) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    for data in (body, b"{"):
        both.ask(a_post(ONE, data, key, more))


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "text/plain", "APPLICATION/JSON", ""]
)
def test_content_types(both: Both, company: Company, key: str, kind: str) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    data = a_post(ONE, body, key)
    both.ask(data.replace(b"application/json", kind.encode()))


def test_keys_that_are_refused_are_refused_by_the_view(
    app: Flask, both: Both, company: Company, key: str
) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    assert both.ask(a_post(ONE, body, "no-key"), taken=False).status == 401
    bare = a_post(ONE, body, key).replace(b"Bearer", b"Basic")
    assert both.ask(bare, taken=False).status == 401
    narrow = a_key(app, company.id, scopes=("search",))
    assert both.ask(a_post(ONE, body, narrow), taken=False).status == 403
    for scope in EVERY_SCOPE[::2]:
        both.ask(
            a_post(ONE, body, a_key(app, scopes=(scope,))), taken=scope != "explain"
        )


def test_a_throttled_key_is_refused_by_the_view_with_its_seconds(
    app: Flask, both: Both, company: Company, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        monkeypatch.setattr(callers(), "_meter", Meter(0.001))
    body = json.dumps(question(company.owner, company.id)).encode()
    data = a_post(ONE, body, key, "X-Request-ID: r-1")
    assert both.lane.ask(data).status == 200
    refused = both.ask(data, taken=False)
    assert refused.status == 429
    assert int(refused.header("retry-after") or 0) > 0


def test_when_nobody_can_tell_who_asks_it_is_a_503(
    app: Flask, both: Both, company: Company, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_identity: str) -> None:
        raise NotReadyError("the store does not answer")

    with app.app_context():
        monkeypatch.setattr(callers(), "_get", away)
    body = json.dumps(question(company.owner, company.id)).encode()
    data = a_post(ONE, body, key, "X-Request-ID: r-1")
    assert both.ask(data, taken=False).status == 503


def test_when_no_decision_can_be_made_it_is_a_503(
    app: Flask, both: Both, company: Company, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_asked: object) -> None:
        raise NotReadyError("the store does not answer")

    monkeypatch.setattr(app.extensions["delega_enforcer"], "decide", away)
    body = json.dumps(question(company.owner, company.id)).encode()
    assert both.ask(a_post(ONE, body, key)).status == 503


def test_bodies_that_are_too_large_and_searches_are_the_views(
    both: Both, company: Company, key: str
) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    large = body + b" " * 65_536
    assert both.ask(a_post(MANY, large, key), taken=False).status == 200
    assert both.ask(a_post(WHO, body, key), taken=False).status == 200
    assert both.ask(a_post(ONE, large, key), taken=False).status == 400


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    body=strategies.request.flatmap(strategies.written) | st.binary(max_size=40),
    path=st.sampled_from([ONE, MANY]),
    problem=st.booleans(),
)
def test_anything_near_a_request(
    both: Both, key: str, body: bytes, path: str, problem: bool
) -> None:
    more = ["Accept: application/problem+json"] if problem else []
    both.ask(a_post(path, body, key, *more))
