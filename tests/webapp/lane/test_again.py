"""A question that comes again is not read again, but it is decided again."""

import json
from collections.abc import Callable

import pytest

from authz import NotReadyError
from tests.builders import Company, a_company, a_user, post, signed_in
from tests.webapp.decisions.asking import EVERY_SCOPE, MANY, ONE, a_key, question
from tests.webapp.decisions.world import id_of
from tests.webapp.lane.conftest import Both
from tests.webapp.lane.serving import a_post, by_lane
from webapp.decisions.callers import callers
from webapp.decisions.credentials import narrow, revoke_credential
from webapp.decisions.meter import Meter
from webapp.extensions import begin_write
from webapp.lane import again
from webapp.lane.again import Again, Known


@pytest.fixture
def asks(both: Both) -> Callable[..., bytes]:
    """Makes a request, and has it known."""

    def known(user: str, account: str, key: str, path: str = ONE) -> bytes:
        body = json.dumps(question(user, account, action="list")).encode()
        data = a_post(path, body, key)
        for _ in range(3):
            assert both.ask(data).status == 200
        return data

    return known


def test_a_change_of_policy_is_in_the_next_answer(
    both: Both, company: Company, key: str, asks: Callable[..., bytes]
) -> None:
    anna, _ = a_user(both.app, company, "invoicing.read")
    data = asks(anna, company.id, key)
    owner = signed_in(both.app, company.owner_name)
    here = f"/a/{company.id}/settings/users/{anna}"
    revision = post(owner, f"{here}/suspend", {}, page=here).headers["Delega-Revision"]
    answer = both.ask(data)
    assert json.loads(answer.body)["context"]["code"] == "suspended"
    assert int(answer.header("delega-revision") or 0) >= int(revision)


def test_a_key_that_ended_gets_no_answer(
    both: Both, company: Company, asks: Callable[..., bytes]
) -> None:
    own = a_key(both.app, company.id)
    data = asks(company.owner, company.id, own)
    with both.app.app_context():
        session = begin_write(policy=True)
        revoke_credential(session, id_of(own))
        session.commit()
    assert both.ask(data, taken=False).status == 401


def test_an_account_that_was_taken_away_is_gone(
    both: Both, company: Company, asks: Callable[..., bytes]
) -> None:
    other = a_company(both.app)
    own = a_key(both.app, company.id, other.id)
    data = asks(company.owner, company.id, own)
    with both.app.app_context():
        session = begin_write(policy=True)
        narrow(session, id_of(own), EVERY_SCOPE, [other.id], "system")
        session.commit()
    assert both.ask(data).status == 403


def test_another_key_in_the_same_request_is_another_key(
    both: Both, company: Company, key: str, asks: Callable[..., bytes]
) -> None:
    data = asks(company.owner, company.id, key)
    for other, status in (
        (a_key(both.app, company.id, scopes=("search",)), 403),
        (key[:-1] + ("0" if key[-1] != "0" else "1"), 401),
    ):
        again_by = data.replace(key.encode(), other.encode())
        assert both.ask(again_by, taken=False).status == status


def test_a_throttled_key_waits(
    both: Both,
    company: Company,
    key: str,
    asks: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = asks(company.owner, company.id, key)
    with both.app.app_context():
        monkeypatch.setattr(callers(), "_meter", Meter(0.001))
    assert both.lane.ask(data).status == 200
    assert both.ask(data, taken=False).status == 429


@pytest.mark.parametrize("part", ["_get", "decide"])
def test_when_nothing_can_be_told_it_is_a_503(
    both: Both,
    company: Company,
    key: str,
    asks: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
    part: str,
) -> None:
    def away(*_asked: object) -> None:
        raise NotReadyError("the store does not answer")

    data = asks(company.owner, company.id, key)
    with both.app.app_context():
        who = {"_get": callers(), "decide": both.app.extensions["delega_enforcer"]}
        monkeypatch.setattr(who[part], part, away)
    assert both.ask(data, taken=part == "decide").status == 503
    monkeypatch.undo()
    assert both.ask(data).status == 200


def test_it_is_counted_each_time(
    both: Both, company: Company, key: str, asks: Callable[..., bytes]
) -> None:
    data = asks(company.owner, company.id, key)
    before = by_lane(both.app)
    names = {both.lane.ask(data).header("x-request-id") for _ in range(5)}
    assert (by_lane(both.app), len(names)) == (before + 5, 5)


@pytest.fixture
def known(both: Both) -> Again:
    """What the worker knows, begun anew."""
    answers = both.worker._lane._turns._answers
    answers._again = fresh = Again(answers._decisions)
    return fresh


def test_only_single_decisions_that_came_before_are_known(
    both: Both, company: Company, key: str, known: Again, asks: Callable[..., bytes]
) -> None:
    one = question(company.owner, company.id)
    for path, body, more in (
        (MANY, one, ()),
        (ONE, one, ("X-Request-ID: r-1",)),
        (ONE, one, ("Delega-At-Least: 1",)),
        (ONE, one, ("Accept: application/problem+json",)),
        (ONE, {**one, "odd": "x" * 1_000}, ()),
        (ONE, {"odd": 1}, ()),
    ):
        data = a_post(path, json.dumps(body).encode(), key, *more)
        for _ in range(3):
            both.ask(data)
    assert known._known == {}
    both.ask(a_post(ONE, json.dumps(one).encode(), key))
    assert [found.question.subject.id for found in known._known.values()] == [
        company.owner
    ]


def test_names_that_come_once_or_many_that_come_twice_fill_nothing(
    both: Both,
    company: Company,
    key: str,
    known: Again,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(again, "_MOST_KNOWN", 4)
    for number in range(12):
        body = json.dumps(question(f"u_{number}", company.id)).encode()
        both.lane.ask(a_post(ONE, body, key))
        assert len(known._once) <= 4
    assert known._known == {}
    for number in range(12):
        body = json.dumps(question(f"u_{number}", company.id)).encode()
        for _ in range(2):
            both.lane.ask(a_post(ONE, body, key))
        assert 0 < len(known._known) <= 4
        assert all(isinstance(found, Known) for found in known._known.values())


def test_outcomes_of_many_revisions_fill_nothing(
    both: Both,
    company: Company,
    key: str,
    asks: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("webapp.lane.answering._MOST_OUTCOMES", 2)
    answers = both.worker._lane._turns._answers
    answers._words.clear()
    for user in (company.owner, "u_nobody", a_user(both.app, company)[0]):
        asks(user, company.id, key)
        assert 0 < len(answers._words) <= 2
