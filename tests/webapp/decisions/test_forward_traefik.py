"""No spelling of a request gets past a real Traefik without its own decision."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request

from tests.authz.pdp.forward import shapes
from tests.builders import Company
from tests.webapp.decisions.fronts import Front, field_of, target_of
from tests.webapp.decisions.judged import Judged
from tests.webapp.decisions.named import World
from tests.webapp.decisions.proxies import asking_app
from tests.webapp.decisions.traefik import TRAEFIK, a_traefik
from tests.webapp.lane.serving import serving
from webapp.lane import DecisionWorker

pytestmark = pytest.mark.skipif(TRAEFIK is None, reason="traefik is not installed")
#: As RFC 3986 (6.2.2) has it, and no slashes in a row.
PLAIN = re.compile(r"(?:/(?!\.)(?:[\w.~:@!$&'()*+,=-]|%[2-9A-F][0-9A-F])+)+")
#: Spellings that arrive, as the plain path that was judged.
ANEW = ["two slashes at the beginning", "a dot", "two dots at the end"]
ANEW += ["an encoded dot", "an encoded letter", "another server's"]


@pytest.fixture
def world(app: Flask, company: Company, tmp_path: Path) -> Iterator[World]:
    with asking_app(app, tmp_path, "user_name") as asked:
        yield World(app, asked, company)


@pytest.fixture
def front(world: World, tmp_path: Path) -> Iterator[Front]:
    users = {world.anna: "sesame", world.owner: "sesame"}
    with (
        serving(world.asked, DecisionWorker) as served,
        a_traefik(tmp_path, world.key, served.address[1], users) as front,
    ):
        yield front


@pytest.fixture
def judged(world: World) -> list[str]:
    """What Delega was asked about so far."""
    found: list[str] = []

    @world.asked.before_request
    def note() -> None:
        found.append(request.headers["X-Forwarded-Uri"])

    return found


def must_be_judged(heads: list[bytes], judged: list[str]) -> None:
    """Traefik writes some paths in a plainer way: what it wrote is what was judged."""
    for head in heads:
        assert target_of(head) == judged[-1]
        assert PLAIN.fullmatch(target_of(head))


class TestTraefik(Judged):
    """As of every proxy, but for what Traefik itself makes plain."""

    own = frozenset({"X-Forwarded-Host"})

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_no_spelling_of_a_path_arrives(
        self, world: World, front: Front, judged: list[str], method: str
    ) -> None:
        """But for those that Traefik writes anew, as they were judged."""
        closed = world.open if method == "GET" else world.closed
        anew = []
        for shape in shapes.PATHS:
            target = shapes.spelt(shape, world.open, closed)
            sent = world.request(f"{method} {target} HTTP/1.1", "Content-Length: 0")
            status, _, heads = front.send(sent)
            assert 400 <= status < 500 or heads, shape
            must_be_judged(heads, judged)
            anew += [shape] * len(heads)
        assert anew == (ANEW if method == "GET" else [])


def test_the_client_is_told_why_not(world: World, front: Front) -> None:
    line = f"POST {world.closed} HTTP/1.1"
    _, answer, _ = front.send(world.request(line, "Content-Length: 0"))
    assert field_of(answer, b"Delega-Reason") == [b"no_permission"]
    assert len(field_of(answer, b"X-Request-ID")) == 1


def test_whoever_traefik_does_not_know_is_asked_for_a_password(
    world: World, front: Front
) -> None:
    line = f"GET {world.open} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    wrong = base64.b64encode(f"{world.owner}:wrong".encode()).decode()
    for fields in ("", f"Authorization: Basic {wrong}\r\n"):
        status, answer, heads = front.send(f"{line}{fields}\r\n".encode())
        assert (status, heads) == (401, [])
        assert field_of(answer, b"WWW-Authenticate")
    assert world.decisions == 0


def test_no_raw_byte_of_a_path_arrives(
    world: World, front: Front, judged: list[str]
) -> None:
    for byte in (*range(0x21), *b'"#<>\\^`{|}', *range(0x7F, 0x100)):
        path = world.open.encode() + bytes([byte]) + b"x"
        _, _, heads = front.send(world.request(b"GET " + path + b" HTTP/1.1"))
        must_be_judged(heads, judged)


def test_what_the_client_calls_itself_does_not_arrive(
    world: World, front: Front
) -> None:
    line = f"GET {world.open} HTTP/1.1"
    for name in (
        "X-Delega-Subject",
        "x-DELEGA-subject",
        "X_Delega_Subject",
        "X-Delega_Subject",
        "X_Delega-Subject",
    ):
        status, _, heads = front.send(world.request(line, f"{name}: {world.owner}"))
        assert status == 200, name
        assert field_of(heads[0], b"X-Delega-Subject") == [world.anna.encode()]
        assert world.owner.encode() not in heads[0]


def test_behind_a_balancer_that_is_trusted_the_client_names_no_other_request(
    world: World, tmp_path: Path
) -> None:
    others = (f"X-Forwarded-Uri: {world.open}", "X-Forwarded-Method: GET")
    others += ("X-Forwarded-Prefix: /x",)
    with (
        serving(world.asked, DecisionWorker) as served,
        a_traefik(
            tmp_path,
            world.key,
            served.address[1],
            {world.anna: "sesame"},
            "--entrypoints.web.forwardedheaders.insecure=true",
        ) as front,
    ):
        line = f"POST {world.closed} HTTP/1.1"
        sent = world.request(line, *others, "Content-Length: 0")
        assert front.send(sent)[::2] == (403, [])
        sent = world.request(f"GET {world.open} HTTP/1.1", *others)
        (head,) = front.send(sent)[2]
        for field in others:
            assert field_of(head, field.partition(":")[0].encode()) == []


def test_no_password_arrives(world: World, front: Front) -> None:
    (head,) = front.send(world.request(f"GET {world.open} HTTP/1.1"))[2]
    assert field_of(head, b"Authorization") == []


def test_http_1_0_is_judged_alike(world: World, front: Front) -> None:
    status, _, heads = front.send(world.request(f"GET {world.open} HTTP/1.0"))
    assert (status, len(heads)) == (200, 1)
    status, _, heads = front.send(world.request(f"POST {world.closed} HTTP/1.0"))
    assert (status, heads) == (403, [])


def test_without_delega_nothing_arrives(world: World, tmp_path: Path) -> None:
    with a_traefik(tmp_path, world.key, 1, {world.anna: "sesame"}) as front:
        status, _, heads = front.send(world.request(f"GET {world.open} HTTP/1.1"))
    assert (status, heads) == (500, [])


def test_with_a_wrong_key_nothing_arrives(world: World, tmp_path: Path) -> None:
    key = world.key[:-1] + ("0" if world.key[-1] != "0" else "1")
    with (
        serving(world.asked, DecisionWorker) as served,
        a_traefik(tmp_path, key, served.address[1], {world.anna: "sesame"}) as front,
    ):
        status, _, heads = front.send(world.request(f"GET {world.open} HTTP/1.1"))
    assert (status, heads) == (401, [])
