"""Whatever a service sends, an allow is a well-formed 200 that says so."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.client import Client
from tests.authz.client.service import Says, Service

SHOUTED = b'{"decision": true}'


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[Service, Client]]:
    service = Service()
    with service.client() as client, pytest.MonkeyPatch.context() as patch:
        patch.setattr("authz.client.trying.sleep", lambda _seconds: None)
        yield service, client
    service.close()


def answered(asked: tuple[Service, Client], sent: bytes) -> bool:
    service, client = asked
    service.otherwise = Says(sent, "close")
    return client.allowed("u_1", "send", "draft")


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["decision", "context", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
bodies = values.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40)


@st.composite
def answers(draw: st.DrawFn) -> tuple[bool, bytes]:
    """An answer in HTTP, and whether it allows."""
    status = draw(st.sampled_from([200, 200, 200, 201, 204, 206, 301, 401, 503]))
    kind = draw(
        st.sampled_from(["application/json", "application/json;x=y", "text/plain", ""])
    )
    body = draw(bodies | st.just(SHOUTED))
    size = len(body) + draw(st.sampled_from([0, 0, 0, 1, -1]))
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n"
    try:
        said = json.loads(body.decode())
    except ValueError:
        said = None
    allows = (
        status == 200
        and kind.startswith("application/json")
        and size == len(body)
        and isinstance(said, dict)
        and said.get("decision") is True
        and isinstance(said.get("context", {}), dict)
    )
    return allows, f"{head}\r\n".encode() + body


@given(answers())
def test_an_allow_is_a_200_in_json_that_says_true(
    asked: tuple[Service, Client], answer: tuple[bool, bytes]
) -> None:
    allows, sent = answer
    assert answered(asked, sent) is allows


@given(st.binary(max_size=200))
def test_any_bytes_are_no_allow(asked: tuple[Service, Client], sent: bytes) -> None:
    assert answered(asked, sent) is False


HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)
REFUSAL = b'{"decision": false, "context": {"code": "suspended"}}'
REFUSED = HEAD % len(REFUSAL) + REFUSAL


@given(st.integers(0, len(REFUSED) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_no_small_change_makes_a_refusal_an_allow(
    asked: tuple[Service, Client], place: int, put: bytes, instead: int
) -> None:
    sent = REFUSED[:place] + put + REFUSED[place + instead :]
    assert answered(asked, sent) is False


ALLOWED = HEAD % len(SHOUTED) + SHOUTED


@given(st.integers(0, len(ALLOWED) - 1))
def test_a_torn_allow_is_none(asked: tuple[Service, Client], end: int) -> None:
    assert answered(asked, ALLOWED[:end]) is False
    assert answered(asked, ALLOWED) is True
