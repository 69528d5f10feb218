"""Where a delegate lands who signs in: in a company that lets him in, or in none."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from authz.storage import Change, SqlWriter
from tests.builders import Company, a_company, signed_in
from tests.webapp.delegating import a_delegate, a_delegation
from webapp.extensions import begin_write, reading_engine, store

NAME = "studioverdi1"


def test_he_lands_in_the_first_company_whose_delegation_counts(app: Flask) -> None:
    waiting = a_company(app, name="Alfa S.r.l.")
    last, first = a_company(app, name="Zeta S.r.l."), a_company(app, name="Beta S.r.l.")
    user = a_delegate(app, NAME)
    a_delegation(app, user, waiting, "invoicing.read", accepted=False)
    for company in (last, first):
        a_delegation(app, user, company, "invoicing.read")
    answer = signed_in(app, NAME).get("/", follow_redirects=True)
    assert answer.request.path == f"/a/{first.id}/"
    assert answer.status_code == 200
    assert "Beta S.r.l." in answer.text


@pytest.mark.parametrize(
    "facts",
    [None, {"accepted": False}, {"until": datetime(2026, 1, 1, tzinfo=UTC)}],
    ids=["none", "not accepted", "ended"],
)
def test_without_one_he_reads_that_there_is_none_now(
    app: Flask, company: Company, facts: dict[str, Any] | None
) -> None:
    user = a_delegate(app, NAME)
    if facts is not None:
        a_delegation(app, user, company, "invoicing.read", **facts)
    answer = signed_in(app, NAME).get("/", follow_redirects=True)
    assert (answer.status_code, answer.request.path) == (200, "/delegate")
    assert "nessuna delega di un’azienda è attiva" in answer.text
    assert "Esci" in answer.text


def test_one_that_was_taken_away_counts_no_more(app: Flask, company: Company) -> None:
    user = a_delegate(app, NAME)
    a_delegation(app, user, company, "invoicing.read")
    client = signed_in(app, NAME)
    assert client.get("/delegate").headers["Location"] == f"/a/{company.id}/"
    with app.app_context():
        held = store().load(company.id).rows
        rows = [dated for dated in held if dated.row.values[0] == user]
        session = begin_write(company.id, policy=True)
        SqlWriter(session).apply(
            Change(account=company.id, actor="system", kind="x", node=user, remove=rows)
        )
        session.commit()
    assert client.get("/delegate").status_code == 200


def test_the_page_is_nobody_elses(app: Flask, company: Company) -> None:
    assert signed_in(app, company.owner_name).get("/delegate").status_code == 404


def test_his_companies_are_found_without_a_look_at_every_row(
    app: Flask, company: Company
) -> None:
    user = a_delegate(app, NAME)
    a_delegation(app, user, company, "invoicing.read")
    client, engine = signed_in(app, NAME), reading_engine(app)
    asked: list[Any] = []

    def note(_connection: Any, _cursor: Any, text: str, values: Any, *_: Any) -> None:
        if "ORDER BY account.name" in text:
            asked.append((text, values))

    event.listen(engine, "before_cursor_execute", note)
    assert client.get("/delegate").headers["Location"] == f"/a/{company.id}/"
    event.remove(engine, "before_cursor_execute", note)
    [(text, values)] = asked
    with engine.begin() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
    assert "policy_row_of_delegate" in str(plan)


def test_his_profile_offers_no_password_that_he_may_not_change(
    app: Flask, company: Company
) -> None:
    user = a_delegate(app, NAME)
    a_delegation(app, user, company, "invoicing.read")
    here, _there = signed_in(app, NAME), signed_in(app, NAME)
    page = here.get(f"/a/{company.id}/profile")
    assert page.status_code == 200
    assert "Non sei tu? Esci da lì." in page.text
    assert f"/a/{company.id}/password" not in page.text
    assert here.get(f"/a/{company.id}/password").status_code == 403
