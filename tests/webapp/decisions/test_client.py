"""authz.client and the application, over a real connection."""

import re
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from authz import client as door
from authz.client import BadRequestError, Client, Question, RefusedError
from authz.policy import default_folder
from tests.builders import Company, a_company, a_user
from tests.webapp.decisions.asking import EVERY_SCOPE, a_key
from webapp.extensions import begin_write, editor
from webapp.seating import seat_of
from webapp.tables import User

TEXT = (default_folder().parent / "docs" / "client.md").read_text(encoding="utf-8")
#: What comes after it is asked of something else.
OURS = TEXT.partition("\n## Asking a served folder\n")[0]
CODE = re.findall(r"^```python\n(.*?)^```", OURS, re.MULTILINE | re.DOTALL)


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(app: Flask, company: Company, url: str) -> Iterator[Client]:
    key = a_key(app, company.id, scopes=(*EVERY_SCOPE, "policy:read"))
    with Client(url, key, timeout=30) as client:
        yield client.for_account(company.id)


def take_everything(app: Flask, company: Company, user: str) -> int:
    """Answers the revision of the change."""
    with app.app_context():
        session = begin_write(company.id, policy=True)
        seat = seat_of(session, session.get_one(User, user))
        revision = editor(company.id, company.owner).set_permissions(
            seat.id, (), user=user
        )
        session.commit()
    return revision


def test_a_decision_follows_a_change_and_names_its_revision(
    app: Flask, company: Company, client: Client
) -> None:
    user, name = a_user(app, company, "invoicing.read")
    yes = client.decide(user, "view", "draft")
    assert yes
    assert client.allowed(("user_name", name), "view", ("draft", "17"))
    revision = take_everything(app, company, user)
    no = client.at_least(revision).decide(user, "view", "draft")
    assert (no.allowed, no.code, no.revision) == (False, "no_permission", revision)
    assert no.release == yes.release != ""
    assert client.revision == revision


def test_batches_and_searches_agree_with_decisions(
    app: Flask, company: Company, client: Client
) -> None:
    user, _ = a_user(app, company, "invoicing.read")
    actions = list(client.search_actions(user, "draft", limit=2))
    asked = [Question(user, name, "draft") for name in (*actions, "create")]
    answers = client.decide_many(asked)
    assert [one.allowed for one in answers] == [True] * len(actions) + [False]
    first = client.decide_many(asked[::-1], semantic="deny_on_first_deny")
    assert [one.allowed for one in first] == [False]
    may = set(client.search_subjects("view", "draft", limit=1))
    assert may == {company.owner, user}
    assert list(client.search_resources(user, "view", "draft")) == ["*"]


def test_a_replica_answers_as_the_service_does_and_says_what_it_is(
    app: Flask, company: Company, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("authz.client.replica.now", lambda: 1.0)
    user, _ = a_user(app, company, "invoicing.read")
    local = client.replica(company.id)
    for action in ("view", "create", "nothing"):
        here, there = (c.decide(user, action, "draft") for c in (local, client))
        assert here.allowed is there.allowed
        assert here.revision == there.revision
        assert (here.fresh, there.fresh) == (False, True)
    revision = take_everything(app, company, user)
    assert local.allowed(user, "view", "draft")  # as it says: outside the promise
    assert not local.at_least(revision).allowed(user, "view", "draft")


def test_what_the_service_refuses_is_told_apart(
    app: Flask, company: Company, client: Client, url: str
) -> None:
    other = a_company(app)
    with pytest.raises(RefusedError, match="not for that account"):
        client.for_account(other.id).decide(other.owner, "view", "draft")
    with pytest.raises(BadRequestError, match="two different accounts"):
        client.decide(company.owner, "view", "draft", {"account": other.id})
    with Client(url, "dlg_live_nobody") as nobody:
        assert not nobody.allowed(company.owner, "view", "draft")


def test_the_code_runs_and_says_what_the_page_says(
    app: Flask,
    company: Company,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    user, _ = a_user(app, company, "invoicing.read", "invoicing.send_sdi")
    key = a_key(app, company.id, scopes=(*EVERY_SCOPE, "policy:read"))
    for name, value in {
        "URL": url, "KEY": key, "ACCOUNT": company.id, "USER": user,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"DELEGA_{name}", value)
    names: dict[str, object] = {}
    exec("\n".join(CODE), names)  # noqa: S102
    names["delega"].close()  # type: ignore[attr-defined]
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "may send"
    assert said[1].startswith("False no_permission ")
    assert said[2] == "True 2"
    assert "send" in said
    assert said[-2:] == ["True", "True False"]


def test_every_error_is_on_the_page() -> None:
    told = set(re.findall(r"`(\w+Error)`", TEXT))
    there = {name for name in door.__all__ if name.endswith("Error")}
    assert told == there
