"""The WSGI application: addresses, keys, bodies, health."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gunicorn.http.errors import InvalidChunkSize

from authz.folder import Folder
from authz.pdp import BODY_BYTES, PATHS, Kind, Service
from tests.authz.folders.asking import a_folder, a_model, asked
from webapp.serving.app import App

KEY = "a key of more than twenty characters"
ANN = asked("ann", "read", "memo")


class Answer:
    """What a server would have sent."""

    def __init__(self, app: App, environ: dict[str, Any]) -> None:
        self.status, self.headers = 0, {}
        self.body = b"".join(app(environ, self._start))

    def _start(self, status: str, headers: list[tuple[str, str]]) -> None:
        assert len(dict(headers)) == len(headers), "a header stands twice"
        self.status, self.headers = int(status.split(" ")[0]), dict(headers)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def an_app(path: Path, key: str | None = None, url: str = "http://pdp.test") -> App:
    return App(Folder(a_folder(path)), Service([b"k" * 32]), url, key)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    return an_app(tmp_path)


def get(app: App, path: str, method: str = "GET", **headers: str) -> Answer:
    return Answer(app, {"REQUEST_METHOD": method, "PATH_INFO": path, **headers})


def post(
    app: App,
    request: Any,
    path: str = PATHS[Kind.EVALUATION],
    **headers: str,
) -> Answer:
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **headers,
    }
    return Answer(app, environ)


def test_a_question_is_answered(app: App) -> None:
    found = post(app, ANN, HTTP_X_REQUEST_ID="abc")
    assert (found.status, found.body) == (200, b'{"decision":true}')
    assert found.headers["X-Request-ID"] == "abc"
    assert found.headers["Content-Length"] == str(len(found.body))
    assert found.headers["Content-Type"] == "application/json"
    assert int(found.headers["Delega-Revision"]) > 0


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"HTTP_X_REQUEST_ID": "abc"}, " (request abc): "),
        ({"HTTP_X_REQUEST_ID": "abc", "HTTP_DELEGA_EXPLAIN": "1"}, " (request abc): "),
        ({"HTTP_X_REQUEST_ID": "a\nb"}, ": "),
        ({}, ": "),
    ],
)
@pytest.mark.parametrize("kind", [Kind.EVALUATION, Kind.EVALUATIONS])
def test_the_log_names_the_request_that_was_asked_in_vain(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    kind: Kind,
    sent: dict[str, str],
    told: str,
) -> None:
    model = a_model("obj, act", "path, act", "r.obj.path == p.path", roles="")
    folder = Folder(a_folder(tmp_path, model_conf=model, policy_csv="p, /a, read\n"))
    app = App(folder, Service([b"k" * 32]), "http://pdp.test", None)
    one = asked("ann", "read", "x", resource_={"path": "/a"})
    request = {"evaluations": [one, one]} if kind is Kind.EVALUATIONS else one
    assert post(app, request, PATHS[kind], **sent).status == 200
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith(f"resource.properties.path was sent and is ignored{told}")
    assert second.startswith(f"a question had no answer and was refused{told}")


def test_every_endpoint_is_there_and_in_the_metadata(app: App) -> None:
    document = get(app, "/.well-known/authzen-configuration")
    assert document.headers["Cache-Control"] == "public, max-age=3600"
    for kind, path in PATHS.items():
        assert f"http://pdp.test{path}" in document.json.values()
        assert post(app, ANN, path).status == 200, kind


def test_the_path_of_the_address_stands_before_ours(tmp_path: Path) -> None:
    app = an_app(tmp_path, url="https://h.test/pdp")
    assert post(app, ANN, "/pdp/access/v1/evaluation").status == 200
    assert post(app, ANN).status == 404
    document = get(app, "/.well-known/authzen-configuration/pdp").json
    assert document["policy_decision_point"] == "https://h.test/pdp"
    assert get(app, "/.well-known/authzen-configuration").status == 404


def test_the_host_of_a_request_is_not_looked_at(app: App) -> None:
    path = "/.well-known/authzen-configuration"
    assert b"evil" not in get(app, path, HTTP_HOST="evil.test").body


def test_without_the_key_nothing_is_decided(tmp_path: Path) -> None:
    app = an_app(tmp_path, key=KEY)
    assert post(app, ANN, HTTP_AUTHORIZATION=f"Bearer {KEY}").status == 200
    assert post(app, ANN, HTTP_AUTHORIZATION=f"bearer  {KEY} ").status == 200
    for wrong in (
        "",
        KEY,
        f"Basic {KEY}",
        f"Bearer {KEY[:-1]}",
        "Bearer \xe9",
        "Bearer",
    ):
        found = post(app, ANN, HTTP_AUTHORIZATION=wrong, HTTP_X_REQUEST_ID="abc")
        assert found.status == 401, wrong
        assert found.headers["WWW-Authenticate"] == 'Bearer realm="delega"'
        assert found.headers["X-Request-ID"] == "abc"
        assert b"decision" not in found.body
        assert "Delega-Revision" not in found.headers
    assert post(app, ANN).status == 401


def test_without_a_key_no_web_page_may_ask(app: App) -> None:
    found = post(app, ANN, HTTP_ORIGIN="http://evil.test")
    assert (found.status, b"decision" in found.body) == (403, False)


def test_with_a_key_a_page_may_have_it(tmp_path: Path) -> None:
    app = an_app(tmp_path, key=KEY)
    headers = {"HTTP_AUTHORIZATION": f"Bearer {KEY}", "HTTP_ORIGIN": "http://app.test"}
    assert post(app, ANN, **headers).status == 200


def test_other_methods_and_addresses_are_refused(app: App) -> None:
    found = get(app, PATHS[Kind.EVALUATION])
    assert (found.status, found.headers["Allow"]) == (405, "POST")
    found = post(app, ANN, "/readyz")
    assert (found.status, found.headers["Allow"]) == (405, "GET, HEAD")
    for path in ("", "/", "/access/v1/evaluation/", "/access/v2/evaluation"):
        assert post(app, ANN, path).status == 404
    head = get(app, "/healthz", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get(app, "/healthz").body))


@pytest.mark.parametrize("kind", Kind)
def test_a_body_is_taken_up_to_its_limit(app: App, kind: Kind) -> None:
    most = BODY_BYTES[kind]
    plain = json.dumps(ANN).encode()
    full = plain + b" " * (most - len(plain))
    assert post(app, full, PATHS[kind]).status == 200
    unread = {"wsgi.input": None}
    for headers in (
        {},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": str(most + 1), **unread},
    ):
        found = post(app, full + b" ", PATHS[kind], **headers)  # type: ignore[arg-type]
        assert found.status == 400
        assert b"larger than" in found.body


def test_a_body_whose_chunks_can_not_be_read_is_refused(app: App) -> None:
    class Broken(io.BytesIO):
        def read(self, *_sizes: object) -> bytes:
            raise InvalidChunkSize(b"zz")

    found = post(app, ANN, **{"wsgi.input": Broken()})  # type: ignore[arg-type]
    assert (found.status, b"chunks" in found.body) == (400, True)


def test_what_fails_is_no_decision_and_is_logged(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        found = post(app, ANN, **{"wsgi.input": None})  # type: ignore[arg-type]
    assert (found.status, b"decision" in found.body) == (500, False)
    assert "a request failed" in caplog.text


def test_readyz_tells_what_is_in_force_and_what_is_not(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    now = [0.0]
    served = Folder(folder, lambda: now[0], lambda: 2**62)
    app = App(served, Service([b"k" * 32]), "http://pdp.test", KEY)
    ready = get(app, "/readyz")
    version = served.current()
    assert (ready.status, ready.headers["Cache-Control"]) == (200, "no-store")
    assert ready.json == {
        "status": "ready",
        "release": version.release,
        "revision": version.revision,
    }
    (folder / "policy.csv").write_text("p, secret, memo\n")
    now[0] += 1
    ready = get(app, "/readyz")
    assert ready.status == 200
    assert ready.json["status"] == "ready, by older files"
    assert ready.json["release"] == version.release
    (fault,) = ready.json["faults"]
    assert fault.startswith("policy.csv:1 DLG")
    assert b"secret" not in ready.body


def test_readyz_is_503_before_anything_is_in_force(tmp_path: Path) -> None:
    (tmp_path / "model.conf").write_text("")
    app = App(Folder(tmp_path), Service([b"k" * 32]), "http://pdp.test", None)
    found = get(app, "/readyz")
    assert (found.status, found.json["status"]) == (503, "not ready")
    assert found.json["faults"][0].startswith("model.conf")
    assert get(app, "/healthz").status == 200
    refused = post(app, ANN)
    assert (refused.status, b"decision" in refused.body) == (503, False)


def test_who_asks_for_problems_gets_them_with_a_code(tmp_path: Path) -> None:
    app = an_app(tmp_path, key=KEY)
    asking = {"HTTP_ACCEPT": "application/problem+json", "HTTP_X_REQUEST_ID": "r-1"}
    own = {**asking, "HTTP_AUTHORIZATION": f"Bearer {KEY}"}
    for found, status, code in (
        (post(app, ANN, **asking), 401, "forbidden"),
        (post(app, b"{", **own), 400, "bad_request"),
        (get(app, "/nowhere", **own), 404, "not_found"),
        (get(app, PATHS[Kind.EVALUATION], **own), 405, "method_not_allowed"),
        (post(app, ANN, **own, **{"wsgi.input": None}), 500, "broken"),  # type: ignore[arg-type]
        (
            post(an_app(tmp_path), ANN, **asking, HTTP_ORIGIN="http://x"),
            403,
            "forbidden",
        ),
    ):
        assert found.status == status
        assert found.headers["Content-Type"] == "application/problem+json"
        assert found.headers["X-Request-ID"] == "r-1"
        assert found.json["type"] == f"urn:delega:problem:{code}"
        assert (found.json["status"], found.json["code"]) == (status, code)
        assert found.json["title"]
        assert found.json["detail"]
