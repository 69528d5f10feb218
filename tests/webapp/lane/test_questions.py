"""A question that comes again is not read again, but it is decided again."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import update

from authz import NotReadyError
from tests.builders import Company, a_company, a_user, post, signed_in
from tests.webapp.decisions.asking import EVERY_SCOPE, MANY, ONE, a_key, question
from tests.webapp.decisions.world import id_of
from tests.webapp.lane.conftest import Both
from tests.webapp.lane.serving import a_post, by_lane
from webapp.decisions.callers import callers
from webapp.decisions.credentials import narrow, revoke_credential
from webapp.decisions.meter import Meter
from webapp.decisions.service import decisions
from webapp.extensions import begin_write, db
from webapp.lane import questions
from webapp.lane.questions import Questions
from webapp.tables import User


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


def test_what_can_not_be_looked_up_is_not_looked_up_twice(
    both: Both, company: Company, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop waits for it."""
    looks: list[str] = []

    def away(account: str) -> bool:
        looks.append(account)
        raise NotReadyError("the store does not answer")

    monkeypatch.setattr(decisions(both.app).panel, "has_account", away)
    body = json.dumps(question(company.owner, company.id, action="view")).encode()
    assert both.lane.ask(a_post(ONE, body, key)).status == 503
    assert looks == [company.id]
    assert both.ask(a_post(ONE, body, key)).status == 503


def test_it_is_counted_each_time(
    both: Both, company: Company, key: str, asks: Callable[..., bytes]
) -> None:
    data = asks(company.owner, company.id, key)
    before = by_lane(both.app)
    names = {both.lane.ask(data).header("x-request-id") for _ in range(5)}
    assert (by_lane(both.app), len(names)) == (before + 5, 5)


@pytest.fixture
def known(both: Both) -> Questions:
    """What the worker knows, begun anew."""
    answers = both.worker._lane._turns._answers
    answers._questions = fresh = Questions(answers._decisions)
    answers._keys.clear()
    return fresh


def test_single_decisions_are_known_whatever_their_names(
    both: Both, company: Company, key: str, known: Questions
) -> None:
    one = json.dumps(question(company.owner, company.id)).encode()
    for more in ("Accept: */*", "X-Request-ID: r-1", "traceparent: 00-1"):
        both.ask(a_post(ONE, one, key, more))
        assert [found.about[0] for found in known._known.values()] == [company.owner]


def test_what_takes_more_than_its_body_is_not_known(
    both: Both, company: Company, key: str, known: Questions
) -> None:
    one = question(company.owner, company.id)
    named = {"type": "user_name", "id": company.owner_name}
    for path, body, more in (
        (MANY, one, ()),
        (ONE, one, ("Delega-At-Least: 1",)),
        (ONE, {**one, "odd": "x" * 1_000}, ()),
        (ONE, {**one, "subject": named}, ()),
        (ONE, question(company.owner, "a_nobody"), ()),
        (ONE, {"odd": 1}, ()),
    ):
        both.ask(a_post(path, json.dumps(body).encode(), key, *more))
    assert known._known == {}


def test_a_name_that_went_over_is_another_user(
    both: Both, company: Company, key: str
) -> None:
    anna, name = a_user(both.app, company, "invoicing.read")
    bea, _ = a_user(both.app, company)
    asked = question("", company.id, action="list")
    asked["subject"] = {"type": "user_name", "id": name}
    data = a_post(ONE, json.dumps(asked).encode(), key)
    assert json.loads(both.ask(data).body)["decision"]
    with both.app.app_context():
        for user, other in ((anna, "someone-else"), (bea, name)):
            named = {"user_name": other, "folded_name": other.lower()}
            db.session.execute(update(User).where(User.id == user).values(named))
        db.session.commit()
    assert not json.loads(both.ask(data).body)["decision"]


def test_names_that_never_come_again_fill_nothing(
    both: Both,
    company: Company,
    key: str,
    known: Questions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(questions, "_MOST_KNOWN", 4)
    monkeypatch.setattr("webapp.lane.answering._MOST_KEYS", 4)
    keys = both.worker._lane._turns._answers._keys
    for number in range(12):
        body = json.dumps(question(f"u_{number}", company.id)).encode()
        both.lane.ask(a_post(ONE, body, key, f"traceparent: 00-{number}"))
        assert 0 < len(known._known) <= 4
        assert 0 < len(keys) <= 4


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
