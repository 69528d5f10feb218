"""The way in: scopes, headers, revisions, and what an error looks like."""

import json
import logging
from typing import Any

import pytest

from authz.decision import Reason
from authz.errors import NotReadyError
from authz.pdp import DENIALS, SCOPES, Kind, denial
from tests.authz.pdp.library import (
    ALL_SCOPES,
    BORROW,
    READ,
    Caller,
    Library,
    answered,
    refused,
    send,
)


@pytest.mark.parametrize("kind", Kind)
def test_each_endpoint_needs_its_own_scope(kind: Kind) -> None:
    caller = Caller(scopes=ALL_SCOPES - {SCOPES[kind]})
    reply = send(kind, READ, caller=caller)
    assert reply.status == 403
    assert SCOPES[kind].encode() in reply.body
    assert b"decision" not in reply.body
    assert send(kind, READ, caller=Caller(scopes=frozenset({SCOPES[kind]}))).status == (
        200
    )


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8; odd=1",
        "Application/JSON",
        " application/json ",
    ],
)
def test_content_types_with_parameters_are_taken(content_type: str) -> None:
    reply = send(Kind.EVALUATION, READ, content_type=content_type)
    assert reply.status == 200


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/jsonp", "application/problem+json"]
)
def test_other_content_types_are_refused(content_type: str) -> None:
    message = refused(Kind.EVALUATION, READ, content_type=content_type)
    assert message == "send `Content-Type: application/json`"


@pytest.mark.parametrize("kind", Kind)
def test_every_answer_carries_revision_and_release(kind: Kind) -> None:
    headers = dict(send(kind, READ).headers)
    assert headers["Delega-Revision"] == "7"
    assert headers["Delega-Release"] == "r1"


class Nameless(Library):
    def decide(self, question: Any) -> Any:
        outcome = super().decide(question)
        return type(outcome)(allowed=outcome.allowed, revision=outcome.revision)


def test_a_source_without_releases_has_no_such_header() -> None:
    reply = send(Kind.EVALUATION, {**READ, **BORROW}, Nameless())
    assert reply.body == b'{"decision":false}'
    assert "Delega-Release" not in dict(reply.headers)


@pytest.mark.parametrize("identity", ["abc-1", "x" * 1024, "!~", "{'a': 1}"])
def test_a_request_id_comes_back_on_answers_and_errors(identity: str) -> None:
    for kind in Kind:
        for body in (READ, b"{"):
            headers = dict(send(kind, body, x_request_id=identity).headers)
            assert headers["X-Request-ID"] == identity
    refusal = send(
        Kind.EVALUATION, READ, caller=Caller(scopes=frozenset()), x_request_id=identity
    )
    assert dict(refusal.headers)["X-Request-ID"] == identity


@pytest.mark.parametrize(
    "identity", ["", "a\r\nSet-Cookie: x", "a\tb", "è", "x" * 1025]
)
def test_a_request_id_that_could_end_a_line_does_not(identity: str) -> None:
    reply = send(Kind.EVALUATION, READ, x_request_id=identity)
    assert reply.status == 200
    assert "X-Request-ID" not in dict(reply.headers)


@pytest.mark.parametrize("kind", Kind)
def test_a_revision_that_is_here_is_served_and_one_beyond_is_not(kind: Kind) -> None:
    assert send(kind, READ, delega_at_least="7").status == 200
    reply = send(kind, READ, delega_at_least="8", x_request_id="r-1")
    assert reply.status == 503
    assert dict(reply.headers)["Retry-After"] == "1"
    assert dict(reply.headers)["X-Request-ID"] == "r-1"
    assert json.loads(reply.body) == "revision 8 is not here yet; try again"


@pytest.mark.parametrize(
    "text", ["", "-1", "7.0", "seven", "٧", "9" * 19, "7 ", "0x7", "+7"]
)
def test_what_is_no_revision_is_a_bad_request(text: str) -> None:
    assert "Delega-At-Least" in refused(Kind.EVALUATION, READ, delega_at_least=text)


