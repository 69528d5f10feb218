"""Signing in and out: one answer for every failure, sessions that end everywhere."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from authz import State
from tests.builders import PASSWORD, Company, a_user, post, signed_in
from webapp import throttle
from webapp.extensions import begin_write, db
from webapp.tables import SignInSession, User


def sign_in(app: Flask, name: str, password: str) -> tuple[int, str]:
    client = app.test_client()
    answer = post(client, "/sign-in", {"user_name": name, "password": password})
    return answer.status_code, answer.get_data(as_text=True)


def test_a_user_signs_in_and_lands_on_the_home_of_his_company(
    app: Flask, company: Company
) -> None:
    _identity, name = a_user(app, company, "invoicing.read")
    answer = post(
        app.test_client(), "/sign-in", {"user_name": name, "password": PASSWORD}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/a/{company.id}/"


def test_blanks_pasted_around_name_and_password_do_not_matter(
    app: Flask, company: Company
) -> None:
    _identity, name = a_user(app, company)
    assert sign_in(app, f"  {name.upper()} ", f" {PASSWORD}\t")[0] == 302


def test_a_wrong_name_and_a_wrong_password_read_the_same(
    app: Flask, company: Company
) -> None:
    _identity, name = a_user(app, company)
    wrong_password = sign_in(app, name, "sbagliata-sbagliata")
    wrong_name = sign_in(app, "nessunocosi1", PASSWORD)
    assert wrong_password[0] == wrong_name[0] == 422
    hide = (name, "nessunocosi1")
    texts = {text for _status, text in (wrong_password, wrong_name)}
    import re

    stripped = {
        re.sub(r'value="[^"]*"|[0-9A-Z]{4}-[0-9A-Z]{4}', "", text) for text in texts
    }
    assert len(stripped) == 1, hide


@pytest.mark.parametrize("state", [State.INVITED, State.SUSPENDED])
def test_who_is_not_active_can_not_sign_in(
    app: Flask, company: Company, state: State
) -> None:
    _identity, name = a_user(app, company, state=state)
    assert sign_in(app, name, PASSWORD)[0] == 422


def test_an_expired_temporary_password_opens_nothing(
    app: Flask, company: Company
) -> None:
    identity, name = a_user(app, company, state=State.TEMPORARY)
    with app.app_context():
        session = begin_write()
        past = datetime.now(UTC) - timedelta(minutes=1)
        session.execute(
            update(User).where(User.id == identity).values(password_expires_at=past)
        )
        session.commit()
    assert sign_in(app, name, PASSWORD)[0] == 422


def test_after_ten_failures_a_name_must_wait_whoever_asks(
    app: Flask, company: Company
) -> None:
    _identity, name = a_user(app, company)
    for _ in range(throttle.LIMIT):
        assert sign_in(app, name, "sbagliata-sbagliata")[0] == 422
    client = app.test_client()
    answer = post(client, "/sign-in", {"user_name": name, "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert sign_in(app, company.owner_name, PASSWORD)[0] == 302


def test_unknown_names_are_throttled_alike(app: Flask) -> None:
    for _ in range(throttle.LIMIT):
        sign_in(app, "nessunocosi1", "sbagliata-sbagliata")
    assert sign_in(app, "nessunocosi1", "sbagliata-sbagliata")[0] == 429


def test_signing_out_ends_the_session_for_a_copied_cookie_too(
    app: Flask, company: Company
) -> None:
    client = signed_in(app, company.owner_name)
    copied = client.get_cookie("delega")
    assert copied is not None
    assert (
        post(client, "/sign-out", {}, page=f"/a/{company.id}/password").status_code
        == 302
    )
    thief = app.test_client()
    thief.set_cookie("delega", copied.value)
    assert thief.get(f"/a/{company.id}/").status_code == 302


def test_each_sign_in_makes_a_new_session_secret(app: Flask, company: Company) -> None:
    first = signed_in(app, company.owner_name).get_cookie("delega")
    second = signed_in(app, company.owner_name).get_cookie("delega")
    assert first is not None
    assert second is not None
    assert first.value != second.value
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignInSession)) == 2


def test_an_idle_session_ends(app: Flask, company: Company) -> None:
    client = signed_in(app, company.owner_name)
    with app.app_context():
        session = begin_write()
        session.execute(
            update(SignInSession).values(seen_at=datetime.now(UTC) - timedelta(hours=1))
        )
        session.commit()
    assert client.get(f"/a/{company.id}/").status_code == 302


def test_a_session_ends_at_its_absolute_limit(app: Flask, company: Company) -> None:
    client = signed_in(app, company.owner_name)
    with app.app_context():
        session = begin_write()
        session.execute(update(SignInSession).values(expires_at=datetime.now(UTC)))
        session.commit()
    assert client.get(f"/a/{company.id}/").status_code == 302


def test_a_forged_cookie_is_nobody(app: Flask, company: Company) -> None:
    client = app.test_client()
    client.set_cookie("delega", "eyJfdXNlcl9pZCI6InUifQ.x.y")
    assert client.get(f"/a/{company.id}/").status_code == 302


def test_a_form_without_its_token_changes_nothing(app: Flask, company: Company) -> None:
    answer = app.test_client().post(
        "/sign-in", data={"user_name": company.owner_name, "password": PASSWORD}
    )
    assert answer.status_code == 400


def test_the_start_page_leads_where_one_belongs(app: Flask, company: Company) -> None:
    assert app.test_client().get("/").headers["Location"] == "/sign-in"
    client = signed_in(app, company.owner_name)
    assert client.get("/").headers["Location"] == f"/a/{company.id}/"


def test_an_empty_form_says_which_fields(app: Flask) -> None:
    status, _text = sign_in(app, "", "")
    assert status == 422


def test_the_last_access_is_remembered_at_most_once_a_minute(
    app: Flask, company: Company
) -> None:
    client = signed_in(app, company.owner_name)
    with app.app_context():
        session = begin_write()
        old = datetime.now(UTC) - timedelta(minutes=5)
        session.execute(update(SignInSession).values(seen_at=old))
        session.commit()
    client.get(f"/a/{company.id}/")
    with app.app_context():
        seen = db.session.scalar(select(SignInSession.seen_at))
    assert seen is not None
    assert datetime.now(UTC) - seen < timedelta(minutes=1)
