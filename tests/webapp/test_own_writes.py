"""A change answers with its revision, for whoever then asks for at least that one."""

from flask import Flask

from tests.builders import Company, a_user, post, signed_in
from tests.webapp.decisions.asking import ONE, a_key, ask, question


def users(company: Company, rest: str = "") -> str:
    return f"/a/{company.id}/settings/users{rest}"


def test_who_changed_something_can_ask_a_service_for_at_least_that(
    app: Flask, company: Company
) -> None:
    anna, _ = a_user(app, company, "invoicing.read")
    owner, here = signed_in(app, company.owner_name), users(company, f"/{anna}")
    revision = post(owner, f"{here}/suspend", {}, page=here).headers["Delega-Revision"]
    answer = ask(
        app.test_client(),
        a_key(app),
        ONE,
        question(anna, company.id, action="list"),
        Delega_At_Least=revision,
    )
    assert answer.json["decision"] is False
    assert answer.json["context"]["code"] == "suspended"
    assert int(answer.headers["Delega-Revision"]) >= int(revision)


def test_a_page_that_changes_nothing_names_no_revision(
    app: Flask, company: Company
) -> None:
    owner = signed_in(app, company.owner_name)
    assert "Delega-Revision" not in owner.get(users(company)).headers


def test_a_change_that_was_refused_names_no_revision(
    app: Flask, company: Company
) -> None:
    owner = signed_in(app, company.owner_name)
    data = {"full_name": "", "user_name": "x", "email": "no"}
    answer = post(owner, users(company, "/new"), data)
    assert answer.status_code in (200, 422)
    assert "Delega-Revision" not in answer.headers
