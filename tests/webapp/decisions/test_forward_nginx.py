"""No spelling of a request gets past a real nginx without its own decision."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.builders import Company
from tests.webapp.decisions.fronts import Front, field_of
from tests.webapp.decisions.judged import Judged
from tests.webapp.decisions.named import World
from tests.webapp.decisions.nginx import NGINX, an_nginx
from tests.webapp.decisions.proxies import asking_app
from tests.webapp.lane.serving import serving
from webapp.lane import DecisionWorker

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@pytest.fixture
def world(app: Flask, company: Company, tmp_path: Path) -> Iterator[World]:
    with asking_app(app, tmp_path, "user_name") as asked:
        yield World(app, asked, company)


@pytest.fixture
def front(world: World, tmp_path: Path) -> Iterator[Front]:
    users = f"{world.anna}:{{PLAIN}}sesame\n{world.owner}:{{PLAIN}}sesame\n"
    with (
        serving(world.asked, DecisionWorker) as served,
        an_nginx(tmp_path, world.key, served.address[1], users) as front,
    ):
        yield front


class TestNginx(Judged):
    """As of every proxy."""


def test_whoever_nginx_does_not_know_is_asked_for_a_password(
    world: World, front: Front
) -> None:
    line = f"GET {world.open} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    wrong = base64.b64encode(f"{world.owner}:wrong".encode()).decode()
    for fields in ("", f"Authorization: Basic {wrong}\r\n"):
        status, answer, heads = front.send(f"{line}{fields}\r\n".encode())
        assert (status, heads) == (401, [])
        assert b'WWW-Authenticate: Basic realm="backend"' in answer
    assert world.decisions == 0


def test_no_raw_byte_of_a_path_arrives(world: World, front: Front) -> None:
    for byte in (*range(0x21), *b'"#<>\\^`{|}', *range(0x7F, 0x100)):
        path = world.open.encode() + bytes([byte]) + b"x"
        _, _, heads = front.send(world.request(b"GET " + path + b" HTTP/1.1"))
        # a line end or a blank ends the target: what is before it was decided on
        assert all(
            head.startswith(b"GET " + world.open.encode() + b" ") for head in heads
        )
        assert heads == [] or byte in b"\n\r ", byte


def test_what_the_client_calls_itself_does_not_arrive(
    world: World, front: Front
) -> None:
    line = f"GET {world.open} HTTP/1.1"
    for name in ("X-Delega-Subject", "x-DELEGA-subject", "X_Delega_Subject"):
        status, _, heads = front.send(world.request(line, f"{name}: {world.owner}"))
        assert status == 200
        assert field_of(heads[0], b"X-Delega-Subject") == [world.anna.encode()]
        assert world.owner.encode() not in heads[0]


def test_the_place_where_nginx_asks_is_nobodys_to_call(
    world: World, front: Front
) -> None:
    for path in ("/.delega", "//.delega", "/x/../.delega", "/%2edelega"):
        status, _, heads = front.send(world.request(f"GET {path} HTTP/1.1"))
        assert 400 <= status < 500
        assert heads == []


def test_no_password_arrives(world: World, front: Front) -> None:
    (head,) = front.send(world.request(f"GET {world.open} HTTP/1.1"))[2]
    assert field_of(head, b"Authorization") == []


def test_http_1_0_is_judged_alike(world: World, front: Front) -> None:
    status, _, heads = front.send(world.request(f"GET {world.open} HTTP/1.0"))
    assert (status, len(heads)) == (200, 1)
    status, _, heads = front.send(world.request(f"POST {world.closed} HTTP/1.0"))
    assert (status, heads) == (403, [])


def test_without_delega_nothing_arrives(world: World, tmp_path: Path) -> None:
    users = f"{world.anna}:{{PLAIN}}sesame\n"
    with an_nginx(tmp_path, world.key, 1, users) as front:
        status, _, heads = front.send(world.request(f"GET {world.open} HTTP/1.1"))
    assert (status, heads) == (500, [])


def test_with_a_wrong_key_nothing_arrives(world: World, tmp_path: Path) -> None:
    users = f"{world.anna}:{{PLAIN}}sesame\n"
    key = world.key[:-1] + ("0" if world.key[-1] != "0" else "1")
    with (
        serving(world.asked, DecisionWorker) as served,
        an_nginx(tmp_path, key, served.address[1], users) as front,
    ):
        status, _, heads = front.send(world.request(f"GET {world.open} HTTP/1.1"))
    assert (status, heads) == (401, [])
