"""After saving permissions, one button puts back those of before; a change like any."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from authz.storage import broken_links
from tests.builders import Company, a_company, a_user, csrf_token, post, signed_in
from tests.webapp.team.steps import reason, save, text_of, users
from webapp.extensions import begin_write, db, editor
from webapp.tables import Seat, User
from webapp.team import access
from webapp.team.undo import undo_token

READ = ("invoicing.read",)
EDITS = ("invoicing.read", "invoicing.create_edit")


def press_undo(
    client: FlaskClient, company: Company, user: str, html: str
) -> TestResponse:
    """The button of the green note."""
    token = re.search(r'name="undo" value="([^"]+)"', html)
    assert token
    data = {"csrf_token": csrf_token(html), "undo": token.group(1)}
    return client.post(users(company, f"/{user}/permissions/undo"), data=data)


def held(app: Flask, company: Company, user: str) -> frozenset[str]:
    with app.app_context():
        seat = db.session.scalars(select(Seat).where(Seat.user_id == user)).one()
        return editor(company.id, "x").held(seat.id)


def saved_page(
    client: FlaskClient, company: Company, user: str, permissions: tuple[str, ...]
) -> str:
    answer = save(client, company, user, permissions)
    assert answer.status_code == 302
    return text_of(client, answer.headers["Location"])


def test_undo_puts_back_what_was_held_before_at_once(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    html = saved_page(owner, company, identity, READ)
    assert "Salvato. In vigore ovunque." in html
    assert "Annulla la modifica" in html
    assert reason(app, company, identity, "draft.create") == "no_permission"
    answer = press_undo(owner, company, identity, html)
    assert answer.status_code == 302
    assert reason(app, company, identity, "draft.create") == "granted"
    page = text_of(owner, answer.headers["Location"])
    assert "Annullato: i permessi sono quelli di prima." in page
    assert "Annulla la modifica" not in page


def test_undo_is_one_more_change_and_erases_nothing(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    press_undo(owner, company, identity, saved_page(owner, company, identity, READ))
    store = app.extensions["delega_store"]
    kinds = [entry.kind for entry in store.history(company.id)]
    assert kinds[-2:] == ["permissions.changed", "permissions.changed"]
    assert broken_links(store.history()) == []


def test_undo_brings_back_what_sleeps_in_the_seat(app: Flask) -> None:
    company = a_company(app, modules=())
    owner = signed_in(app, company.owner_name)
    before = ("invoicing.read", "documents.read")
    identity, _name = a_user(app, company, *before)
    html = saved_page(owner, company, identity, ())
    assert held(app, company, identity) == frozenset()
    press_undo(owner, company, identity, html)
    assert held(app, company, identity) == set(before)


def test_undo_never_takes_away_what_somebody_did_since(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    html = saved_page(owner, company, identity, READ)
    later = saved_page(owner, company, identity, (*READ, "invoicing.send_sdi"))
    answer = press_undo(owner, company, identity, html)
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "nel frattempo" in page
    assert "Non è stato annullato nulla" in page
    assert held(app, company, identity) == {*READ, "invoicing.send_sdi"}
    assert press_undo(owner, company, identity, later).status_code == 302


def test_undo_works_once(app: Flask, company: Company, owner: FlaskClient) -> None:
    identity, _name = a_user(app, company, *EDITS)
    html = saved_page(owner, company, identity, READ)
    assert press_undo(owner, company, identity, html).status_code == 302
    assert press_undo(owner, company, identity, html).status_code == 409


def test_the_button_goes_as_soon_as_something_changed(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    address = save(owner, company, identity, READ).headers["Location"]
    assert "Annulla la modifica" in text_of(owner, address)
    save(owner, company, identity, EDITS)
    assert "Annulla la modifica" not in text_of(owner, address)
    forged = users(company, f"/{identity}/permissions?undo=abc.def")
    assert "Annulla la modifica" not in text_of(owner, forged)


def test_a_token_that_is_forged_or_for_somebody_else_is_a_bad_request(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    other, _other = a_user(app, company, *READ)
    html = saved_page(owner, company, identity, READ)
    assert press_undo(owner, company, other, html).status_code == 400
    data = {"csrf_token": csrf_token(html), "undo": "abc.def"}
    address = users(company, f"/{identity}/permissions/undo")
    assert owner.post(address, data=data).status_code == 400
    assert owner.post(address, data={"undo": data["undo"]}).status_code == 400
    assert held(app, company, other) == set(READ)


def test_a_set_that_is_no_longer_legal_is_not_put_back(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    for before in ({"invoicing.create_edit"}, {"invoicing.gone"}):
        with app.app_context():
            user = db.session.get_one(User, identity)
            seat = db.session.scalars(
                select(Seat).where(Seat.user_id == identity)
            ).one()
            token = undo_token(user, seat, frozenset(before))
        here = users(company, f"/{identity}/permissions")
        answer = post(owner, f"{here}/undo", {"undo": token}, page=here)
        assert answer.status_code == 409
    assert held(app, company, identity) == set(EDITS)


def test_a_removed_user_has_nothing_to_undo(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    html = saved_page(owner, company, identity, READ)
    post(owner, users(company, f"/{identity}/remove"), {})
    assert press_undo(owner, company, identity, html).status_code == 404


@pytest.mark.parametrize("act", ["save", "undo"])
def test_who_is_removed_at_the_last_moment_gets_nothing(
    app: Flask,
    company: Company,
    owner: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    html = saved_page(owner, company, identity, READ)

    def removed_first(account: str, *, policy: bool) -> Session:
        session = begin_write(account, policy=policy)
        access.remove(session, session.get_one(User, identity), "x")
        session.commit()
        return begin_write(account, policy=policy)

    monkeypatch.setattr("webapp.team.views.begin_write", removed_first)
    if act == "undo":
        answer = press_undo(owner, company, identity, html)
    else:
        answer = save(owner, company, identity, EDITS)
    assert answer.status_code == 404
    assert reason(app, company, identity) == "not_a_member"
