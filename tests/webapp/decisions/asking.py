"""A service that asks: its key, and requests as it sends them."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp.decisions.credentials import create_credential
from webapp.extensions import begin_write

ONE = "/access/v1/evaluation"
MANY = "/access/v1/evaluations"
WHO = "/access/v1/search/subject"
WHAT = "/access/v1/search/resource"
HOW = "/access/v1/search/action"
EVERY_SCOPE = ("decide", "search", "explain")


def a_key(app: Flask, *accounts: str, scopes: tuple[str, ...] = EVERY_SCOPE) -> str:
    """The text of a new key; no accounts: for all."""
    with app.app_context():
        session = begin_write()
        key = create_credential(session, "desk", accounts, scopes=scopes)
        session.commit()
    return key.text


def ask(
    client: FlaskClient, key: str, address: str, body: Any, **headers: str
) -> TestResponse:
    """Headers are written with `_` for `-`; bytes are sent as they are."""
    sent = {name.replace("_", "-"): text for name, text in headers.items()}
    sent["Authorization"] = f"Bearer {key}"
    if isinstance(body, bytes):
        return client.post(
            address, data=body, content_type="application/json", headers=sent
        )
    return client.post(address, json=body, headers=sent)


def question(
    user: str, account: str, resource: str = "draft", action: str = "create"
) -> dict[str, Any]:
    """May that user do it in that account?"""
    return {
        "subject": {"type": "user", "id": user},
        "action": {"name": action},
        "resource": {"type": resource, "id": "1"},
        "context": {"account": account},
    }
