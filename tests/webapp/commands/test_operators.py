"""`delega operators`: the only way to make who runs Delega, and to be rid of him."""

import re

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from authz import UnknownNameError
from tests.builders import PASSWORD, a_company, post, signed_in, user_row
from tests.webapp.operator.world import NAME, an_operator
from webapp.cli import delega
from webapp.extensions import db
from webapp.people import UnfitPersonError
from webapp.tables import OneTimeLink, SignInSession

CREATE = ("operators", "create", "--email", "paola@delega.example")
NEW = "lanterna-pioggia-sentiero-cubo"


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(delega, list(arguments))


def test_an_operator_is_made_with_a_link_to_choose_the_password(app: Flask) -> None:
    result = run(app, *CREATE, "--user-name", NAME, "--full-name", "Paola Neri")
    assert result.exit_code == 0, result.output
    identity, link = result.output.splitlines()
    assert re.fullmatch("o_[a-z2-7]{26}", identity)
    address = link.removeprefix("http://127.0.0.1:8000")
    browser = app.test_client()
    assert f"Delega ha creato per te il nome utente <strong>{NAME}" in browser.get(
        address
    ).get_data(as_text=True)
    answer = post(browser, address, {"new": NEW, "repeat": NEW})
    assert answer.headers["Location"] == "/operator/"
    assert user_row(app, identity).state == "operator"
    assert browser.get(address).status_code == 410  # it works once
    assert signed_in(app, NAME, NEW).get("/operator/").status_code == 200


def test_before_the_password_is_chosen_nobody_enters(app: Flask) -> None:
    run(app, *CREATE, "--user-name", NAME)
    for password in (PASSWORD, "x"):
        data = {"user_name": NAME, "password": password}
        assert post(app.test_client(), "/sign-in", data).status_code == 422


def test_a_name_that_is_taken_or_can_not_be_makes_nobody(app: Flask) -> None:
    taken = a_company(app).owner_name.upper()
    result = run(app, *CREATE, "--user-name", taken)
    assert isinstance(result.exception, IntegrityError)
    result = run(app, *CREATE, "--user-name", "short")
    assert isinstance(result.exception, UnfitPersonError)
    assert run(app, "operators", "list").output == ""


def test_the_list_has_a_line_each(app: Flask) -> None:
    identity = an_operator(app)
    a_company(app)
    line = f"{identity}\t{NAME}\tpaola@delega.example\tPaola Neri\n"
    assert run(app, "operators", "list").output == line


def test_removing_ends_every_session_at_once(app: Flask) -> None:
    identity = an_operator(app)
    client = signed_in(app, NAME)
    result = run(app, "operators", "remove", NAME.upper())
    assert result.output == f"{identity} removed\n"
    assert client.get("/operator/").headers["Location"] == "/sign-in"
    data = {"user_name": NAME, "password": PASSWORD}
    assert post(app.test_client(), "/sign-in", data).status_code == 422
    assert run(app, "operators", "list").output == ""
    with app.app_context():
        ended = db.session.scalars(select(SignInSession.ended_at)).all()
    assert ended
    assert all(ended)


def test_removing_ends_the_activation_link(app: Flask) -> None:
    made = run(app, *CREATE, "--user-name", NAME).output.splitlines()
    run(app, "operators", "remove", made[0])
    address = made[1].removeprefix("http://127.0.0.1:8000")
    assert app.test_client().get(address).status_code == 410
    with app.app_context():
        assert db.session.scalars(select(OneTimeLink.used_at)).one()


@pytest.mark.parametrize("name", ["nobody12", "o_x", ""])
def test_who_is_no_operator_is_not_removed(app: Flask, name: str) -> None:
    company = a_company(app)
    for wanted in (name, company.owner, company.owner_name):
        result = run(app, "operators", "remove", wanted)
        assert isinstance(result.exception, UnknownNameError)
    signed_in(app, company.owner_name)
