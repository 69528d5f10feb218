"""docs/client.md: a served folder is asked as the page says, without a key and with one."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wsgi import get_input_stream

from authz.client import BadRequestError, BrokenAnswerError, Client, RefusedError
from authz.folder import Folder
from authz.pdp import Service
from tests.examples.cases import FOLDER
from webapp.serving.app import App

TEXT = (FOLDER.parent / "docs" / "client.md").read_text(encoding="utf-8")
SECTION = TEXT.partition("\n## Asking a served folder\n")[2]
ADDRESS = "http://127.0.0.1:8000"
KEY = "a-key-of-more-than-twenty-characters"
INVOICE = ("invoice", "invoice-17")
Serve = Callable[..., str]


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """The folder of the page; answers its address."""
    (tmp_path / "model.conf").write_text(block("ini"), encoding="utf-8")
    (tmp_path / "policy.csv").write_text(block("csv"), encoding="utf-8")
    running = []

    def start(key: str | None = None) -> str:
        app = App(Folder(tmp_path), Service([b"k" * 32]), ADDRESS, key)

        def ended(environ: Any, start_response: Any) -> Any:
            """As gunicorn has it: a body that ends where it was said to."""
            environ["wsgi.input"] = get_input_stream(environ)
            return app(environ, start_response)

        server = make_server("127.0.0.1", 0, ended, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_code_runs_and_prints_what_the_page_says(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    code = block("python")
    assert ADDRESS in code
    exec(code.replace(ADDRESS, serve()), {})  # noqa: S102  (our own page)
    shown = re.search(r"^```\n\n((?:    .*\n)+)", SECTION, re.MULTILINE)
    assert shown
    told = [line.strip() for line in shown[1].splitlines()]
    assert capsys.readouterr().out.splitlines() == told


def test_what_the_page_says_of_keys_and_errors_is_so(serve: Serve) -> None:
    with Client(serve(), timeout=30) as pdp:
        with pytest.raises(BadRequestError, match=r"send `context\.domain`"):
            pdp.decide("ann", "read", INVOICE)
        assert not pdp.allowed("ann", "read", "invoice", {"domain": "acme"})
        with pytest.raises(BrokenAnswerError, match="404"):
            pdp.for_account("a_1").decide("ann", "read", INVOICE)
    url = serve(KEY)
    with Client(url, KEY, timeout=30) as pdp:
        assert pdp.allowed("ann", "read", INVOICE, {"domain": "acme"})
    with Client(url, timeout=30) as pdp, pytest.raises(RefusedError, match="401"):
        pdp.decide("ann", "read", INVOICE, {"domain": "acme"})
