"""Refused changes are recorded, whatever becomes of their transaction; none is undone."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, text, update
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError

from tests.builders import Company, a_company, a_user, signed_in
from tests.webapp.refusing import recorded, send, told
from webapp import refused_acts, refused_requests
from webapp.cli import delega
from webapp.extensions import begin_write, db
from webapp.refused_acts import Refused, record
from webapp.tables import RefusedAct

READ = ("invoicing.read",)


@pytest.fixture
def owner(app: Flask, company: Company) -> FlaskClient:
    return signed_in(app, company.owner_name)


@pytest.fixture
def anna(app: Flask, company: Company) -> tuple[str, FlaskClient]:
    user, name = a_user(app, company, *READ)
    return user, signed_in(app, name)


def refuse_many(app: Flask, company: Company, count: int, actor: str) -> None:
    with app.app_context():
        for _time in range(count):
            record(
                Refused(account=company.id, actor=actor, act="seat.buy", code="other")
            )


def test_a_flood_stops_and_the_last_says_so_and_another_is_still_heard(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_acts, "MOST_OF_ACTOR", 3)
    monkeypatch.setattr(refused_acts, "MOST_OF_ACCOUNT", 5)
    refuse_many(app, company, 6, "u_one")
    assert [act.is_last for act in recorded(app, company)] == [False, False, True]
    refuse_many(app, company, 1, "u_two")
    refuse_many(app, company, 4, "u_three")
    ends = [(act.actor, act.is_last) for act in recorded(app, company)][3:]
    assert ends == [("u_two", False), ("u_three", True)]


def test_after_a_day_there_is_room_again(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_acts, "MOST_OF_ACTOR", 1)
    refuse_many(app, company, 2, "u_one")
    monkeypatch.setattr(refused_acts, "DAY", timedelta(0))
    refuse_many(app, company, 1, "u_one")
    assert len(recorded(app, company)) == 2


def broken(*_arguments: object) -> None:
    raise OperationalError("INSERT", {}, Exception("the disk is full"))


def lost(*_arguments: object) -> None:
    raise KeyError("a fault of ours")


@pytest.mark.parametrize("fault", [broken, lost])
@pytest.mark.parametrize(
    ("module", "name"),
    [(refused_acts, "_write"), (refused_acts, "_room"), (refused_requests, "_node")],
    ids=["writing", "counting", "looking"],
)
def test_whatever_breaks_meanwhile_the_refusal_stands_and_a_line_is_left(
    app: Flask,
    company: Company,
    anna: tuple[str, FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Callable[..., None],
    module: object,
    name: str,
) -> None:
    user, client = anna
    monkeypatch.setattr(module, name, fault)
    with caplog.at_level(logging.ERROR):
        status, page = send(client, company, f"settings/users/{user}/suspend")
    assert (status, "titolare" in page) == (403, True)
    assert "refused act" in caplog.text
    assert told(app, company) == []


def test_when_even_leaving_the_database_fails_the_session_is_thrown_away(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        monkeypatch.setattr(db.session, "rollback", broken)
        record(Refused(account=company.id, actor="u_x", act="seat.buy", code="other"))
        monkeypatch.undo()
    assert told(app, company) == []


def test_others_that_were_faster_leave_no_room(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = iter([1, 0])
    monkeypatch.setattr(refused_acts, "_room", lambda *_arguments: next(rooms))
    refuse_many(app, company, 1, "u_one")
    assert told(app, company) == []


def verify(app: Flask) -> tuple[int, str]:
    answer = app.test_cli_runner().invoke(delega, ["policy", "verify"])
    return answer.exit_code, answer.output


@pytest.mark.parametrize(
    ("statement", "code", "said"),
    [
        (update(RefusedAct).values(actor="u_other"), "DLG503", "altered"),
        (update(RefusedAct).values(previous_hash="f" * 64), "DLG502", "follow"),
        (delete(RefusedAct), "DLG501", "refused act 2 is missing"),
    ],
    ids=["altered", "put elsewhere", "left out"],
)
def test_a_record_that_was_tampered_with_is_named_by_verify(
    app: Flask, company: Company, statement: object, code: str, said: str
) -> None:
    refuse_many(app, company, 3, "u_one")
    refuse_many(app, a_company(app), 1, "u_two")
    assert "4 refused changes, their chains hold" in verify(app)[1]
    with app.app_context():
        second = statement.where(  # type: ignore[attr-defined]
            RefusedAct.number == 2, RefusedAct.account_id == company.id
        )
        begin_write().execute(second)
        db.session.commit()
    exit_code, output = verify(app)
    assert exit_code == 1
    assert code in output
    assert said in output


def refuse(app: Flask, company: Company, **changes: str) -> None:
    facts = {"actor": "u_one", "act": "seat.buy", "code": "other", **changes}
    with app.app_context():
        record(Refused(account=company.id, **facts))  # type: ignore[arg-type]


def test_each_one_left_out_leaves_a_line_of_ids_and_codes(
    app: Flask,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(refused_acts, "MOST_OF_ACTOR", 1)
    refuse(app, company)
    assert "not recorded" not in caplog.text
    for _time in range(2):
        refuse(app, company)
    lines = [r for r in caplog.records if "not recorded" in r.getMessage()]
    assert [line.levelno for line in lines] == [logging.WARNING] * 2
    for fact in (company.id, "u_one", "seat.buy", "other"):
        assert fact in lines[0].getMessage()


@pytest.mark.parametrize(
    "change",
    [{"act": "seat.reduce"}, {"code": "bad_form"}, {"node": "u_x"}, {"actor": "u_two"}],
    ids=["act", "code", "node", "actor"],
)
def test_the_days_first_of_its_kind_is_written_above_the_caps(
    app: Flask,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, str],
) -> None:
    monkeypatch.setattr(refused_acts, "MOST_OF_ACTOR", 1)
    monkeypatch.setattr(refused_acts, "MOST_OF_ACCOUNT", 1)
    monkeypatch.setattr(refused_acts, "MOST_AT_ALL", 2)
    for _time in range(2):
        refuse(app, company)
        refuse(app, company, **change)
    refuse(app, company, act="module.disable", code="third")  # beyond all there is
    found = [(act.actor, act.act, act.code, act.node) for act in recorded(app, company)]
    first = {"actor": "u_one", "act": "seat.buy", "code": "other", "node": ""}
    assert found == [tuple(first.values()), tuple({**first, **change}.values())]
    assert all(act.is_last for act in recorded(app, company))


@pytest.mark.parametrize(
    "change", [{"act": "order.pay", "actor": "webhook"}, {"actor": "system"}]
)
def test_a_flood_of_the_people_silences_no_payment_and_no_command(
    app: Flask,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, str],
) -> None:
    monkeypatch.setattr(refused_acts, "MOST_OF_ACCOUNT", 1)
    monkeypatch.setattr(refused_acts, "MOST_AT_ALL", 1)
    refuse(app, company)
    for _time in range(2):
        refuse(app, company, **change)
    assert [act.is_last for act in recorded(app, company)] == [True, False, False]


def test_a_refusal_waits_for_no_writer_of_sqlite(
    app: Flask,
    company: Company,
    anna: tuple[str, FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(refused_acts, "PATIENCE_MS", 1)
    user, client = anna
    waits: list[int] = []

    def note(error: ExceptionContext) -> None:
        assert error.connection
        waits.append(error.connection.get_execution_options()["patience_ms"])

    with app.app_context():
        event.listen(db.engine, "handle_error", note)
        with db.engine.connect() as held:
            held.execution_options(immediate=True).execute(text("SELECT 1"))
            status, _page = send(client, company, f"settings/users/{user}/suspend")
    assert status == 403
    assert "refused act not recorded" in caplog.text
    assert waits == [1]
