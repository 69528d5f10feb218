"""Whoever runs Delega: a profile, a new password, and a fresh one before what counts."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.builders import PASSWORD, Company, post, signed_in
from tests.webapp.operator.world import NAME, an_operator, an_order
from webapp import guard
from webapp.extensions import begin_write, db
from webapp.seats.tables import Order
from webapp.tables import SignInSession

OTHER = "lanterna-fiume-castagna-volo"


@pytest.fixture
def paola(app: Flask) -> FlaskClient:
    an_operator(app)
    return signed_in(app, NAME)


def grow_stale(app: Flask) -> None:
    """The password was typed a while ago, everywhere."""
    with app.app_context():
        session = begin_write()
        for row in session.scalars(select(SignInSession)).all():
            row.confirmed_at = row.created_at - guard.FRESH
        session.commit()


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.headers.get("Location")
    return answer.get_data(as_text=True)


def test_the_profile_stands_in_the_menu_and_shows_the_sessions(
    app: Flask, paola: FlaskClient
) -> None:
    assert 'href="/operator/profile"' in text_of(paola, "/operator/")
    signed_in(app, NAME)
    html = text_of(paola, "/operator/profile")
    assert "Paola Neri" in html
    assert html.count("Ultimo uso") == 2
    assert 'href="/operator/password"' in html


def test_signing_out_elsewhere_leaves_this_browser(
    app: Flask, paola: FlaskClient
) -> None:
    elsewhere = signed_in(app, NAME)
    page = "/operator/profile"
    answer = post(paola, f"{page}/sign-out-elsewhere", {}, page=page)
    assert answer.headers["Location"] == page
    assert text_of(paola, page).count("Ultimo uso") == 1
    assert elsewhere.get(page).headers["Location"] == "/sign-in"


def test_a_new_password_ends_the_old_one_and_every_other_session(
    app: Flask, paola: FlaskClient
) -> None:
    elsewhere = signed_in(app, NAME)
    wrong = {"current": "x", "new": OTHER, "repeat": OTHER}
    assert post(paola, "/operator/password", wrong).status_code == 422
    right = {**wrong, "current": PASSWORD}
    answer = post(paola, "/operator/password", right)
    assert answer.headers["Location"] == "/operator/"
    assert paola.get("/operator/").status_code == 200
    assert elsewhere.get("/operator/").headers["Location"] == "/sign-in"
    signed_in(app, NAME, OTHER)


DANGEROUS = ("/operator/keys/new", "/operator/orders/{number}/payment")


@pytest.mark.parametrize("page", DANGEROUS)
def test_before_a_payment_or_a_key_the_password_is_asked_for_again(
    app: Flask, company: Company, paola: FlaskClient, page: str
) -> None:
    address = page.format(number=an_order(app, company))
    assert paola.get(address).status_code == 200  # typed a moment ago
    grow_stale(app)
    asked = paola.get(address).headers["Location"]
    assert asked.startswith("/operator/confirm?next=")
    assert "valgono per tutte le aziende" in text_of(paola, asked)
    wrong = post(paola, asked, {"password": "x"})
    assert wrong.status_code == 422
    assert "La pagina resta chiusa" in wrong.get_data(as_text=True)
    assert post(paola, asked, {"password": PASSWORD}).headers["Location"] == address
    assert paola.get(address).status_code == 200
    assert text_of(paola, "/operator/")


def test_a_form_of_before_registers_nothing(
    app: Flask, company: Company, paola: FlaskClient
) -> None:
    number = an_order(app, company)
    grow_stale(app)
    page = "/operator/profile"
    data = {"reference": "CRO 1"}
    answer = post(paola, f"/operator/orders/{number}/payment", data, page=page)
    assert answer.headers["Location"].startswith("/operator/confirm")
    with app.app_context():
        assert db.session.scalar(select(Order.paid_at)) is None


def test_the_way_on_never_leaves_the_desk(paola: FlaskClient) -> None:
    for goal in (
        "https://evil.example/",
        "//evil.example",
        "/a/a_x/",
        "/operator.evil",
    ):
        answer = post(paola, f"/operator/confirm?next={goal}", {"password": PASSWORD})
        assert answer.headers["Location"] == "/operator/"


@pytest.mark.parametrize("page", ["profile", "password", "confirm"])
def test_for_everybody_else_there_are_no_such_pages(
    app: Flask, company: Company, page: str
) -> None:
    owner = signed_in(app, company.owner_name)
    assert owner.get(f"/operator/{page}").status_code == 404


def test_an_open_form_is_taken_for_half_an_hour(
    app: Flask, company: Company, paola: FlaskClient
) -> None:
    number = an_order(app, company)
    address = f"/operator/orders/{number}/payment"
    assert paola.get(address).status_code == 200
    with app.app_context():
        session = begin_write()
        at = session.scalars(select(SignInSession)).one().confirmed_at
        assert at is not None
        earlier = at - guard.FRESH + timedelta(seconds=0)
        session.execute(update(SignInSession).values(confirmed_at=earlier))
        session.commit()
    answer = post(paola, address, {"reference": "CRO 1"}, page="/operator/profile")
    assert answer.headers["Location"] == "/operator/"
