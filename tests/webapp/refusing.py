"""Refused changes: forms that ask for them, and what is recorded."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Company, csrf_token
from webapp.extensions import db
from webapp.tables import RefusedAct


def recorded(app: Flask, company: Company) -> list[RefusedAct]:
    with app.app_context():
        query = select(RefusedAct).where(RefusedAct.account_id == company.id)
        found = list(db.session.scalars(query.order_by(RefusedAct.number)))
        db.session.expunge_all()
        return found


def told(app: Flask, company: Company) -> list[tuple[str, str, str]]:
    return [(act.actor, act.act, act.code) for act in recorded(app, company)]


def send(
    client: FlaskClient, company: Company, tail: str, **data: object
) -> tuple[int, str]:
    """A form that need not be on any page that this person sees."""
    token = csrf_token(client.get(f"/a/{company.id}/profile").get_data(as_text=True))
    address = f"/a/{company.id}/{tail}"
    answer = client.post(address, data={**data, "csrf_token": token})
    return answer.status_code, answer.get_data(as_text=True)
