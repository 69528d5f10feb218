"""Connections: kept, shared, bounded, left alone after a fork, and never mixed up."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from authz.client import Client, UnavailableError
from authz.client.clock import now
from tests.authz.client.service import ALLOW, DENY, Says, Service


def asks(client: Client) -> bool:
    return client.allowed("u_1", "send", "draft")


def test_one_connection_serves_many_questions(service: Service, client: Client) -> None:
    assert all(asks(client) for _ in range(20))
    assert service.connections == 1


def test_threads_share_so_many_connections_and_no_more(service: Service) -> None:
    with service.client(connections=3) as client:
        with ThreadPoolExecutor(12) as threads:
            answers = list(threads.map(lambda _: asks(client), range(200)))
        assert all(answers)
    assert len(service.seen) == 200
    assert service.connections <= 3


def test_answers_stay_with_their_questions_on_every_thread(service: Service) -> None:
    """The path is the question here; each thread asks about one account alone."""
    wrong = []

    def walk(number: int) -> None:
        view = client.for_account(f"a_{number}")
        for place in range(30):
            traced = view.traced_as(f"{number}-{place}")
            if traced.decide("u_1", "send", "draft").request_id != f"{number}-{place}":
                wrong.append(number)

    with service.client(connections=4) as client, ThreadPoolExecutor(8) as threads:
        list(threads.map(walk, range(8)))
    assert not wrong
    pairs = {(s.path.split("/")[2], s.headers["X-Request-ID"]) for s in service.seen}
    assert pairs == {(f"a_{n}", f"{n}-{p}") for n in range(8) for p in range(30)}


def test_whoever_finds_no_connection_free_is_told_so(service: Service) -> None:
    with service.client(connections=1, timeout=0.1) as client:
        client._asking.channel._pool._seats.acquire()  # as a thread that asks
        with pytest.raises(UnavailableError, match="in time"):
            client.decide("u_1", "send", "draft")
    assert not service.seen


def test_a_restart_of_the_service_is_not_noticed(
    service: Service, client: Client, slept: list[float]
) -> None:
    assert asks(client)
    service.hang_up()
    assert asks(client)
    assert service.connections == 2
    assert not slept


def test_a_connection_that_ends_while_it_is_used_again_costs_no_try(
    service: Service, client: Client, slept: list[float]
) -> None:
    assert asks(client)
    service.script += [Says(b"", "reset"), ALLOW]
    assert asks(client)
    assert service.connections == 2
    assert not slept


def test_an_answer_that_nobody_asked_for_is_never_read(
    service: Service, client: Client
) -> None:
    service.script.append(Says(DENY.sent + ALLOW.sent))
    service.otherwise = DENY
    assert not asks(client)
    assert not asks(client)
    assert service.connections == 2


def test_an_answer_that_comes_while_nobody_asks_is_never_read(
    service: Service, client: Client
) -> None:
    service.otherwise = DENY
    assert not asks(client)
    (connection,) = service._open
    connection.sendall(ALLOW.sent)
    assert not asks(client)
    assert service.connections == 2


@pytest.mark.parametrize("status", [200, 500])
def test_who_says_that_the_connection_closes_is_believed(
    service: Service, client: Client, status: int
) -> None:
    head = f"HTTP/1.1 {status} X\r\nConnection: close\r\n".encode()
    service.otherwise = Says(ALLOW.sent.replace(b"HTTP/1.1 200 Said\r\n", head))
    assert asks(client) is (status == 200)
    asks(client)
    assert service.connections == 2


def test_an_old_connection_is_not_used_again(
    service: Service, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asks(client)
    monkeypatch.setattr("authz.client.pool.now", lambda: now() + 60)
    assert asks(client)
    assert service.connections == 2


def test_a_connection_that_is_not_needed_any_more_is_closed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service.client(connections=2) as client:
        pool = client._asking.channel._pool
        barrier = threading.Barrier(2)
        inside = pool._open

        def together(deadline):
            barrier.wait(5)
            return inside(deadline)

        monkeypatch.setattr(pool, "_open", together)
        with ThreadPoolExecutor(2) as threads:
            assert all(threads.map(lambda _: asks(client), range(2)))
        assert len(pool._idle) == 2
        pool._idle[0].idle_since -= 60
        assert asks(client)
        assert len(pool._idle) == 1
    assert service.connections == 2


def test_a_closed_client_may_be_asked_again(service: Service) -> None:
    client = service.client()
    assert asks(client)
    client.close()
    assert asks(client)
    client.close()
    assert service.connections == 2


def test_a_child_of_a_fork_opens_its_own(service: Service, client: Client) -> None:
    assert asks(client)
    pool = client._asking.channel._pool
    pool._lock.acquire()  # as another thread may at that very moment
    client._asking.newest._lock.acquire()
    child = os.fork()
    if child == 0:
        os._exit(0 if asks(client) else 1)
    pool._lock.release()
    client._asking.newest._lock.release()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert asks(client)
    assert [seen.connection for seen in service.seen] == [1, 2, 1]


def test_what_a_child_does_first_leaves_the_parents_connections(
    service: Service, client: Client
) -> None:
    assert asks(client)
    client._asking.channel._pool._start_again()
    assert asks(client)
    assert service.connections == 2


def test_a_client_that_is_gone_is_nothing_to_a_child(service: Service) -> None:
    client = service.client()
    client.close()
    del client
    child = os.fork()
    if child == 0:
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
