"""No spelling of a request gets past a real Envoy without its own decision."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.builders import Company, a_user
from tests.webapp.decisions.asking import a_key
from tests.webapp.decisions.envoy import ENVOY, a_token, an_envoy
from tests.webapp.decisions.fronts import Front, field_of
from tests.webapp.decisions.judged import Judged
from tests.webapp.decisions.proxies import asking_app
from tests.webapp.lane.serving import serving
from webapp.decisions.service import decisions
from webapp.lane import DecisionWorker

pytestmark = pytest.mark.skipif(ENVOY is None, reason="envoy is not installed")


class World:
    """Anna, who may view and not send, and the owner, whose id she would like."""

    def __init__(self, app: Flask, asked: Flask, company: Company) -> None:
        self.owner = company.owner
        self.anna, _ = a_user(app, company, "invoicing.read")
        self.key = a_key(app, company.id)
        self.asked = asked
        self.open = f"/a/{company.id}/drafts/7"
        self.closed = f"{self.open}/send"

    @property
    def decisions(self) -> int:
        return decisions(self.asked).counts.shown()["forward"]["decisions"]

    def request(self, line: str | bytes, *fields: str | bytes, who: str = "") -> bytes:
        """A request as anna sends it, closed afterwards."""
        token = f"Authorization: Bearer {a_token(who or self.anna)}"
        texts = [line, "Host: backend.example.it", token]
        texts += [*fields, "Connection: close", "", ""]
        return b"\r\n".join(
            text if isinstance(text, bytes) else text.encode() for text in texts
        )


@pytest.fixture
def world(app: Flask, company: Company, tmp_path: Path) -> Iterator[World]:
    with asking_app(app, tmp_path) as asked:
        yield World(app, asked, company)


@pytest.fixture
def front(world: World, tmp_path: Path) -> Iterator[Front]:
    with (
        serving(world.asked, DecisionWorker) as served,
        an_envoy(tmp_path, world.key, served.address[1]) as front,
    ):
        yield front


class TestEnvoy(Judged):
    """As of every proxy."""


def test_the_client_is_told_why_not(world: World, front: Front) -> None:
    line = f"POST {world.closed} HTTP/1.1"
    _, answer, _ = front.send(world.request(line, "Content-Length: 0"))
    assert field_of(answer, b"Delega-Reason") == [b"no_permission"]
    assert len(field_of(answer, b"X-Request-ID")) == 1


def test_whoever_has_no_token_of_the_provider_does_not_arrive(
    world: World, front: Front
) -> None:
    line = f"GET {world.open} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    good = a_token(world.owner)
    for token in (
        None,
        "x.y.z",
        good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
        a_token(world.owner, issuer="https://other.example.it"),
    ):
        told = "" if token is None else f"Authorization: Bearer {token}\r\n"
        status, _, heads = front.send(f"{line}{told}\r\n".encode())
        assert (status, heads) == (401, [])
    assert world.decisions == 0


def test_no_raw_byte_of_a_path_arrives(world: World, front: Front) -> None:
    for byte in (*range(0x21), *b'"#<>\\^`{|}', *range(0x7F, 0x100)):
        path = world.open.encode() + bytes([byte]) + b"x"
        _, _, heads = front.send(world.request(b"GET " + path + b" HTTP/1.1"))
        assert heads == [], byte


def test_what_the_client_calls_itself_does_not_arrive(
    world: World, front: Front
) -> None:
    line = f"GET {world.open} HTTP/1.1"
    for name in ("X-Delega-Subject", "x-DELEGA-subject"):
        status, _, heads = front.send(world.request(line, f"{name}: {world.owner}"))
        assert status == 200
        assert field_of(heads[0], b"X-Delega-Subject") == [world.anna.encode()]
    for name in ("X_Delega_Subject", "X-Delega_Subject"):
        sent = world.request(line, f"{name}: {world.owner}")
        assert front.send(sent)[::2] == (400, [])


def test_without_delega_nothing_arrives(world: World, tmp_path: Path) -> None:
    with an_envoy(tmp_path, world.key, 1) as front:
        status, _, heads = front.send(world.request(f"GET {world.open} HTTP/1.1"))
    assert (status, heads) == (503, [])


def test_with_a_wrong_key_nothing_arrives(world: World, tmp_path: Path) -> None:
    key = world.key[:-1] + ("0" if world.key[-1] != "0" else "1")
    with (
        serving(world.asked, DecisionWorker) as served,
        an_envoy(tmp_path, key, served.address[1]) as front,
    ):
        status, _, heads = front.send(world.request(f"GET {world.open} HTTP/1.1"))
    assert (status, heads) == (401, [])
