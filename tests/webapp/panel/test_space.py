"""Space: becoming full stops changes at once, freeing lets them go on."""

from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Company, a_user, signed_in
from tests.webapp.panel.browsing import (
    EDIT,
    account_row,
    add_bank,
    page,
    rows,
    sample,
    send_form,
    set_account,
    upload,
)
from webapp.extensions import begin_write, enforcer
from webapp.panel.space import depot
from webapp.panel.tables import Draft, StoredFile

FILE = ("vaso.xml", sample("ordinary.xml"))


def test_full_space_makes_changes_inert_and_freeing_brings_them_back(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    add_bank(app, company)
    user, name = a_user(app, company, *EDIT)
    client, base = signed_in(app, name), f"/a/{company.id}"
    set_account(app, company, space_bytes=len(FILE[1]))
    assert upload(client, f"{base}/uploads", FILE).status_code == 302
    assert account_row(app, company).space_full
    (draft,) = rows(app, Draft)
    for who in (client, owner):
        html = page(who, f"{base}/drafts/{draft.id}")
        assert 'aria-disabled="true"' in html
        assert "Lo spazio è esaurito" in html
        page(who, f"{base}/drafts/{draft.id}/delete", 403)
        page(who, f"{base}/uploads", 403)
    forged = send_form(client, f"{base}/drafts/{draft.id}/delete", {}, f"{base}/drafts")
    assert forged.status_code == 403
    with app.app_context():
        session = begin_write()
        (file,) = session.query(StoredFile).all()
        session.delete(session.get_one(Draft, (company.id, draft.id)))
        session.flush()
        depot(session, company.id, company.owner).free(file)
        session.commit()
        assert enforcer().decide(user, company.id, "draft", "create")
    page(client, f"{base}/drafts/new")


def test_deleting_a_draft_frees_its_bytes(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    upload(owner, f"/a/{company.id}/uploads", FILE)
    (draft,) = rows(app, Draft)
    assert account_row(app, company).used_bytes == len(FILE[1])
    address = f"/a/{company.id}/drafts/{draft.id}/delete"
    assert send_form(owner, address, {"version": "1"}).status_code == 302
    assert account_row(app, company).used_bytes == 0


def test_space_that_changes_without_becoming_full_writes_no_policy(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    with app.app_context():
        before = enforcer().decide(company.owner, company.id, "draft", "list").revision
    add_bank(app, company)
    upload(owner, f"/a/{company.id}/uploads", FILE)
    with app.app_context():
        after = enforcer().decide(company.owner, company.id, "draft", "list").revision
    assert before == after
