"""Which requests are refused changes, whoever sent them and by whatever door."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authz import State
from tests.builders import Company, a_company, a_user, csrf_token, signed_in
from tests.webapp.delegating import a_delegate, a_delegation
from tests.webapp.operator.world import an_operator, an_order
from tests.webapp.refusing import recorded, send, told
from webapp.cli import delega
from webapp.extensions import begin_write, db
from webapp.seats.orders import cancel
from webapp.seats.payments import Outcome, register
from webapp.seats.tables import Order

READ = ("invoicing.read",)


@pytest.fixture
def owner(app: Flask, company: Company) -> FlaskClient:
    return signed_in(app, company.owner_name)


@pytest.fixture
def anna(app: Flask, company: Company) -> tuple[str, FlaskClient]:
    user, name = a_user(app, company, *READ)
    return user, signed_in(app, name)


def test_a_user_who_tries_to_give_himself_permissions_is_recorded(
    app: Flask, company: Company, anna: tuple[str, FlaskClient]
) -> None:
    user, client = anna
    asked = {"permission": ["invoicing.read", "invoicing.send_sdi", "no.such"]}
    status, _page = send(
        client, company, f"settings/users/{user}/permissions", **asked, save="1"
    )
    assert status == 403
    (act,) = recorded(app, company)
    assert (act.actor, act.node, act.number) == (user, user, 1)
    assert (act.act, act.code) == ("subuser.update_permissions", "owner_only")
    assert act.wanted == "invoicing.read invoicing.send_sdi"


def test_what_is_only_looked_at_or_is_no_change_of_access_is_not_recorded(
    app: Flask, company: Company, anna: tuple[str, FlaskClient]
) -> None:
    user, client = anna
    here = f"/a/{company.id}/settings/users/{user}/permissions"
    assert client.get(here).status_code == 403
    assert send(client, company, "drafts/new")[0] == 403
    tail = f"settings/users/{user}/permissions/effect"
    assert send(client, company, tail)[0] == 403
    assert told(app, company) == []


def test_a_form_from_elsewhere_is_nobodys_act(
    app: Flask, company: Company, anna: tuple[str, FlaskClient]
) -> None:
    user, client = anna
    address = f"/a/{company.id}/settings/users/{user}/suspend"
    assert client.post(address).status_code == 400
    assert told(app, company) == []


def test_a_temporary_password_opens_no_change_and_the_try_is_recorded(
    app: Flask, company: Company
) -> None:
    user, name = a_user(app, company, *READ, state=State.TEMPORARY)
    client = signed_in(app, name)
    page = client.get(f"/a/{company.id}/password").get_data(as_text=True)
    tail = f"settings/users/{user}/suspend"
    data = {"csrf_token": csrf_token(page)}
    assert client.post(f"/a/{company.id}/{tail}", data=data).status_code == 302
    expected = (user, "subuser.suspend", "password_change_required")
    assert told(app, company) == [expected]


def test_another_company_is_told_nothing(
    app: Flask, company: Company, anna: tuple[str, FlaskClient]
) -> None:
    user, client = anna
    other = a_company(app)
    token = csrf_token(client.get(f"/a/{company.id}/profile").get_data(as_text=True))
    address = f"/a/{other.id}/settings/users/{user}/suspend"
    assert client.post(address, data={"csrf_token": token}).status_code == 404
    assert told(app, other) == []


@pytest.mark.parametrize(
    ("tail", "data", "code"),
    [
        ("settings/users/u_gone/suspend", {}, "not_there"),
        ("settings/keys/gone/revoke", {}, "not_there"),
        ("settings/users/new", {"save": "1", "permission": "no.such"}, "bad_form"),
        (
            "settings/users/new",
            {"save": "1", "permission": "invoicing.send_sdi"},
            "illegal_set",
        ),
        ("customer/renew", {"order": "1", "years": "1", "seats": "0"}, "below_users"),
    ],
)
def test_what_an_owner_asks_for_in_vain_is_recorded_with_its_reason(
    app: Flask,
    company: Company,
    owner: FlaskClient,
    anna: tuple[str, FlaskClient],
    tail: str,
    data: dict[str, object],
    code: str,
) -> None:
    owner.get(f"/a/{company.id}/customer")  # the password is fresh
    send(owner, company, tail, **data)
    (act,) = recorded(app, company)
    assert (act.actor, act.code, act.node) == (company.owner, code, "")


def test_a_name_that_is_taken_and_a_form_of_before_are_recorded(
    app: Flask, company: Company, owner: FlaskClient, anna: tuple[str, FlaskClient]
) -> None:
    user, _client = anna
    with app.app_context():
        (taken,) = db.session.execute(
            db.text("SELECT user_name FROM user_account WHERE id = :id"), {"id": user}
        ).one()
    new = {"name": "Anna", "email": "anna@example.it", "user_name": taken}
    boxes = {"permission": list(READ), "save": "1"}
    assert send(owner, company, "settings/users/new", **new, **boxes)[0] == 422
    tail = f"settings/users/{user}/permissions"
    old = {"permission": [], "save": "1", "version": "0"}
    assert send(owner, company, tail, **old)[0] == 409
    acts = [(act.act, act.code, act.node) for act in recorded(app, company)]
    assert acts == [
        ("subuser.create", "name_taken", ""),
        ("subuser.update_permissions", "stale_version", user),
    ]


def test_what_was_only_misspelt_is_no_act(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    data = {"name": "Anna", "email": "no address", "user_name": "x", "save": "1"}
    boxes = {"permission": list(READ)}
    assert send(owner, company, "settings/users/new", **data, **boxes)[0] == 422
    assert told(app, company) == []


def test_without_a_free_seat_the_act_is_recorded_on_the_way_to_the_cart(
    app: Flask,
) -> None:
    company = a_company(app, seats=0)
    owner = signed_in(app, company.owner_name)
    assert send(owner, company, "settings/users/new", save="1")[0] == 302
    assert told(app, company) == [(company.owner, "subuser.create", "no_free_seat")]
    assert owner.get(f"/a/{company.id}/settings/users/new").status_code == 302
    assert len(told(app, company)) == 1


def test_the_command_line_is_recorded_too(app: Flask) -> None:
    company = a_company(app, seats=0)
    runner = app.test_cli_runner()
    names = ("--user-name", "annaricci9", "--email", "anna@example.it")
    command = ["users", "create", "--account", company.id, *names]
    answer = runner.invoke(delega, command)
    assert answer.exit_code == 1, repr(answer.exception)
    assert told(app, company) == [("system", "subuser.create", "no_free_seat")]


def test_a_payment_of_a_cancelled_order_is_recorded_at_every_door(
    app: Flask, company: Company
) -> None:
    number = an_order(app, company)
    operator = an_operator(app)
    with app.app_context():
        session = begin_write(company.id)
        cancel(session, session.get_one(Order, number))
        session.commit()
        for actor in ("webhook", operator):
            outcome = register(number, reference="CRO 1", actor=actor)
            assert outcome is Outcome.CANCELLED
    assert told(app, company) == [
        ("webhook", "order.pay", "order_cancelled"),
        (operator, "order.pay", "order_cancelled"),
    ]


def test_a_delegates_refused_act_is_recorded_in_that_company_and_no_other(
    app: Flask, company: Company
) -> None:
    other = a_company(app)
    user = a_delegate(app, "studioverdi1")
    a_delegation(app, user, company, *READ)
    client = signed_in(app, "studioverdi1")
    assert send(client, company, f"settings/users/{user}/suspend")[0] == 403
    assert told(app, company) == [(user, "subuser.suspend", "owner_only")]
    token = csrf_token(client.get(f"/a/{company.id}/profile").get_data(as_text=True))
    address = f"/a/{other.id}/settings/users/{user}/suspend"
    assert client.post(address, data={"csrf_token": token}).status_code == 404
    assert told(app, other) == []
