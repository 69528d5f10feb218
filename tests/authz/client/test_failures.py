"""Whatever goes wrong is an error of its own kind, and never an allow."""

import json
import logging

import pytest

from authz.client import (
    BadRequestError,
    BrokenAnswerError,
    Client,
    ClientError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)
from tests.authz.client.service import ALLOW, KEY, Says, Service, http

NOT_NOW = [502, 503, 504]


def asks(client: Client) -> None:
    client.decide("u_1", "send", "draft")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (413, BadRequestError),
        (415, BadRequestError),
        (401, RefusedError),
        (403, RefusedError),
        (404, BrokenAnswerError),
        (405, BrokenAnswerError),
        (204, BrokenAnswerError),
        (201, BrokenAnswerError),
        (304, BrokenAnswerError),
        (302, BrokenAnswerError),
        (307, BrokenAnswerError),
        (103, BrokenAnswerError),
        (500, UnavailableError),
        (599, UnavailableError),
        (600, BrokenAnswerError),
        (999, BrokenAnswerError),
    ],
)
def test_a_status_is_an_error_of_its_kind_and_asked_once(
    service: Service, client: Client, status: int, kind: type[ClientError]
) -> None:
    service.otherwise = http({"decision": True}, status=status, Location="/elsewhere")
    with pytest.raises(kind) as error:
        asks(client)
    assert type(error.value) is kind
    assert str(status) in str(error.value)
    assert error.value.request_id == service.seen[0].headers["X-Request-ID"]
    assert error.value.request_id in str(error.value)
    assert client.allowed("u_1", "send", "draft") is False
    assert len(service.seen) == 2


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("this key is not for that account", ": this key is not for that account"),
        ({"detail": "not now"}, ": not now"),
        (f"what is {KEY}", ": what is …"),
        ("x" * 300, ": " + "x" * 200 + " (request"),
        ("two\nlines", "403 (request"),
        ({"detail": 7}, "403 (request"),
        (b"<html>", "403 (request"),
        (b"\xff", "403 (request"),
    ],
)
def test_an_error_tells_the_services_words_where_they_are_plain(
    service: Service, client: Client, body: object, told: str
) -> None:
    service.otherwise = http(body, status=403)
    with pytest.raises(RefusedError) as error:
        asks(client)
    assert told in str(error.value)
    assert KEY not in str(error.value)


def test_a_key_that_asks_too_much_is_told_when_to_come_back(
    service: Service, client: Client, slept: list[float]
) -> None:
    service.otherwise = http("too many", status=429, Retry_After="3")
    with pytest.raises(ThrottledError) as error:
        asks(client)
    assert error.value.retry_after == 3
    assert len(service.seen) == 1
    assert not slept


@pytest.mark.parametrize("status", NOT_NOW)
def test_what_can_not_be_answered_now_is_asked_again_when_it_says(
    service: Service, client: Client, slept: list[float], status: int
) -> None:
    service.script += [http("x", status=status, Retry_After="1"), ALLOW]
    assert client.allowed("u_1", "send", "draft")
    assert slept == [1.0]
    assert len({seen.headers["X-Request-ID"] for seen in service.seen}) == 1


def test_without_a_time_it_waits_a_little_and_then_longer(
    service: Service, client: Client, slept: list[float]
) -> None:
    service.script += [http("x", status=503), http("x", status=503), ALLOW]
    assert client.allowed("u_1", "send", "draft")
    first, second = slept
    assert 0.05 <= first <= 0.1 <= second <= 0.2


def test_three_times_and_no_more(
    service: Service, client: Client, slept: list[float]
) -> None:
    service.otherwise = http("not now", status=503, Retry_After="2")
    with pytest.raises(UnavailableError, match="not now") as error:
        asks(client)
    assert error.value.retry_after == 2
    assert slept == [2.0, 2.0]
    assert len(service.seen) == 3


@pytest.mark.parametrize("seconds", ["60", "9" * 30, "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_whoever_says_to_come_back_later_than_there_is_time_is_not_waited_for(
    service: Service, client: Client, slept: list[float], seconds: str
) -> None:
    service.otherwise = http("x", status=503, Retry_After=seconds)
    with pytest.raises(UnavailableError) as error:
        asks(client)
    assert (error.value.retry_after or 0) >= 60
    assert len(service.seen) == 1
    assert not slept


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", True),
        ("soon", False),
        ("-1", False),
        ("٣", False),
        ("Fri, 31 Dec 9999 23:59:59 -2300", False),
    ],
)
def test_a_date_is_a_time_and_anything_else_none(
    service: Service, client: Client, slept: list[float], said: str, waits: bool
) -> None:
    says = http("x", status=503, Retry_After=said)
    service.script += [says, ALLOW]
    assert client.allowed("u_1", "send", "draft")
    assert (slept == [0.0]) is waits


@pytest.mark.parametrize("then", ["reset", "close"])
@pytest.mark.parametrize(
    "sent", [b"", b"HTTP/1.1 200 OK\r\n", ALLOW.sent[:-4], ALLOW.sent[:30]]
)
def test_a_connection_lost_before_the_whole_answer_is_asked_again(
    service: Service, client: Client, slept: list[float], then: str, sent: bytes
) -> None:
    service.script += [Says(sent, then), Says(sent, then), ALLOW]
    assert client.allowed("u_1", "send", "draft")
    assert len(service.seen) == 3
    assert len(slept) == 2


