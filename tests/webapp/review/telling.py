"""Steps of stories about the history: reading its page, and changes to fill it."""

import html
import re

from flask import Flask
from flask.testing import FlaskClient

from authz.storage import Change, SqlWriter
from tests.builders import Company, post
from webapp.extensions import begin_write

ROW = re.compile(r'<tr role="row">\s*<td.*?</tr>', re.DOTALL)


def address(company: Company, query: str = "") -> str:
    return f"/a/{company.id}/history{query}"


def rows(client: FlaskClient, company: Company, query: str = "") -> list[str]:
    """Each change on the page as the words one reads, folded ones included."""
    answer = client.get(address(company, query))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [words(row) for row in ROW.findall(answer.get_data(as_text=True))]


def words(markup: str) -> str:
    text = re.sub(r"<[^>]+>", " ", markup)
    return re.sub(r"\s+", " ", html.unescape(text)).strip()


def in_sight(row: str) -> str:
    """What stands before the folded details."""
    return row.partition("Dettagli")[0]


def save(
    owner: FlaskClient, company: Company, user: str, permissions: list[str]
) -> None:
    """Through the form, as the owner does."""
    page = f"/a/{company.id}/settings/users/{user}/permissions"
    version = re.search(
        r'name="version" value="(\d+)"', owner.get(page).get_data(as_text=True)
    )
    assert version
    data = {"permission": permissions, "version": version.group(1), "save": "1"}
    assert post(owner, page, data).status_code == 302


def press(owner: FlaskClient, company: Company, user: str, act: str) -> None:
    """One of the buttons on a user's page."""
    page = f"/a/{company.id}/settings/users/{user}"
    assert post(owner, f"{page}/{act}", {}, page=page).status_code in (200, 302)


def many_changes(app: Flask, company: Company, count: int, **facts: str) -> None:
    """Changes of no rows: what a long history is made of."""
    told = {"actor": company.owner, "kind": "permissions.changed", "node": "u_gone"}
    with app.app_context():
        session = begin_write(company.id, policy=True)
        for _number in range(count):
            SqlWriter(session).apply(Change(account=company.id, **{**told, **facts}))
        session.commit()
