"""What an owner does on the pages of additional users, and what the policy then says."""

import re
from collections.abc import Iterable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.builders import Company, csrf_token, post
from webapp.extensions import begin_write, editor
from webapp.seating import seat_of, sitting
from webapp.tables import User


def users(company: Company, tail: str = "") -> str:
    return f"/a/{company.id}/settings/users{tail}"


def text_of(client: FlaskClient, address: str) -> str:
    """A page that is there."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def version_on(html: str) -> str:
    """The version that a form carries."""
    found = re.search(r'name="version" value="(\d+)"', html)
    assert found
    return found.group(1)


def save(
    client: FlaskClient,
    company: Company,
    user: str,
    permissions: Iterable[str],
    **more: str,
) -> TestResponse:
    """Fill in the permission table and save it."""
    address = users(company, f"/{user}/permissions")
    page = client.get(address).get_data(as_text=True)
    data = {
        "csrf_token": csrf_token(page),
        "version": version_on(page),
        "permission": list(permissions),
        "save": "1",
        **more,
    }
    return client.post(address, data=data)


def press(client: FlaskClient, company: Company, user: str, name: str) -> TestResponse:
    """Press a button of the user's page, there or not."""
    here = users(company, f"/{user}")
    return post(client, f"{here}/{name}", {}, page=here)


def reason(app: Flask, company: Company, user: str, action: str = "draft.list") -> str:
    """The reason code of a decision."""
    resource, _, name = action.partition(".")
    decide = app.extensions["delega_enforcer"].decide
    return str(decide(user, company.id, resource, name).reason.value)


def change_row(app: Flask, company: Company, user: str, **values: object) -> None:
    """Write columns of a user, and the policy that follows from them."""
    with app.app_context():
        session = begin_write(company.id, policy=True)
        session.execute(update(User).where(User.id == user).values(**values))
        found = session.get_one(User, user, populate_existing=True)
        place = sitting(session, found, seat_of(session, found))
        editor(company.id, "system").set_state(place, "user.end_changed")
        session.commit()
