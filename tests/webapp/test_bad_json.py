"""Over a real connection, the panel and a served folder take a question or refuse it."""

import json
import logging
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from gunicorn.workers.gthread import ThreadWorker

from authz.folder import Folder
from authz.pdp import BODY_BYTES, PATHS, Kind, Service
from tests.authz.folders.asking import a_folder
from tests.authz.folders.asking import asked as asked_of_folder
from tests.builders import a_company
from tests.webapp.bad_json import (
    CANARY,
    CONTENT_TYPES_REFUSED,
    CONTENT_TYPES_TAKEN,
    KINDS,
    Question,
    a_request,
    dumped,
    in_chunks,
    padded,
    refused,
    taken,
)
from tests.webapp.conftest import close, settings_in
from tests.webapp.decisions.asking import EVERY_SCOPE, a_key, question
from tests.webapp.lane.serving import Served, serving
from webapp import create_app
from webapp.serving.app import App

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Pdp:
    """A service on a port."""

    served: Served
    key: str
    question: Question

    def ask(self, data: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; the server may close before it has read all."""
        with socket.create_connection(self.served.address, timeout=30) as sock:
            with suppress(OSError):
                sock.sendall(data)
            got = b""
            with suppress(ConnectionResetError):
                while data := sock.recv(65_536):
                    got += data
        head, _, body = got.partition(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        pairs = [field.split(": ", 1) for field in fields]
        headers = {name.lower(): text for name, text in pairs}
        return int(line.split(" ")[1]), headers, body

    def post(
        self,
        kind: Kind,
        body: bytes,
        *more: str,
        content_type: str | None = "application/json",
    ) -> tuple[int, dict[str, str], bytes]:
        data = a_request(PATHS[kind], body, self.key, *more, content_type=content_type)
        return self.ask(data)


@pytest.fixture(scope="module", params=["panel", "folder"])
def pdp(
    request: pytest.FixtureRequest,
    migrated: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pdp]:
    """The decision API of the panel, and what `delega serve` serves."""
    path = tmp_path_factory.mktemp("pdp")
    if request.param == "panel":
        (path / "delega.sqlite3").write_bytes(migrated.read_bytes())
        app = create_app(settings_in(path, decisions_per_minute=0))
        company = a_company(app)
        key = a_key(app, company.id, scopes=EVERY_SCOPE)
        with serving(app, ThreadWorker) as served:
            yield Pdp(served, key, question(company.owner, company.id))
        close(app)
        return
    key = "k" * 32
    folder = Folder(a_folder(path))
    app = App(folder, Service([b"k" * 32]), "http://pdp.test", key)  # type: ignore[assignment]
    with serving(app, ThreadWorker) as served:
        yield Pdp(served, key, asked_of_folder("ann", "read", "memo"))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_question_is_a_400_without_a_decision_and_is_not_logged(
    pdp: Pdp, kind: Kind, caplog: pytest.LogCaptureFixture
) -> None:
    names = set()
    with caplog.at_level(logging.DEBUG):
        for name, body in refused(kind, pdp.question):
            assert name not in names, "two cases of one name"
            names.add(name)
            status, headers, said = pdp.post(kind, body, "X-Request-ID: r-1")
            assert status == 400, (name, said)
            assert headers["content-type"] == "application/json", name
            assert isinstance(json.loads(said), str), name
            assert headers["x-request-id"] == "r-1", name
            assert "delega-revision" not in headers, name
    assert CANARY not in caplog.text
    assert pdp.key not in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("kind", KINDS)
def test_who_asks_for_problems_gets_one_for_each_of_them(pdp: Pdp, kind: Kind) -> None:
    for name, body in refused(kind, pdp.question):
        accept = (f"Accept: {PROBLEM}", "X-Request-ID: r-1")
        status, headers, said = pdp.post(kind, body, *accept)
        assert (status, headers["content-type"]) == (400, PROBLEM), name
        problem = json.loads(said)
        assert problem["status"] == 400, name
        assert problem["code"] in ("bad_request", "limit"), name
        assert problem["type"] == f"urn:delega:problem:{problem['code']}", name
        assert problem["title"], name
        assert problem["detail"], name
        assert headers["x-request-id"] == "r-1", name


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_just_inside_the_limits_is_answered(pdp: Pdp, kind: Kind) -> None:
    status, _headers, plain = pdp.post(kind, dumped(pdp.question))
    assert status == 200
    for name, body in taken(kind, pdp.question):
        status, _headers, said = pdp.post(kind, body)
        assert status == 200, (name, said)
        if "items" in name and name != "no items":
            found = json.loads(said)["evaluations"]
            assert [json.dumps(each) for each in found] == [
                json.dumps(json.loads(plain))
            ] * len(found)
        else:
            assert said == plain, name


@pytest.mark.parametrize("kind", KINDS)
def test_content_types_are_json_or_refused(pdp: Pdp, kind: Kind) -> None:
    body = dumped(pdp.question)
    for kind_of_body in CONTENT_TYPES_TAKEN:
        assert pdp.post(kind, body, content_type=kind_of_body)[0] == 200, kind_of_body
    for kind_of_body in CONTENT_TYPES_REFUSED:
        status, _headers, said = pdp.post(kind, body, content_type=kind_of_body)
        assert (status, "Content-Type" in json.loads(said)) == (400, True), kind_of_body


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("beyond", [0, 1, 100_000])
def test_a_body_in_chunks_has_the_same_limit(pdp: Pdp, kind: Kind, beyond: int) -> None:
    body = padded(pdp.question, BODY_BYTES[kind] + beyond)
    status, _headers, said = pdp.ask(in_chunks(PATHS[kind], body, pdp.key))
    assert status == (400 if beyond else 200)
    assert (b"larger than" in said) is bool(beyond)


def test_after_all_of_that_a_question_is_answered(pdp: Pdp) -> None:
    status, headers, said = pdp.post(Kind.EVALUATION, dumped(pdp.question))
    assert (status, json.loads(said)["decision"]) == (200, True)
    assert int(headers["delega-revision"]) > 0
