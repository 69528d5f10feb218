"""The lane and the view answer every request alike, to the byte."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authz import NotReadyError
from authz.pdp import PATHS, Kind
from tests.authz.pdp import strategies
from tests.builders import Company, a_company, a_user
from tests.examples.cases import NAMES, requests
from tests.webapp.decisions.asking import EVERY_SCOPE, MANY, ONE, WHO, a_key, question
from tests.webapp.lane.conftest import Both
from tests.webapp.lane.serving import a_post
from webapp.decisions.callers import callers
from webapp.decisions.meter import Meter

BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"{} {}",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"POST /access/v1/evaluation HTTP/1.1\r\n\r\n",
    b'{"a": NaN}',
    b'{"a": -Infinity}',
    b'{"a": 1e999}',
    b'{"a": 9007199254740993}',
    b'{"a": 1, "a": 2}',
    rb'{"a": 1, "\u0061": 2}',
    rb'{"a": "\ud800"}',
    rb'{"a": "\u0000"}',
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


def test_questions_of_every_kind(both: Both, company: Company, key: str) -> None:
    user, name = a_user(both.app, company, "invoicing.read")
    other = a_company(both.app)
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
    seen = set()
    for one in asked:
        body = json.dumps(one).encode()
        for path in (ONE, MANY, f"/a/{company.id}{ONE}", f"/a/{other.id}{ONE}"):
            seen.add(both.ask(a_post(path, body, key)).status)
        both.ask(a_post(ONE, body, key, "X-Request-ID: r-1"))
    assert seen == {200, 400, 403}
    whole = {**asked[0], "evaluations": [{}, *asked, {"subject": 1}]}
    for semantic in ("execute_all", "deny_on_first_deny", "permit_on_first_permit", ""):
        body = json.dumps({**whole, "options": {"evaluations_semantic": semantic}})
        both.ask(a_post(MANY, body.encode(), key))


@pytest.mark.parametrize("name", NAMES)
def test_the_requests_of_the_standards_scenarios(
    both: Both, company: Company, key: str, name: str
) -> None:
    asked = [request for kind, request, _ in requests(name) if kind is Kind.EVALUATION]
    for kind, request, _ in list(requests(name))[:20]:
        data = a_post(
            f"/a/{company.id}{PATHS[kind]}", json.dumps(request).encode(), key
        )
        assert both.ask(data, taken=kind is Kind.EVALUATION).status in (200, 400)
    batch = json.dumps({"evaluations": asked[:50]}).encode()
    answer = both.ask(a_post(f"/a/{company.id}{MANY}", batch, key))
    assert answer.status == (200 if asked else 400)


@pytest.mark.parametrize(
    "more",
    [
        "Delega-At-Least: 1",
        "Delega-At-Least: 999999",
        "Delega-At-Least: x",
        "X-Request-ID: r-1",
        "X-Request-ID:   r 1  ",
        "X-Request-ID: ",
        "X-Request-ID: " + "r" * 129,
        "X-Request-ID: " + "r" * 1025,
        "Accept: text/html",
        "Cookie: language=it; delega=x",
        "Accept-Language: it",
        "Accept-Encoding: gzip",
        "Origin: https://elsewhere.example",
        "Sec-Fetch-Site: cross-site",
        "Referer: https://elsewhere.example/",
        "If-None-Match: *",
        "Range: bytes=0-1",
        "X-HTTP-Method-Override: DELETE",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: elsewhere.example",
        "X-Forwarded-Prefix: /x",
        "Forwarded: for=1.2.3.4;proto=https",
        "Host-Of: x",
    ],
)
def test_headers_that_are_read_and_others(
    both: Both, company: Company, key: str, more: str
) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    for data in (body, b"{"):
        both.ask(a_post(ONE, data, key, more))


@pytest.mark.parametrize("wish", ["1", "yes"])
def test_an_explanation_is_the_views(
    both: Both, company: Company, key: str, wish: str
) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    data = a_post(ONE, body, key, f"Delega-Explain: {wish}")
    assert both.ask(data, taken=False).status == (200 if wish == "1" else 400)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8000",
        "x",
        "X-y.z",
        "-",
        "[::1]:8000",
        "[:::1]",
        "x:65536",
        "x:99999",
        "x" * 63,
        ".".join(["x" * 63] * 8),
    ],
)
def test_hosts(both: Both, company: Company, key: str, host: str) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    data = a_post(ONE, body, key).replace(b"pdp.example.it", host.encode())
    assert both.ask(data).status == 200


@pytest.mark.parametrize(
    "host", ["a..b", ".", ".a", "a.", "x" * 64, "[1.2.3.4]", "a b", "a_b", "a:0", "è"]
)
def test_odd_hosts_are_for_flask_to_judge(
    both: Both, company: Company, key: str, host: str
) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    data = a_post(ONE, body, key).replace(b"pdp.example.it", host.encode("latin-1"))
    both.ask(data, taken=False)


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "text/plain", "APPLICATION/JSON", ""]
)
def test_content_types(both: Both, company: Company, key: str, kind: str) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    data = a_post(ONE, body, key)
    both.ask(data.replace(b"application/json", kind.encode()))


def test_keys_that_are_refused_are_refused_by_the_view(
    both: Both, company: Company, key: str
) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    assert both.ask(a_post(ONE, body, "no-key"), taken=False).status == 401
    bare = a_post(ONE, body, key).replace(b"Bearer", b"Basic")
    assert both.ask(bare, taken=False).status == 401
    narrow = a_key(both.app, company.id, scopes=("search",))
    assert both.ask(a_post(ONE, body, narrow), taken=False).status == 403
    for scope in EVERY_SCOPE[::2]:
        own = a_key(both.app, scopes=(scope,))
        both.ask(a_post(ONE, body, own), taken=scope != "explain")


def test_a_throttled_key_is_refused_by_the_view_with_its_seconds(
    both: Both, company: Company, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with both.app.app_context():
        monkeypatch.setattr(callers(), "_meter", Meter(0.001))
    body = json.dumps(question(company.owner, company.id)).encode()
    data = a_post(ONE, body, key, "X-Request-ID: r-1")
    assert both.lane.ask(data).status == 200
    refused = both.ask(data, taken=False)
    assert refused.status == 429
    assert int(refused.header("retry-after") or 0) > 0


def test_a_batch_beyond_the_limit_is_refused_alike(
    both: Both, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = question(company.owner, company.id)
    body = json.dumps({**one, "evaluations": [{}] * 20}).encode()
    fresh = [a_key(both.app, company.id) for _ in "ab"]
    with both.app.app_context():
        monkeypatch.setattr(callers(), "_meter", Meter(60.0))
    lane, stock = (a_post(MANY, body, key, "X-Request-ID: r-1") for key in fresh)
    for wanted in (200, 429):
        mine, theirs = both.lane.ask(lane), both.stock.ask(stock)
        assert (mine.status, theirs.status) == (wanted, wanted)
        assert mine.body == theirs.body


def test_when_nobody_can_tell_who_asks_it_is_a_503(
    both: Both, company: Company, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_identity: str) -> None:
        raise NotReadyError("the store does not answer")

    with both.app.app_context():
        monkeypatch.setattr(callers(), "_get", away)
    body = json.dumps(question(company.owner, company.id)).encode()
    data = a_post(ONE, body, key, "X-Request-ID: r-1")
    assert both.ask(data, taken=False).status == 503


def test_when_no_decision_can_be_made_it_is_a_503(
    both: Both, company: Company, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_asked: object) -> None:
        raise NotReadyError("the store does not answer")

    monkeypatch.setattr(both.app.extensions["delega_enforcer"], "decide", away)
    body = json.dumps(question(company.owner, company.id)).encode()
    refused = both.ask(a_post(ONE, body, key))
    assert refused.status == 503
    assert refused.header("retry-after")


def test_bodies_that_are_too_large_and_searches_are_the_views(
    both: Both, company: Company, key: str
) -> None:
    body = json.dumps(question(company.owner, company.id)).encode()
    largest = body.ljust(65_536)
    assert both.ask(a_post(ONE, largest, key)).status == 200
    assert both.ask(a_post(MANY, largest + b" ", key), taken=False).status == 200
    assert both.ask(a_post(WHO, body, key), taken=False).status == 200
    assert both.ask(a_post(ONE, largest + b" ", key), taken=False).status == 400


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
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
