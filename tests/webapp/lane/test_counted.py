"""What the lane answers is counted, and stands in the decision log, like the view's."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.builders import a_company
from tests.webapp.conftest import close, settings_in
from tests.webapp.decisions.asking import MANY, ONE, a_key, question
from tests.webapp.lane.serving import a_post, serving
from webapp import create_app
from webapp.decisions.service import decisions


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "decisions.log"


@pytest.fixture
def logging_app(migrated: Path, tmp_path: Path, log: Path) -> Iterator[Flask]:
    (tmp_path / "delega.sqlite3").write_bytes(migrated.read_bytes())
    app = create_app(settings_in(tmp_path, decision_log=str(log)))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app
    close(app)


def lines(app: Flask, log: Path) -> list[dict[str, object]]:
    written = decisions(app).log
    assert written is not None
    written.flush()
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_both_doors_count_and_log_the_same(logging_app: Flask, log: Path) -> None:
    app = logging_app
    company = a_company(app)
    key = a_key(app, company.id)
    one = question(company.owner, company.id)
    many = {**one, "evaluations": [{}, {"action": {"name": "send"}}, {"subject": 1}]}
    with serving(app) as served, served.connect() as client:
        for path, asked in ((ONE, one), (MANY, many), (ONE, {"odd": 1})):
            body = json.dumps(asked).encode()
            # a query string is none of the lane's: the view answers it
            for address in (path, f"{path}?by=view"):
                client.ask(a_post(address, body, key, "X-Request-ID: r-1"))
        readyz = client.ask(b"GET /readyz HTTP/1.1\r\nHost: delega\r\n\r\n")
    shown = json.loads(readyz.body)["answered"]
    assert shown["lane"] == shown["page"] == {"requests": 3, "decisions": 4}
    told = lines(app, log)
    by_door = {
        door: [{**line, "at": 0, "door": ""} for line in told if line["door"] == door]
        for door in ("lane", "page")
    }
    assert len(by_door["lane"]) >= 3
    assert by_door["lane"] == by_door["page"]
    assert key not in log.read_text()


def test_a_request_without_a_name_has_one_in_its_answer_and_its_line(
    logging_app: Flask, log: Path
) -> None:
    company = a_company(logging_app)
    body = json.dumps(question(company.owner, company.id)).encode()
    data = a_post(ONE, body, a_key(logging_app, company.id))
    with serving(logging_app) as served, served.connect() as client:
        names = [client.ask(data).header("x-request-id") for _ in range(2)]
    assert [line["request_id"] for line in lines(logging_app, log)] == names
    assert len(set(names)) == 2
