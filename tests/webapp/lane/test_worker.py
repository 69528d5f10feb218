"""How connections live and end on a worker with the lane."""

import json
import socket
import struct
import sys
import time
from collections.abc import Callable

import pytest
from flask import Flask

from tests.builders import Company
from tests.webapp.decisions.asking import MANY, ONE, question
from tests.webapp.lane.conftest import Doors
from tests.webapp.lane.serving import a_post, by_lane, decided, serving
from tests.webapp.lane.shapes import PAGE
from webapp.lane import connections
from webapp.lane.answering import Answers

ANSWERED = b'{"decision":true}'


@pytest.fixture(scope="module")
def asked(company: Company, key: str) -> bytes:
    body = json.dumps(question(company.owner, company.id)).encode()
    return a_post(ONE, body, key)


def eventually(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def test_a_page_between_two_decisions_is_gunicorns_and_they_are_not(
    doors: Doors, asked: bytes
) -> None:
    before = by_lane(doors.app)
    with doors.lane.connect() as client:
        for data in (asked, PAGE, asked, asked, PAGE, asked):
            assert client.ask(data).status == 200
    assert by_lane(doors.app) == before + 4


def test_requests_in_one_segment_are_taken_up_to_the_first_that_is_not_plain(
    doors: Doors, asked: bytes
) -> None:
    before = by_lane(doors.app)
    with doors.lane.connect() as client:
        client.send(asked * 3 + PAGE + asked)  # gunicorn has read the last one too
        assert [client.answer().status for _ in range(5)] == [200] * 5
        assert client.ask(asked).status == 200
    assert by_lane(doors.app) == before + 4


def test_a_decision_whose_bytes_come_one_by_one_is_taken(
    doors: Doors, asked: bytes
) -> None:
    before = by_lane(doors.app)
    with doors.lane.connect() as client:
        for byte in asked:
            client.send(bytes([byte]))
        assert client.answer().body == ANSWERED
    assert by_lane(doors.app) == before + 1


def test_gunicorn_waits_for_a_slow_sender_after_a_while(
    doors: Doors, asked: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0.1)
    before, made = by_lane(doors.app), decided(doors.app)
    lane = doors.lane.worker._lane
    with doors.lane.connect() as client:
        client.send(asked[:-5])
        assert eventually(lambda: len(lane._held) == 1)
        assert eventually(lambda: len(lane._held) == 0)
        client.send(asked[-5:])
        assert client.answer().body == ANSWERED
    assert (by_lane(doors.app), decided(doors.app)) == (before, made + 1)


@pytest.mark.parametrize("error", [RuntimeError("sesame"), MemoryError()])
def test_what_breaks_is_logged_and_gunicorn_answers(
    doors: Doors, asked: bytes, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    said: list[str] = []

    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(doors.lane.worker.log, "exception", said.append)
    with doors.lane.connect() as client:
        with monkeypatch.context() as patch:
            patch.setattr(Answers, "answer", broken)
            assert client.ask(asked).body == ANSWERED
        before = by_lane(doors.app)
        assert client.ask(asked).body == ANSWERED
    assert said == ["the lane could not answer"]
    assert by_lane(doors.app) == before + 1


def test_a_loop_that_was_held_up_leaves_decisions_to_the_threads_for_a_while(
    doors: Doors, asked: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = by_lane(doors.app)
    with doors.lane.connect() as client:
        with monkeypatch.context() as patch:
            patch.setattr(connections, "HELD_UP", -1.0)
            patch.setattr(connections, "REST", 0.3)
            assert [client.ask(asked).body for _ in range(3)] == [ANSWERED] * 3
        assert by_lane(doors.app) == before + 1
        time.sleep(0.4)
        assert client.ask(asked).body == ANSWERED
    assert by_lane(doors.app) == before + 2


def test_a_client_that_resets_harms_nobody(doors: Doors, asked: bytes) -> None:
    for data in (b"", asked[:50], asked[:-1], asked, asked + PAGE[:9]):
        client = doors.lane.connect()
        client.send(data)
        linger = struct.pack("ii", 1, 0)
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        client.sock.close()
    with doors.lane.connect() as client:
        assert client.ask(asked).body == ANSWERED
    assert eventually(lambda: doors.lane.worker.nr_conns == 0)


def test_no_connection_is_left_over(doors: Doors, asked: bytes) -> None:
    for data in (b"", asked, asked[:-1], asked + PAGE, PAGE, b"GET", b"\0\r\n\r\n"):
        doors.lane.exchange([data])
    assert eventually(lambda: doors.lane.worker.nr_conns == 0)
    lane = doors.lane.worker._lane
    assert (lane._held, lane._new, lane._leaving) == ({}, set(), set())


@pytest.fixture
def app(doors: Doors) -> Flask:
    """The same application, for a test that serves it in a way of its own."""
    return doors.app


@pytest.fixture(scope="module")
def own(asked: bytes) -> bytes:
    """With a name."""
    return asked.replace(b"Content-Type", b"X-Request-ID: r\r\nContent-Type")


def test_pages_give_way_sooner_while_the_lane_is_open(app: Flask) -> None:
    sys.setswitchinterval(0.004)
    with serving(app):
        assert sys.getswitchinterval() == pytest.approx(0.0005)


def test_a_connection_that_says_nothing_more_is_closed_in_time(
    app: Flask, own: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0.2)
    with serving(app, keepalive=1) as served, served.connect() as mute:
        with served.connect() as client:
            assert client.ask(own).header("connection") == "keep-alive"
            assert client.ended()
        assert mute.ended()


def test_without_keepalive_every_answer_is_the_last(app: Flask, own: bytes) -> None:
    before = by_lane(app)
    with serving(app, keepalive=0) as served:
        for _ in range(2):
            with served.connect() as client:
                assert client.ask(own + own).header("connection") == "close"
                assert client.ended()
        assert eventually(lambda: served.worker.nr_conns == 0)
    assert by_lane(app) == before + 2


def test_who_never_closes_is_closed_after_the_last_answer(
    app: Flask, own: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "STOP_KEEPALIVE_LINGER", 0.2)
    before = by_lane(app)
    with serving(app, keepalive=0) as served, served.connect() as client:
        assert client.ask(own).body == ANSWERED
        client.send(own)  # nobody reads it any more
        assert eventually(lambda: served.worker.nr_conns == 0)
    assert by_lane(app) == before + 1


def test_a_worker_ends_after_its_most_requests(app: Flask, own: bytes) -> None:
    before = by_lane(app)
    with serving(app, max_requests=3) as served, served.connect() as client:
        client.send(own * 5)
        answers = [client.answer() for _ in range(3)]
        told = [answer.header("connection") for answer in answers]
        assert told == ["keep-alive", "keep-alive", "close"]
        assert client.ended()
        assert not served.worker.alive
    assert by_lane(app) == before + 3


def test_only_so_many_connections_are_kept(app: Flask, own: bytes) -> None:
    with (
        serving(app, worker_connections=4, threads=2) as served,
        served.connect() as first,
        served.connect() as second,
        served.connect() as third,
    ):
        for client, wanted in (
            (first, "keep-alive"),
            (second, "keep-alive"),
            (third, "close"),
            (first, "keep-alive"),
        ):
            assert client.ask(own).header("connection") == wanted


def test_a_worker_that_stops_answers_what_was_under_way(app: Flask, own: bytes) -> None:
    with (
        serving(app) as served,
        served.connect() as kept,
        served.connect() as torn,
    ):
        assert kept.ask(own).header("connection") == "keep-alive"
        torn.send(own[:-5])
        assert eventually(lambda: len(served.worker._lane._held) == 2)
        served.worker.handle_exit(None, None)
        assert eventually(lambda: not served.worker._accepting)
        torn.send(own[-5:])
        for client, answer in ((torn, torn.answer()), (kept, kept.ask(own))):
            assert (answer.body, answer.header("connection")) == (ANSWERED, "close")
            assert client.ended()


def test_a_worker_that_stops_closes_who_has_asked_nothing_for_a_while(
    app: Flask, own: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gunicorn.workers.gthread.STOP_KEEPALIVE_LINGER", 0.2)
    with serving(app) as served, served.connect() as kept, served.connect() as mute:
        assert kept.ask(own).header("connection") == "keep-alive"
        assert eventually(lambda: len(served.worker._lane._held) == 2)
        served.worker.handle_exit(None, None)
        assert kept.ended()
        assert mute.ended()


def test_a_worker_that_stops_waits_for_nobody_who_says_nothing(
    app: Flask, own: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "STOP_KEEPALIVE_LINGER", 0.2)
    with serving(app, graceful_timeout=1) as served, served.connect() as torn:
        torn.send(own[:-5])
        # not only welcomed: what is read after the stop goes to gunicorn's threads
        assert eventually(lambda: [*served.worker._lane._held.values()] == [own[:-5]])
        served.worker.handle_exit(None, None)
        assert torn.ended()


def in_a_row(own: bytes, count: int) -> bytes:
    names = (b"X-Request-ID: r%d" % number for number in range(count))
    return b"".join(own.replace(b"X-Request-ID: r", name) for name in names)


def test_a_client_that_reads_late_gets_every_answer_in_order(
    app: Flask, own: bytes
) -> None:
    with serving(app, send_buffer=4096) as served, served.connect() as client:
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.send(in_a_row(own, 120) + PAGE + own)
        with served.connect() as other:
            assert other.ask(own).body == ANSWERED
        told = [client.answer().header("x-request-id") for _ in range(120)]
        assert told == [f"r{number}" for number in range(120)]
        assert client.answer().status == 200
        assert client.answer().header("x-request-id") == "r"


def test_a_reply_larger_than_what_the_network_takes_arrives_whole(
    app: Flask, company: Company, key: str
) -> None:
    refused = question("u_nobody", company.id)
    body = json.dumps({**refused, "evaluations": [{}] * 1_000}).encode()
    data = a_post(MANY, body, key)
    before = by_lane(app)
    with serving(app, send_buffer=4096) as served, served.connect() as client:
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
        for _ in range(2):
            answers = json.loads(client.ask(data).body)["evaluations"]
            assert [each["decision"] for each in answers] == [False] * 1_000
    assert by_lane(app) == before + 2


def test_a_client_that_never_reads_is_dropped(
    app: Flask, own: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "SEND_SECONDS", 0.2)
    with serving(app, send_buffer=4096) as served, served.connect() as client:
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.send(in_a_row(own, 120))
        assert eventually(lambda: served.worker.nr_conns == 0)
        with served.connect() as other:
            assert other.ask(own).body == ANSWERED
