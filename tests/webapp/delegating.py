"""Delegates by hand-made rows, as the pages to come will write them."""

from datetime import UTC, datetime

from flask import Flask

from authz import State
from authz.policy import DatedRow, delegation_rows, link, state_node
from authz.storage import Change, SqlWriter
from tests.builders import Company, password_hash
from webapp.extensions import begin_write
from webapp.ids import new_id
from webapp.tables import User


def a_delegate(app: Flask, name: str) -> str:
    """Somebody of no company, with PASSWORD; answers the id."""
    user = new_id("u")
    with app.app_context():
        session = begin_write()
        session.add(
            User(
                id=user,
                user_name=name,
                folded_name=name,
                full_name="Studio Verdi",
                email="studio@example.it",
                state=State.DELEGATE.value,
                password_hash=password_hash(),
                created_at=datetime.now(UTC),
            )
        )
        session.commit()
    return user


def a_delegation(
    app: Flask,
    user: str,
    company: Company,
    *permissions: str,
    accepted: bool = True,
    until: datetime | None = None,
) -> None:
    """He may act in that company, once it is accepted, `until` then."""
    node = new_id("d")
    rows = [
        DatedRow(link(user, state_node(State.DELEGATE), company.id)),
        *delegation_rows(node, company.id, permissions),
    ]
    if accepted:
        rows.append(DatedRow(link(user, node, company.id), not_after=until))
    with app.app_context():
        session = begin_write(company.id, policy=True)
        SqlWriter(session).apply(
            Change(account=company.id, actor="system", kind="x", node=node, add=rows)
        )
        session.commit()
