"""What must hold of every proxy that asks before it lets a request through."""

from typing import ClassVar, Protocol

import pytest

from tests.authz.pdp.forward import shapes
from tests.webapp.decisions.fronts import Front, field_of


class World(Protocol):
    """Anna, who may view and not send, and the owner, as the proxy calls them."""

    anna: str
    owner: str
    key: str

    @property
    def open(self) -> str:
        """A path that is open to her."""
        ...

    @property
    def closed(self) -> str:
        """One that is not."""
        ...

    @property
    def decisions(self) -> int:
        """How many were made for the proxy."""
        ...

    def request(self, line: str | bytes, *fields: str | bytes, who: str = "") -> bytes:
        """A request as anna sends it, closed afterwards."""
        ...


EMPTY = ("Content-Length: 0",)
OTHERS = (
    "X-Original-URI: {0}",
    "X-Original-Method: GET",
    "X-Original-URL: {0}",
    "X-Rewrite-URL: {0}",
    "X-Forwarded-Uri: {0}",
    "X-Forwarded-Method: GET",
    "X-Forwarded-Prefix: /x",
    "X-Forwarded-Host: other.example.it",
    "Forwarded: host=other.example.it",
)


class Judged:
    """A module that inherits this has the fixtures `world` and `front`."""

    #: Headers that the proxy writes itself, and a client can not.
    own: ClassVar[frozenset[str]] = frozenset()

    def test_the_owner_may_send(self, world: World, front: Front) -> None:
        line = f"POST {world.closed} HTTP/1.1"
        sent = world.request(line, "Content-Length: 0", who=world.owner)
        assert front.send(sent)[0] == 200

    def test_what_is_allowed_arrives_as_it_was_sent(
        self, world: World, front: Front
    ) -> None:
        target = f"{world.open}?x=%C3%A0&y=[1]"
        status, answer, heads = front.send(world.request(f"GET {target} HTTP/1.1"))
        assert (status, len(heads)) == (200, 1)
        assert answer.endswith(b"served")
        assert heads[0].split(b"\r\n")[0] == f"GET {target} HTTP/1.1".encode()
        assert field_of(heads[0], b"X-Delega-Subject") == [world.anna.encode()]
        assert world.key.encode() not in heads[0]
        assert world.decisions == 1

    def test_what_is_refused_does_not_arrive(self, world: World, front: Front) -> None:
        for line in (
            f"POST {world.closed} HTTP/1.1",  # no permission
            "GET /nowhere HTTP/1.1",  # no rule
            f"DELETE {world.open} HTTP/1.1",  # no rule
            f"OPTIONS {world.open} HTTP/1.1",
            f"GET {world.open}/ HTTP/1.1",
            f"GET {world.open.replace('drafts', 'Drafts')} HTTP/1.1",
        ):
            sent = world.request(line, *EMPTY)
            assert front.send(sent)[::2] == (403, []), line

    def test_no_malformed_query_arrives(self, world: World, front: Front) -> None:
        for query in shapes.QUERIES.values():
            sent = world.request(f"GET {world.open}?{query} HTTP/1.1")
            status, _, heads = front.send(sent)
            assert heads == [], query
            assert 400 <= status < 500, query

    def test_no_method_but_the_one_that_was_judged_arrives(
        self, world: World, front: Front
    ) -> None:
        for method in shapes.METHODS:
            status, _, heads = front.send(
                world.request(f"{method} {world.open} HTTP/1.1", *EMPTY)
            )
            assert heads == [], method
            assert 400 <= status < 500 or status == 501, method
        for header in shapes.OVERRIDES:
            sent = world.request(f"GET {world.open} HTTP/1.1", f"{header}: DELETE")
            status, _, heads = front.send(sent)
            assert heads == [], header
            assert 400 <= status < 500, header

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_no_spelling_of_a_path_arrives(
        self, world: World, front: Front, method: str
    ) -> None:
        """Around a path that is open, so that a wrong reading would let it through."""
        closed = world.open if method == "GET" else world.closed
        for shape in shapes.PATHS:
            target = shapes.spelt(shape, world.open, closed)
            sent = world.request(f"{method} {target} HTTP/1.1", "Content-Length: 0")
            status, _, heads = front.send(sent)
            assert heads == [], shape
            assert 400 <= status < 500, shape
        assert world.decisions == 0

    @pytest.mark.parametrize("open_to_her", [True, False])
    def test_headers_of_the_client_name_no_other_request(
        self, world: World, front: Front, *, open_to_her: bool
    ) -> None:
        line = f"{'GET' if open_to_her else 'POST'} "
        line += f"{world.open if open_to_her else world.closed} HTTP/1.1"
        other = world.closed if open_to_her else world.open
        for template in OTHERS:
            field = template.format(other).encode()
            status, _, heads = front.send(world.request(line, field, *EMPTY))
            assert status == (200 if open_to_her else 403), template
            name, _, said = field.partition(b": ")
            for text in (text for head in heads for text in field_of(head, name)):
                assert name.decode() in self.own, template
                assert said not in text, template

    def test_the_client_can_not_name_the_subject(
        self, world: World, front: Front
    ) -> None:
        line = f"POST {world.closed} HTTP/1.1"
        owner = world.owner
        for fields in (
            [f"X-Delega-Subject: {owner}"],
            [f"x-delega-subject: {owner}"],
            [f"X-Delega-Subject: {owner}", f"X-Delega-Subject: {owner}"],
            [f"X_Delega_Subject: {owner}"],
            [f"X-Delega_Subject: {owner}"],
            [f"X-Delega-Subject : {owner}"],
            [f"X-Delega-Subject:\t{owner}"],
            [f"X-Other: y\r\n X-Delega-Subject: {owner}"],
            [f"X-Other: y\nX-Delega-Subject: {owner}"],
            [f"X-Other: y\rX-Delega-Subject: {owner}"],
            ["Connection: X-Delega-Subject", f"X-Delega-Subject: {owner}"],
            ["Connection: close, X-Delega-Subject, Authorization"],
            [f"Authorization: Bearer {world.key}"],
        ):
            sent = world.request(line, *fields, "Content-Length: 0")
            status, _, heads = front.send(sent)
            assert heads == [], fields
            assert 400 <= status < 500, fields

    def test_a_second_request_hidden_in_the_first_is_judged_by_itself(
        self, world: World, front: Front
    ) -> None:
        hidden = world.request(f"POST {world.closed} HTTP/1.1", "Content-Length: 0")
        for fields in (
            [f"Content-Length: {len(hidden)}", "Transfer-Encoding: chunked"],
            ["Content-Length: 0", f"Content-Length: {len(hidden)}"],
            ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
            ["Transfer-Encoding : chunked"],
        ):
            first = world.request(f"GET {world.open} HTTP/1.1", *fields)
            _, _, heads = front.send(
                first.replace(b"Connection: close\r\n", b"") + hidden
            )
            assert not any(b"POST" in head.split(b"\r\n")[0] for head in heads), fields
