"""A module that ended: its permissions sleep in the seat, and wake with it."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from tests.builders import Company, a_company, a_user, signed_in
from tests.webapp.team.steps import reason, save, text_of, users
from webapp.extensions import begin_write, db, editor
from webapp.i18n import today
from webapp.seating import sittings
from webapp.tables import Account, AccountModule, Seat

HELD = ("invoicing.read", "documents.read", "documents.create_edit")


def paid_until(app: Flask, company: Company, days: int) -> None:
    """Move the end of Documenti, and the policy with it."""
    with app.app_context():
        session = begin_write(company.id, policy=True)
        end = today() + timedelta(days=days)
        session.execute(update(AccountModule).values(ends_on=end))
        account = session.get_one(Account, company.id)
        session.refresh(account)
        editor(company.id, "system").set_contract(
            account.contract(), sittings(session, account)
        )
        session.commit()


def held(app: Flask, company: Company, user: str) -> frozenset[str]:
    with app.app_context():
        seat = db.session.scalars(select(Seat).where(Seat.user_id == user)).one()
        return editor(company.id, "x").held(seat.id)


def test_permissions_of_a_module_that_ended_sleep_and_wake_when_it_is_bought_again(
    app: Flask,
) -> None:
    company = a_company(app, modules=("documents",))
    identity, _name = a_user(app, company, *HELD)
    owner = signed_in(app, company.owner_name)
    table = users(company, f"/{identity}/permissions")
    assert "documents.read" in text_of(owner, table)
    assert reason(app, company, identity, "quote.list") == "granted"
    paid_until(app, company, -1)
    assert "documents.read" not in text_of(owner, table)
    assert "documents" not in text_of(owner, users(company, "/new"))
    assert reason(app, company, identity, "quote.list") != "granted"
    answer = save(owner, company, identity, ["invoicing.read", "invoicing.send_sdi"])
    assert answer.status_code == 302
    assert held(app, company, identity) == {*HELD, "invoicing.send_sdi"}
    paid_until(app, company, 110)
    assert "documents.read" in text_of(owner, table)
    assert reason(app, company, identity, "quote.list") == "granted"


def test_a_module_paid_to_the_services_end_is_in_view_through_the_grace(
    app: Flask,
) -> None:
    company = a_company(app, modules=("documents",))
    identity, _name = a_user(app, company, *HELD)
    with app.app_context():
        session = begin_write(company.id)
        session.get_one(Account, company.id).ends_on = today() - timedelta(days=5)
        session.commit()
    paid_until(app, company, -5)
    owner = signed_in(app, company.owner_name)
    page = text_of(owner, users(company, f"/{identity}"))
    assert "Documenti" in page.partition("Che cosa può fare")[2]


def test_a_preset_keeps_its_name_where_a_module_ended(app: Flask) -> None:
    company = a_company(app, modules=("documents",))
    paid_until(app, company, -1)
    a_user(app, company, "invoicing.read", "invoicing.create_edit")
    html = text_of(signed_in(app, company.owner_name), users(company))
    assert "Su misura" not in html.partition("<table")[2]
