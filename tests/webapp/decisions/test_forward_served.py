"""What Envoy and Traefik send, byte by byte, to a real gunicorn."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.authz.pdp.forward import shapes
from tests.builders import Company, a_user
from tests.webapp.decisions.asking import a_key
from tests.webapp.decisions.proxies import asking_app
from tests.webapp.lane.serving import Served, serving
from webapp.lane import DecisionWorker


class World:
    def __init__(self, served: Served, account: str, anna: str, key: str) -> None:
        self.served, self.anna, self.key = served, anna, key
        self.open = f"/a/{account}/drafts/7"

    def status(self, line: str | bytes, *fields: str) -> int:
        """Of the answer; 0: the connection was closed without one."""
        head = line if isinstance(line, bytes) else line.encode("latin-1")
        told = ["Host: delega", f"Authorization: Bearer {self.key}", *fields]
        rest = "\r\n".join(["", *told, "Connection: close", "", ""]).encode("latin-1")
        with self.served.connect() as client:
            client.send(head + rest)
            answer = b""
            while got := client.sock.recv(65_536):
                answer += got
        return int(answer.split(b" ", 2)[1]) if answer else 0

    def by_envoy(self, method: str, target: str, *fields: str) -> int:
        line = f"{method} /forward/envoy{target} HTTP/1.1"
        return self.status(line, f"X-Delega-Subject: {self.anna}", *fields)

    def by_header(self, proxy: str, *fields: str) -> int:
        line = f"GET /forward/{proxy} HTTP/1.1"
        return self.status(line, f"X-Delega-Subject: {self.anna}", *fields)


@pytest.fixture
def world(app: Flask, company: Company, tmp_path: Path) -> Iterator[World]:
    anna, _ = a_user(app, company, "invoicing.read")
    key = a_key(app, company.id)
    with (
        asking_app(app, tmp_path) as asked,
        serving(asked, DecisionWorker) as served,
    ):
        yield World(served, company.id, anna, key)


def test_envoys_own_request_is_judged(world: World) -> None:
    assert world.by_envoy("GET", f"{world.open}?x=1") == 200
    assert world.by_envoy("HEAD", world.open) == 200
    assert world.by_envoy("OPTIONS", world.open.rpartition("/")[0]) == 200
    assert world.by_envoy("POST", f"{world.open}/send", "Content-Length: 0") == 403
    assert world.by_envoy("OPTIONS", world.open) == 403
    for method in ("get", "TRACE", "PROPFIND", "FOO"):
        assert 400 <= world.by_envoy(method, world.open) < 500, method


def test_no_spelling_of_envoys_path_is_let_through(world: World) -> None:
    for shape in shapes.PATHS:
        target = shapes.spelt(shape, world.open, world.open)
        assert 400 <= world.by_envoy("GET", target) < 500, shape
    for query in shapes.QUERIES.values():
        assert world.by_envoy("GET", f"{world.open}?{query}") == 400, query


def test_no_spelling_of_the_prefix_is_let_through(world: World) -> None:
    subject = f"X-Delega-Subject: {world.anna}"
    for prefix in (
        "//forward/envoy",
        "/forward//envoy",
        "/forward/./envoy",
        "/forward/x/../envoy",
        "/forward/env%6Fy",
        "/forward%2Fenvoy",
        "http://delega/forward/envoy",
    ):
        status = world.status(f"GET {prefix}{world.open} HTTP/1.1", subject)
        assert 400 <= status < 500 or status in (301, 308), prefix


def test_traefiks_and_nginxs_headers_are_judged(world: World) -> None:
    for proxy, names in (
        ("traefik", ("X-Forwarded-Method", "X-Forwarded-Uri")),
        ("nginx", ("X-Original-Method", "X-Original-URI")),
    ):
        method, target = (f"{names[0]}: GET", f"{names[1]}: {world.open}")
        assert world.by_header(proxy, method, target) == 200
        refused = (
            [method],
            [target],
            [method, method, target],
            [method, target, target],
            [method, f"{names[1]}: /x", target],
            [f"{names[0]}: POST", method, target],
            [method, f"{target}é"],
            [method, target, "X-Rewrite-URL: /x"],
            [method, target, "X-HTTP-Method-Override: GET"],
            [method.replace("-", "_"), target],
            [method, target.replace("-", "_")],
        )
        for fields in refused:
            assert 400 <= world.by_header(proxy, *fields) < 500, fields


def test_a_subject_in_another_spelling_of_its_header_is_not_heard(
    world: World,
) -> None:
    line = f"GET /forward/envoy{world.open} HTTP/1.1"
    assert world.status(line, f"x-delega-SUBJECT: {world.anna}") == 200
    for name in ("X_Delega_Subject", "X-Delega_Subject", "X-Delega-Subject "):
        assert 400 <= world.status(line, f"{name}: {world.anna}") < 500, name
    twice = [f"X-Delega-Subject: {world.anna}"] * 2
    assert world.status(line, *twice) == 400
