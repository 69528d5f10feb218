"""What the sources of a process share: looked up once, and never wrongly."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, event

from tests.builders import Company, a_company, a_user
from tests.webapp.decisions.asking import ONE, a_key, ask, question
from webapp.decisions import panel as module
from webapp.decisions.panel import Panel
from webapp.decisions.service import decisions


@pytest.fixture
def panel(app: Flask) -> Panel:
    with app.app_context():
        return decisions().panel


@pytest.fixture
def statements(panel: Panel) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    event.listen(panel.engine, "before_cursor_execute", note)
    yield seen
    event.remove(panel.engine, "before_cursor_execute", note)


def test_an_account_is_looked_up_once(
    panel: Panel, company: Company, statements: list[str]
) -> None:
    assert panel.has_account(company.id)
    first = len(statements)
    assert panel.has_account(company.id)
    assert len(statements) == first > 0


def test_names_that_are_no_account_leave_nothing_behind(panel: Panel) -> None:
    before = len(panel._accounts)
    for number in range(20):
        assert not panel.has_account(f"a_{number}")
    assert len(panel._accounts) == before


def test_known_accounts_are_bounded(
    app: Flask, panel: Panel, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_KNOWN", 1)
    other = a_company(app)
    for account in (company.id, other.id, company.id):
        assert panel.has_account(account)
        assert len(panel._accounts) == 1


def test_a_database_that_does_not_answer_is_a_503_without_a_decision(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = a_key(app, company.id)
    with app.app_context():
        panel = decisions().panel
    nowhere = create_engine("sqlite:////nowhere/at/all.sqlite3")
    monkeypatch.setattr(panel, "engine", nowhere)
    body = question(company.owner, company.id)
    answer = ask(app.test_client(), key, ONE, body)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.json == "no answer can be given now; try again"


def test_a_release_is_looked_up_once_a_revision(
    app: Flask, panel: Panel, company: Company, statements: list[str]
) -> None:
    head = panel.head()
    assert panel.release(head.revision) == head.release
    first = len(statements)
    assert panel.release(head.revision) == head.release
    assert len(statements) == first
    a_user(app, company)
    newer = panel.head()
    assert newer.revision > head.revision
    assert panel.release(newer.revision) == newer.release


def test_a_release_is_not_kept_for_a_revision_that_has_passed(
    app: Flask, panel: Panel, company: Company, statements: list[str]
) -> None:
    old = panel.head().revision
    a_user(app, company)
    panel.head()
    panel.release(old)
    first = len(statements)
    panel.release(old)
    assert len(statements) > first


def test_an_outcome_is_made_once_for_a_reason_and_a_revision(
    panel: Panel, company: Company
) -> None:
    account, owner = company.id, company.owner
    asked = [
        panel.enforcer.decide(owner, account, "draft", name)
        for name in ("list", "view", "fly")
    ]
    panel.head()
    listed, viewed, flown = (panel.outcome(decision) for decision in asked)
    assert listed is viewed
    assert (listed.allowed, listed.context) == (True, {})
    assert flown.allowed is False
    assert b"unknown_action" in bytes(flown.context)  # type: ignore[arg-type]


def test_an_outcome_of_a_revision_that_has_passed_keeps_its_own(
    app: Flask, panel: Panel, company: Company
) -> None:
    old = panel.enforcer.decide(company.owner, company.id, "draft", "list")
    a_user(app, company)
    assert panel.head().revision > old.revision
    assert panel.outcome(old).revision == old.revision
