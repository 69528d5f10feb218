"""What JSON is taken, and how much of it: at each limit, and one beyond."""

import json
from typing import Any

import pytest

from authz.pdp import (
    LIMITS,
    MAX_BATCH_BYTES,
    MAX_BODY_BYTES,
    MAX_DEPTH,
    MAX_STRING_BYTES,
    BadRequestError,
    Kind,
    parse,
)
from tests.authz.pdp.library import READ, answered, body_of, refused, send


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"x"',
        b"{",
        b"{} {}",
        b"\xff",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 9007199254740993}',
        b'{"a": 123456789012345678901234567890}',
        b'{"a": 01}',
        b'{"a": 1, "a": 2}',
        b'{"a": 1, "\\u0061": 2}',
        b'{"subject": {"id": "a", "id": "b"}}',
        b'{"x": [{"y": {"a": 1, "a": 1}}]}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        rb'{"a": "\u0000"}',
        rb'{"\u0000": 1}',
        rb'{"a": ["x", {"b": "\ud800"}]}',
        rb'{"a": "\uDFFF"}',
        b'{"a": "tab\there"}',
        b"{'a': 1}",
        b'{"a": 1,}',
    ],
)
def test_json_that_two_parsers_could_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequestError):
        parse(body)
    for kind in Kind:
        refused(kind, body)


@pytest.mark.parametrize(
    ("kept", "twice"),
    [
        (b'"type": "reader"', b'"type": "x", "type": "reader"'),
        (b'"name": "read"', b'"name": "burn", "name": "read"'),
        (b'"read"}', b'"read"}, "action": {"name": "read"}'),
        (b'"read"}', b'"read"}, "context": {}, "context": {}'),
        (b'"read"}', b'"read"}, "context": {"a": 1, "a": 1}'),
        (b'"read"}', b'"read"}, "context": {"a": [true], "a": 1}'),
        (b'"read"}', b'"read", "properties": {}, "properties": {}}'),
        (b'"read"}', b'"read"}, "evaluations": [{}], "evaluations": [{}]'),
        (b'"read"}', b'"read"}, "evaluations": [{"context": {}, "context": {}}]'),
    ],
)
def test_a_name_that_stands_twice_is_refused_wherever_it_stands(
    kept: bytes, twice: bytes
) -> None:
    body = body_of(READ)
    assert kept in body
    for kind in (Kind.EVALUATION, Kind.EVALUATIONS):
        assert "stands twice" in refused(kind, body.replace(kept, twice))


def test_a_long_name_that_stands_twice_is_told_in_short() -> None:
    name = "n" * MAX_STRING_BYTES
    body = f'{{"{name}": 1, "{name}": 2}}'.encode()
    assert len(refused(Kind.EVALUATION, body)) < 120


def test_text_that_only_looks_like_half_a_character_is_text() -> None:
    for identity in ("\\u0000", "\U0001f600", "caff\u00e8", "\x7f"):
        subject = {"type": "reader", "id": identity}
        answer = answered(Kind.EVALUATION, {**READ, "subject": subject})
        assert answer["decision"] is False


def test_numbers_that_a_double_holds_are_taken() -> None:
    context = {"a": 2**53, "b": -(2**53), "c": 1e308, "d": -0.0, "e": 0.1}
    assert answered(Kind.EVALUATION, {**READ, "context": context})["decision"]


def padded(request: dict[str, Any], size: int) -> bytes:
    body = body_of(request)
    return body + b" " * (size - len(body))


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        (Kind.EVALUATION, MAX_BODY_BYTES),
        (Kind.SEARCH_SUBJECT, MAX_BODY_BYTES),
        (Kind.SEARCH_RESOURCE, MAX_BODY_BYTES),
        (Kind.SEARCH_ACTION, MAX_BODY_BYTES),
        (Kind.EVALUATIONS, MAX_BATCH_BYTES),
    ],
)
def test_a_body_may_be_so_large_and_not_a_byte_larger(kind: Kind, most: int) -> None:
    assert answered(kind, padded(READ, most))
    assert f"{most} bytes" in refused(kind, padded(READ, most + 1))


def nested(levels: int) -> dict[str, Any]:
    """A request that deep: itself and its context are two levels."""
    value: Any = 1
    for level in range(levels - 2):
        value = [value] if level % 2 else {"x": value}
    return {**READ, "context": {"x": value}}


@pytest.mark.parametrize("kind", Kind)
def test_a_body_may_be_so_deep_and_not_a_level_deeper(kind: Kind) -> None:
    assert answered(kind, nested(MAX_DEPTH))
    assert f"{MAX_DEPTH} levels" in refused(kind, nested(MAX_DEPTH + 1))


@pytest.mark.parametrize("letter", ["x", "è", "\U0001f600", "\\"])
@pytest.mark.parametrize("kind", Kind)
def test_a_string_may_be_so_long_and_not_a_byte_longer(kind: Kind, letter: str) -> None:
    size = len(letter.encode())
    longest = letter * (MAX_STRING_BYTES // size)
    beyond = longest + "x"
    for ascii_only in (True, False):
        for key, value in (("k", longest), (longest, "v")):
            request = {**READ, "context": {key: value}}
            body = json.dumps(request, ensure_ascii=ascii_only).encode()
            assert answered(kind, body)
        for key, value in (("k", beyond), (beyond, "v")):
            request = {**READ, "context": {key: value}}
            body = json.dumps(request, ensure_ascii=ascii_only).encode()
            assert f"{MAX_STRING_BYTES} bytes" in refused(kind, body)


@pytest.mark.parametrize("kind", [Kind.EVALUATION, Kind.EVALUATIONS])
def test_an_identity_may_be_so_long_and_not_a_byte_longer(kind: Kind) -> None:
    subject = {"type": "reader", "id": "x" * MAX_STRING_BYTES}
    assert answered(kind, {**READ, "subject": subject})["decision"] is False
    subject["id"] += "x"
    assert "string" in refused(kind, {**READ, "subject": subject})


def test_who_asks_for_problems_is_told_the_limits() -> None:
    reply = send(
        Kind.EVALUATION,
        padded(READ, MAX_BODY_BYTES + 1),
        accept="application/json, application/problem+json",
    )
    assert dict(reply.headers)["Content-Type"] == "application/problem+json"
    assert json.loads(reply.body) == {
        "type": "urn:delega:problem:limit",
        "title": "Bad Request",
        "status": 400,
        "code": "limit",
        "detail": f"the body is larger than {MAX_BODY_BYTES} bytes",
        "limit": "body_bytes",
        "limits": dict(LIMITS),
    }
