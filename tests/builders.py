"""Builders for tests of the panel: an account, its people, a signed-in browser."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import count

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authz import State, publish, read_folder
from authz.policy import default_folder
from authz.storage import SqlWriter
from webapp.extensions import begin_write, db, editor
from webapp.i18n import today
from webapp.opening import NewAccount, open_account
from webapp.passwords import hash_password
from webapp.seating import seat_of, sitting
from webapp.tables import Account, User
from webapp.team.users import NewUser, create_user

PASSWORD = "girasole-tamburo-nebbia-ruota"
_numbers = count(1)

BELLANDI = {
    "vat": "IT02561470390",
    "tax_code": "02561470390",
    "street": "Via Granarolo 88",
    "postcode": "48018",
    "town": "Faenza",
    "province": "RA",
}


@cache
def password_hash() -> str:
    """Argon2 once for all test users."""
    return hash_password(PASSWORD)


@dataclass(frozen=True, kw_only=True)
class Company:
    """An account under test: ids only, so that nothing hangs on a session."""

    id: str
    owner: str
    owner_name: str


def publish_policies(app: Flask) -> None:
    """Put the checkout's policies in force."""
    with app.app_context():
        session = begin_write(policy=True)
        publish(SqlWriter(session), read_folder(default_folder()), "system")
        session.commit()


def a_company(
    app: Flask,
    *,
    name: str = "Ceramiche Bellandi S.r.l.",
    edition: str = "FE",
    seats: int = 5,
    modules: tuple[str, ...] = ("documents", "payments", "orders"),
    ends_on: date | None = None,
    **details: str,
) -> Company:
    """An account with an owner who can sign in."""
    number = next(_numbers)
    facts = {**BELLANDI, **details}
    with app.app_context():
        session = begin_write(policy=True)
        account, owner = open_account(
            session,
            NewAccount(
                name=name,
                vat=facts.pop("vat"),
                edition=edition,
                ends_on=ends_on or today() + timedelta(days=110),
                owner_name="Marta Bellandi",
                owner_user_name=f"martabellandi{number}",
                owner_email="marta@example.it",
                modules=modules if edition == "FE" else (),
                seats=seats,
                details=facts,
            ),
        )
        owner.password_hash = password_hash()
        company = Company(id=account.id, owner=owner.id, owner_name=owner.user_name)
        session.commit()
    return company


def a_user(
    app: Flask,
    company: Company,
    *permissions: str,
    state: State = State.ACTIVE,
    full_name: str = "Anna Ricci",
) -> tuple[str, str]:
    """A user with these permissions and PASSWORD; answers (id, user name)."""
    name = f"annaricci{next(_numbers):03}"
    with app.app_context():
        session = begin_write(company.id, policy=True)
        account = session.get_one(Account, company.id)
        new = NewUser(
            user_name=name,
            full_name=full_name,
            email=f"{name}@example.it",
            permissions=frozenset(permissions),
            password_hash=password_hash(),
        )
        user = create_user(session, account, new, company.owner)
        identity = user.id
        if state is not State.TEMPORARY:
            user.state = state
            user.password_expires_at = None
            editor(account.id, "system").set_state(
                sitting(session, user, seat_of(session, user)), "user.activated"
            )
        session.commit()
    return identity, name


def signed_in(app: Flask, user_name: str, password: str = PASSWORD) -> FlaskClient:
    """A browser with that user signed in."""
    client = app.test_client()
    answer = post(client, "/sign-in", {"user_name": user_name, "password": password})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


def post(
    client: FlaskClient, address: str, data: dict[str, object], page: str | None = None
) -> TestResponse:
    """Fetch the form's page, then send the form with its CSRF token."""
    html = client.get(page or address).get_data(as_text=True)
    protected = client.application.config.get("WTF_CSRF_ENABLED", True)
    token = csrf_token(html) if protected else ""
    return client.post(
        address, data={**data, "csrf_token": token}, content_type="multipart/form-data"
    )


def csrf_token(html: str) -> str:
    """The token a page carries."""
    match = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    assert match, html[:2000]
    return match.group(1)


def user_row(app: Flask, identity: str) -> User:
    """A user's row, detached."""
    with app.app_context():
        user = db.session.get_one(User, identity)
        db.session.expunge(user)
        return user