def test_a_torn_answer_in_chunks_is_asked_again(
    service: Service, client: Client, slept: list[float]
) -> None:
    torn = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n" + b'{"decis'
    service.script += [Says(torn, "close"), ALLOW]
    assert client.allowed("u_1", "send", "draft")
    assert len(slept) == 1


def test_a_connection_lost_each_time_is_no_answer(
    service: Service, client: Client, slept: list[float]
) -> None:
    service.otherwise = Says(b"", "reset")
    with pytest.raises(UnavailableError):
        asks(client)
    assert len(service.seen) == 3


def test_nobody_there_is_no_answer(service: Service, slept: list[float]) -> None:
    client = service.client()
    service.close()
    with pytest.raises(UnavailableError, match="refused"):
        asks(client)
    assert len(slept) == 2


def test_no_time_to_try_again_is_no_answer(service: Service) -> None:
    client = service.client(timeout=0.02)
    service.close()
    with pytest.raises(UnavailableError):
        asks(client)


def test_a_name_that_nobody_has_is_no_answer() -> None:
    client = Client("https://nobody.invalid", KEY)
    with pytest.raises(UnavailableError):
        asks(client)


def test_a_name_without_an_address_is_no_answer(
    service: Service, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: [])
    with pytest.raises(UnavailableError):
        asks(client)


def test_the_next_address_of_a_name_is_tried(
    service: Service, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    right = socket.getaddrinfo("127.0.0.1", service.port, type=socket.SOCK_STREAM)
    wrong = socket.getaddrinfo("127.0.0.1", 1, type=socket.SOCK_STREAM)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: wrong + right)
    assert client.allowed("u_1", "send", "draft")


def test_silence_is_not_waited_for_and_not_asked_again(
    service: Service, client: Client
) -> None:
    service.otherwise = Says(b"", "hang")
    with pytest.raises(UnavailableError, match="in time"):
        asks(client)
    assert len(service.seen) == 1


def test_a_trickle_of_bytes_ends_with_the_time_of_the_call(service: Service) -> None:
    service.otherwise = Says(ALLOW.sent, "trickle")
    with service.client(timeout=0.3) as client, pytest.raises(UnavailableError):
        asks(client)


@pytest.mark.parametrize(
    "sent",
    [
        b"nothing like it\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 99 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n500000\r\n"
        + b" " * (5 << 20),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"
        + b" " * (5 << 20),
    ],
)
def test_what_is_not_http_or_too_much_of_it_is_broken(
    service: Service, client: Client, slept: list[float], sent: bytes
) -> None:
    service.otherwise = Says(sent, "close")
    with pytest.raises(BrokenAnswerError):
        asks(client)
    assert service.connections == len(service.seen)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"true",
        b"[]",
        b"{}",
        b"null",
        b'{"decision":1}',
        b'{"decision":"true"}',
        b'{"decision":null}',
        b'{"decision":[true]}',
        b'{"Decision":true}',
        b'{"decision":false,"decision":true}',
        b'{"decision":true,"context":{"a":1,"a":1}}',
        b'{"decision":true,"context":null}',
        b'{"decision":true,"context":[]}',
        b'{"decision":true,"x":NaN}',
        b'{"decision":true,"x":-Infinity}',
        b'{"decision":true}{}',
        b'{"decision":true',
        b'\xef\xbb\xbf{"decision":true}',
        json.dumps({"decision": True}).encode("utf-16"),
        b'{"decision":true,"x":"\xff"}',
        b'{"decision":true,"x":' + b"[" * 99_999 + b"]" * 99_999 + b"}",
        b'{"decision":true,"x":' + b"9" * 9_999 + b"}",
    ],
)
def test_a_body_that_is_not_exactly_a_decision_is_none(
    service: Service, client: Client, body: bytes
) -> None:
    service.otherwise = http(body)
    with pytest.raises(BrokenAnswerError):
        asks(client)
    assert client.allowed("u_1", "send", "draft") is False


@pytest.mark.parametrize("kind", ["", "text/html", "application/jsonp", "text/json"])
def test_what_does_not_say_that_it_is_json_is_none(
    service: Service, client: Client, kind: str
) -> None:
    service.otherwise = http({"decision": True}, kind=kind)
    with pytest.raises(BrokenAnswerError, match="not JSON"):
        asks(client)


@pytest.mark.parametrize(
    "kind", ["Application/JSON", "application/json; charset=utf-8"]
)
def test_parameters_of_the_type_are_taken(
    service: Service, client: Client, kind: str
) -> None:
    service.otherwise = http({"decision": True, "unknown": 1}, kind=kind)
    assert client.allowed("u_1", "send", "draft")


@pytest.mark.parametrize(
    ("says", "level"),
    [
        (http("bad", status=400), "ERROR"),
        (http("who?", status=401), "ERROR"),
        (http("slow", status=429), "WARNING"),
        (http("broken", status=500), "WARNING"),
        (http("moved", status=302), "WARNING"),
    ],
)
def test_a_refusal_without_an_answer_is_logged_without_a_secret_or_a_person(
    service: Service,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    says: Says,
    level: str,
) -> None:
    service.otherwise = says
    with caplog.at_level(logging.DEBUG):
        assert client.allowed("u_anna", "send", "draft") is False
    assert [record.levelname for record in caplog.records] == [level]
    assert service.seen[0].headers["X-Request-ID"] in caplog.text
    assert KEY not in caplog.text
    assert "u_anna" not in caplog.text


def test_nothing_that_is_shown_holds_the_key(client: Client) -> None:
    shown = [client, client._asking, client._asking.channel, vars(client)]
    assert all(KEY not in repr(one) for one in shown)