class Down(Library):
    def decide(self, question: Any) -> Any:
        raise NotReadyError("host=db.internal is away")


@pytest.mark.parametrize(
    ("kind", "extra"),
    [
        (Kind.EVALUATION, {}),
        (Kind.EVALUATIONS, {}),
        (Kind.EVALUATIONS, {"evaluations": [{}, {}]}),
        (Kind.SEARCH_SUBJECT, {}),
    ],
)
def test_no_answer_is_a_503_that_tells_the_log_why_and_not_the_caller(
    kind: Kind, extra: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        reply = send(kind, {**READ, **extra}, Down())
    assert reply.status == 503
    assert dict(reply.headers)["Retry-After"] == "1"
    assert reply.body == b'"no answer can be given now; try again"'
    assert "db.internal" in caplog.text


def test_the_trace_is_for_those_who_ask_for_it_and_may_have_it() -> None:
    plain = answered(Kind.EVALUATION, READ)
    assert plain == {"decision": True}
    traced = answered(Kind.EVALUATION, READ, delega_explain="1")
    trace = ["ada", "circle", "town"]
    assert traced == {"decision": True, "context": {"trace": trace}}
    denied = answered(Kind.EVALUATIONS, {**READ, **BORROW}, delega_explain="1")
    assert denied["context"] == {**denial(Reason.NO_PERMISSION), "trace": trace}
    request = {**READ, "evaluations": [{}]}
    batch = answered(Kind.EVALUATIONS, request, delega_explain="1")
    assert batch == {"evaluations": [traced]}


def test_the_trace_needs_its_scope() -> None:
    caller = Caller(scopes=frozenset({"decide"}))
    reply = send(Kind.EVALUATION, READ, caller=caller, delega_explain="1")
    assert reply.status == 403
    assert b"explain" in reply.body
    assert send(Kind.EVALUATION, READ, caller=caller).status == 200


def test_another_wish_for_a_trace_is_a_bad_request() -> None:
    assert "Delega-Explain" in refused(Kind.EVALUATION, READ, delega_explain="yes")


@pytest.mark.parametrize(
    ("body", "caller", "status", "code"),
    [
        (b"{", Caller(), 400, "bad_request"),
        (b"[" * 100_000, Caller(), 400, "limit"),
        (READ, Caller(scopes=frozenset()), 403, "forbidden"),
        (
            {**READ, "resource": {"type": "book", "id": "burnt"}},
            Caller(),
            404,
            "not_found",
        ),
    ],
)
def test_who_asks_for_problems_gets_them_with_a_stable_code(
    body: Any, caller: Caller, status: int, code: str
) -> None:
    accept = "application/problem+json"
    reply = send(Kind.EVALUATION, body, caller=caller, accept=accept)
    problem = json.loads(reply.body)
    plain = json.loads(send(Kind.EVALUATION, body, caller=caller).body)
    assert (reply.status, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"urn:delega:problem:{code}"
    assert problem["detail"] == plain
    assert dict(reply.headers)["Content-Type"] == accept


def test_what_is_charged_too_much_has_its_code_and_a_time() -> None:
    request = {**READ, "evaluations": [{}, {}]}
    reply = send(
        Kind.EVALUATIONS, request, Library(most=1), accept="application/problem+json"
    )
    assert json.loads(reply.body)["code"] == "too_many_decisions"
    assert dict(reply.headers)["Retry-After"] == "3"


def test_an_answer_is_no_problem_however_the_caller_would_like_one() -> None:
    reply = send(Kind.EVALUATION, READ, accept="application/problem+json")
    assert dict(reply.headers)["Content-Type"] == "application/json"


def test_a_reason_to_refuse_has_its_code_and_four_texts() -> None:
    assert set(DENIALS) == set(Reason) - {Reason.GRANTED}
    for reason, encoded in DENIALS.items():
        context = json.loads(encoded)
        assert context == denial(reason)
        assert context["code"] == reason.value
        for audience in ("reason_user", "reason_admin"):
            assert context[audience].keys() == {"it", "en"}
            assert all(context[audience].values())
