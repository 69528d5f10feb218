"""The same story on PostgreSQL: migrations, people, a permission taken away."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, text

from tests.authz.storage.stores import a_postgresql
from tests.builders import a_company, a_user, publish_policies, signed_in
from tests.webapp.conftest import close, settings_in
from webapp import create_app, refused_acts
from webapp.decisions.credentials import create_credential
from webapp.extensions import begin_write, db
from webapp.refused_acts import Refused, broken_acts, record
from webapp.tables import RefusedAct, Seat
from webapp.team.users import change_permissions

EDITS = ("invoicing.read", "invoicing.create_edit")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """The application on a fresh PostgreSQL database."""
    with a_postgresql() as url:
        app = create_app(settings_in(tmp_path, database_url=url))
        with app.app_context():
            upgrade()
        publish_policies(app)
        yield app
        close(app)


def test_what_the_owner_takes_away_is_refused_at_the_next_click(app: Flask) -> None:
    company = a_company(app)
    identity, name = a_user(app, company, *EDITS)
    client = signed_in(app, name)
    address = f"/a/{company.id}/drafts/new"
    assert client.get(address).status_code == 200
    with app.app_context():
        session = begin_write()
        key = create_credential(session, "billing", [company.id])
        seat = session.scalars(select(Seat).where(Seat.user_id == identity)).one()
        change_permissions(session, seat, ["invoicing.read"], seat.version, "u_o")
        session.commit()
    assert client.get(address).status_code == 403
    body = {
        "subject": {"type": "user", "id": identity},
        "action": {"name": "create"},
        "resource": {"type": "draft", "id": "new"},
        "context": {"account": company.id},
    }
    headers = {"Authorization": f"Bearer {key.text}"}
    answer = app.test_client().post("/access/v1/evaluation", json=body, headers=headers)
    assert answer.json["decision"] is False


def test_it_is_ready_and_shows_the_rows_in_force(app: Flask) -> None:
    company = a_company(app)
    assert app.test_client().get("/readyz").json["status"] == "ready"
    with app.app_context():
        query = text(
            "SELECT v0, v1 FROM casbin_rule WHERE ptype = 'g' AND v2 = :account"
        )
        rows = {
            tuple(row) for row in db.session.execute(query, {"account": company.id})
        }
    assert (company.owner, "role.owner") in rows
    assert ("role.bookkeeper", "payments.read") in rows


def test_one_account_is_another_world(app: Flask) -> None:
    company, other = a_company(app), a_company(app, edition="SR")
    client = signed_in(app, other.owner_name)
    assert client.get(f"/a/{other.id}/").status_code == 200
    assert client.get(f"/a/{company.id}/").status_code == 404


def test_refused_acts_of_many_at_once_make_one_chain(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_acts, "PATIENCE_MS", 60_000)  # a slow machine
    company = a_company(app)

    def refuse() -> None:
        with app.app_context():
            for _time in range(5):
                record(
                    Refused(
                        account=company.id, actor="u_x", act="seat.buy", code="other"
                    )
                )

    threads = [Thread(target=refuse) for _one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        found = db.session.scalars(select(RefusedAct).order_by(RefusedAct.number)).all()
        assert [act.number for act in found] == list(range(1, 21))
        assert broken_acts(found) == []


def test_a_refusal_does_not_wait_for_whoever_holds_the_account(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    company = a_company(app)
    with app.app_context(), db.engine.begin() as held:
        held.execute(
            text("SELECT id FROM account WHERE id = :id FOR UPDATE"), {"id": company.id}
        )
        record(Refused(account=company.id, actor="u_x", act="seat.buy", code="other"))
        db.session.remove()
    assert "refused act not recorded" in caplog.text
    assert "lock timeout" in caplog.text
    with app.app_context():
        record(Refused(account=company.id, actor="u_x", act="seat.buy", code="other"))
        assert db.session.scalar(text("SELECT count(*) FROM refused_act")) == 1
        assert db.session.scalar(text("SHOW lock_timeout")) == "0"
