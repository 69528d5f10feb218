"""Suspending, removing, letting in again: at once, everywhere, and undone whole."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from authz import State
from tests.builders import (
    Company,
    a_company,
    a_user,
    csrf_token,
    post,
    signed_in,
    user_row,
)
from webapp.extensions import begin_write, db
from webapp.post import write_mail
from webapp.tables import Mail, Seat, User

EDITS = ("invoicing.read", "invoicing.create_edit")


def act(client: FlaskClient, company: Company, user: str, name: str) -> int:
    """Press a button of the user's page."""
    here = f"/a/{company.id}/settings/users/{user}"
    button = f'action="{here}/{name}"'
    if button not in client.get(here).get_data(as_text=True):
        return 403
    return post(client, f"{here}/{name}", {}, page=here).status_code


def remove(client: FlaskClient, company: Company, user: str) -> int:
    address = f"/a/{company.id}/settings/users/{user}/remove"
    return post(client, address, {}).status_code


def can(app: Flask, company: Company, user: str, action: str = "draft.create") -> str:
    resource, _, name = action.partition(".")
    decide = app.extensions["delega_enforcer"].decide
    return str(decide(user, company.id, resource, name).reason.value)


def test_a_suspended_user_is_out_at_the_next_click_and_comes_back_whole(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, name = a_user(app, company, *EDITS)
    client = signed_in(app, name)
    assert act(owner, company, identity, "suspend") == 302
    assert client.get(f"/a/{company.id}/").status_code == 302
    assert can(app, company, identity) == "suspended"
    page = owner.get(f"/a/{company.id}/settings/users?tab=suspended")
    assert "Anna Ricci" in page.get_data(as_text=True)
    assert act(owner, company, identity, "reactivate") == 302
    assert can(app, company, identity) == "granted"
    signed_in(app, name)


def test_a_removed_user_is_out_and_his_seat_is_free_without_grants(
    app: Flask, owner: FlaskClient, company: Company
) -> None:
    identity, name = a_user(app, company, *EDITS)
    client = signed_in(app, name)
    html = owner.get(f"/a/{company.id}/settings/users/{identity}/remove")
    assert html.status_code == 200
    assert can(app, company, identity) == "granted"
    assert remove(owner, company, identity) == 302
    assert client.get(f"/a/{company.id}/").status_code == 302
    assert can(app, company, identity) == "not_a_member"
    next_one, _name = a_user(app, company)
    assert can(app, company, next_one) == "no_permission"


def test_undoing_a_removal_brings_everything_back_into_any_free_seat(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, name = a_user(app, company, *EDITS)
    remove(owner, company, identity)
    page = owner.get(f"/a/{company.id}/settings/users?tab=removed")
    assert "Anna Ricci" in page.get_data(as_text=True)
    here = owner.get(f"/a/{company.id}/settings/users/{identity}")
    assert "non entra più" in here.get_data(as_text=True)
    assert act(owner, company, identity, "restore") == 302
    assert can(app, company, identity) == "granted"
    assert can(app, company, identity, "draft.send") == "no_permission"
    signed_in(app, name)


def test_without_a_free_seat_undoing_leads_to_buying_one(app: Flask) -> None:
    company = a_company(app, seats=1)
    owner = signed_in(app, company.owner_name)
    identity, _name = a_user(app, company, *EDITS)
    remove(owner, company, identity)
    a_user(app, company)
    here = f"/a/{company.id}/settings/users/{identity}"
    answer = post(owner, f"{here}/restore", {}, page=here)
    assert answer.headers["Location"].endswith("/customer/cart")
    assert user_row(app, identity).state == "removed"


def test_after_thirty_days_a_removed_user_is_gone(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    remove(owner, company, identity)
    token = csrf_token(owner.get(f"/a/{company.id}/password").get_data(as_text=True))
    with app.app_context():
        session = begin_write()
        past = datetime.now(UTC) - timedelta(days=30, seconds=1)
        session.execute(update(User).where(User.id == identity).values(removed_at=past))
        session.commit()
    here = f"/a/{company.id}/settings/users"
    assert owner.get(f"{here}/{identity}").status_code == 404
    assert "Anna Ricci" not in owner.get(f"{here}?tab=removed").get_data(as_text=True)
    answer = owner.post(f"{here}/{identity}/restore", data={"csrf_token": token})
    assert answer.status_code == 404


def test_a_new_temporary_password_ends_the_old_one_and_every_session(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, name = a_user(app, company, *EDITS)
    client = signed_in(app, name)
    here = f"/a/{company.id}/settings/users/{identity}"
    html = post(owner, f"{here}/temporary", {}, page=here).get_data(as_text=True)
    password = re.search(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", html)
    assert password
    assert client.get(f"/a/{company.id}/").status_code == 302
    assert can(app, company, identity) == "password_change_required"
    assert signed_in(app, name, password.group())


def test_sending_the_link_again_ends_the_one_before(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS, state=State.INVITED)
    links = []
    for _ in range(2):
        assert act(owner, company, identity, "link") == 200
        links += links_to_be_sent(app)
    statuses = [app.test_client().get(link).status_code for link in links]
    assert statuses == [410, 200]


def links_to_be_sent(app: Flask) -> list[str]:
    with app.app_context():
        bodies = db.session.scalars(select(Mail.body)).all()
    return [link for body in bodies for link in re.findall(r"/activate/\S+", body)]


@pytest.mark.parametrize("way", ["suspend", "revoke", "temporary", "remove"])
def test_a_link_that_was_taken_back_is_not_sent_any_more(
    app: Flask, company: Company, owner: FlaskClient, way: str
) -> None:
    identity, _name = a_user(app, company, *EDITS, state=State.INVITED)
    other, _name = a_user(app, company, *EDITS, state=State.INVITED)
    for user in (identity, other):
        act(owner, company, user, "link")
    assert len(links_to_be_sent(app)) == 2
    if way == "remove":
        remove(owner, company, identity)
    else:
        act(owner, company, identity, way)
    (link,) = links_to_be_sent(app)
    assert app.test_client().get(link).status_code == 200


def test_mails_without_a_link_are_sent_all_the_same(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    with app.app_context():
        user = begin_write().get_one(User, identity)
        write_mail(user, "Avviso", "Il servizio scade.")
        db.session.commit()
    act(owner, company, identity, "suspend")
    with app.app_context():
        assert db.session.scalars(select(Mail.body)).all() == ["Il servizio scade."]


def test_who_had_no_password_of_his_own_comes_back_as_invited(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS, state=State.TEMPORARY)
    act(owner, company, identity, "suspend")
    act(owner, company, identity, "reactivate")
    assert user_row(app, identity).state == State.INVITED


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (State.ACTIVE, "reactivate"),
        (State.ACTIVE, "link"),
        (State.ACTIVE, "restore"),
        (State.SUSPENDED, "suspend"),
        (State.SUSPENDED, "temporary"),
    ],
)
def test_a_button_pressed_too_late_changes_nothing(
    app: Flask, company: Company, owner: FlaskClient, state: State, name: str
) -> None:
    identity, _name = a_user(app, company, *EDITS, state=state)
    before = app.extensions["delega_store"].changes(0).revision
    token = csrf_token(owner.get(f"/a/{company.id}/password").get_data(as_text=True))
    address = f"/a/{company.id}/settings/users/{identity}/{name}"
    assert owner.post(address, data={"csrf_token": token}).status_code == 409
    assert app.extensions["delega_store"].changes(0).revision == before


def test_an_expired_owner_can_still_narrow_access_and_nothing_else(app: Flask) -> None:
    from webapp.i18n import today

    company = a_company(app, modules=(), ends_on=today() + timedelta(days=1))
    identity, _name = a_user(app, company, *EDITS)
    with app.app_context():
        from webapp.extensions import editor
        from webapp.tables import Account

        session = begin_write(company.id, policy=True)
        account = session.get_one(Account, company.id)
        account.ends_on = today() - timedelta(days=5)
        account.activated_at = datetime.now(UTC) - timedelta(days=300)
        session.execute(update(Seat).values(paid_until=account.ends_on))
        session.flush()
        editor(company.id, "system").set_contract(account.contract())
        session.commit()
    owner = signed_in(app, company.owner_name)
    here = f"/a/{company.id}/settings/users/{identity}"
    html = owner.get(here).get_data(as_text=True)
    assert "Sospendi" in html
    assert "scaduto" in html
    people = owner.get(f"/a/{company.id}/settings/users").get_data(as_text=True)
    inert = people.partition('aria-disabled="true"')[2].partition("</button>")[0]
    assert "Crea utente" in inert
    assert act(owner, company, identity, "suspend") == 302
    assert act(owner, company, identity, "reactivate") == 403
    assert remove(owner, company, identity) == 302


def test_the_owner_has_no_such_page(company: Company, owner: FlaskClient) -> None:
    here = f"/a/{company.id}/settings/users/{company.owner}"
    assert owner.get(here).status_code == 404
    assert owner.get(f"{here}/remove").status_code == 404


def test_every_act_is_in_the_history_and_the_chain_holds(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    from authz.storage import broken_links

    identity, _name = a_user(app, company, *EDITS)
    for name in ("suspend", "reactivate", "temporary"):
        act(owner, company, identity, name)
    remove(owner, company, identity)
    act(owner, company, identity, "restore")
    store = app.extensions["delega_store"]
    kinds = [entry.kind for entry in store.history(company.id)]
    assert kinds[-5:] == [
        "user.suspended",
        "user.reactivated",
        "user.password_reset",
        "user.deleted",
        "user.restored",
    ]
    assert broken_links(store.history()) == []
