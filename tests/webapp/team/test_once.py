"""A form sent twice makes one user, and shows the same page; nobody means nothing."""

import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from authz import State
from tests.builders import (
    PASSWORD,
    Company,
    a_company,
    a_user,
    csrf_token,
    post,
    signed_in,
)
from tests.webapp.team.steps import press, text_of, users
from webapp.extensions import begin_write, db
from webapp.passwords import temporary
from webapp.tables import Mail, Seat, User
from webapp.team import create_views

PASSWORD_SHOWN = re.compile(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}")
LINK_SHOWN = re.compile(r"/activate/[\w-]+")


def form_of(client: FlaskClient, company: Company, **changes: object) -> dict[str, str]:
    """A form that was opened and filled in, with what it carries."""
    html = text_of(client, users(company, "/new"))
    once = re.search(r'name="once"[^>]*value="([^"]+)"', html)
    assert once
    return {  # type: ignore[return-value]
        "name": "Giulia Conti",
        "email": "giulia@example.it",
        "user_name": "giuliaconti9",
        "access": "link",
        "permission": "invoicing.read",
        "save": "1",
        "once": once.group(1),
        "csrf_token": csrf_token(html),
        **changes,
    }


def send(client: FlaskClient, company: Company, form: dict[str, str]) -> str:
    answer = client.post(users(company, "/new"), data=form)
    assert answer.status_code == 200, answer.headers.get("Location")
    return answer.get_data(as_text=True)


def made(app: Flask) -> tuple[int, int, int]:
    """(users but the owner, seats in use, mails)."""
    with app.app_context():
        people = select(func.count()).select_from(User).where(User.state != State.OWNER)
        return (
            db.session.scalar(people) or 0,
            db.session.scalar(select(func.count(Seat.user_id))) or 0,
            db.session.scalar(select(func.count()).select_from(Mail)) or 0,
        )


@pytest.mark.parametrize(
    ("access", "shown"), [("link", LINK_SHOWN), ("temporary", PASSWORD_SHOWN)]
)
def test_a_reload_shows_the_same_user_and_the_same_way_in(
    app: Flask,
    company: Company,
    owner: FlaskClient,
    access: str,
    shown: re.Pattern[str],
) -> None:
    form = form_of(owner, company, access=access)
    first = shown.search(send(owner, company, form))
    again = shown.search(send(owner, company, form))
    assert first
    assert again
    assert first.group() == again.group()
    assert made(app) == (1, 1, 1 if access == "link" else 0)


def test_the_last_seat_taken_by_the_first_click_leads_nobody_to_the_cart(
    app: Flask,
) -> None:
    company = a_company(app, seats=1)
    owner = signed_in(app, company.owner_name)
    form = form_of(owner, company)
    send(owner, company, form)
    assert "Giulia Conti" in send(owner, company, form)


def test_two_clicks_at_once_make_one_user_and_both_see_it(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    form = form_of(owner, company, access="temporary")
    others = [signed_in(app, company.owner_name) for _click in range(2)]
    forms = []
    for client in others:
        html = text_of(client, users(company, "/new"))
        forms.append({**form, "csrf_token": csrf_token(html)})
    ready, pages = Barrier(2), list[str]()

    def click(client: FlaskClient, sent: dict[str, str]) -> None:
        ready.wait()
        pages.append(send(client, company, sent))

    threads = [
        Thread(target=click, args=one) for one in zip(others, forms, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passwords = {
        found.group()
        for page in pages
        for found in [PASSWORD_SHOWN.search(page)]
        if found
    }
    assert len(pages) == 2
    assert len(passwords) == 1
    assert made(app) == (1, 1, 0)


def test_back_and_another_user_makes_him_with_a_word_of_his_own(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    form = form_of(owner, company, access="temporary")
    first = PASSWORD_SHOWN.search(send(owner, company, form))
    other = {"name": "Paolo Verdi", "user_name": "paoloverdi9", "email": "p@example.it"}
    page = send(owner, company, {**form, **other})
    second = PASSWORD_SHOWN.search(page)
    assert first
    assert second
    assert first.group() != second.group()
    assert "paoloverdi9" in page
    assert "giuliaconti9" not in page
    assert made(app) == (2, 2, 0)
    signed_in(app, "paoloverdi9", second.group())
    signed_in(app, "giuliaconti9", first.group())


@pytest.mark.parametrize(
    ("change", "value"),
    [("name", "Paolo Verdi"), ("email", "p@example.it"), ("access", "link")],
)
def test_back_and_another_fact_of_the_same_user_name_says_that_it_is_taken(
    app: Flask, company: Company, owner: FlaskClient, change: str, value: str
) -> None:
    form = form_of(owner, company, access="temporary")
    send(owner, company, form)
    answer = owner.post(users(company, "/new"), data={**form, change: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "non è disponibile" in page
    assert f'value="{value}"' in page
    assert PASSWORD_SHOWN.search(page) is None
    assert made(app) == (1, 1, 0)


def test_blanks_and_the_case_of_the_user_name_make_nobody_else(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    form = form_of(owner, company)
    send(owner, company, form)
    send(owner, company, {**form, "name": " Giulia Conti", "user_name": "GiuliaConti9"})
    assert made(app) == (1, 1, 1)


def test_no_password_is_verified_under_the_lock(
    app: Flask,
    company: Company,
    owner: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    form = form_of(owner, company, access="temporary")
    hashed, verified = create_views.hash_password, create_views.verify
    locked: list[object] = []

    def first_click() -> None:
        other = signed_in(app, company.owner_name)
        token = csrf_token(text_of(other, users(company, "/new")))
        send(other, company, {**form, "csrf_token": token})

    def overtaken(password: str) -> str:
        monkeypatch.setattr(create_views, "hash_password", hashed)
        click = Thread(target=first_click)
        click.start()
        click.join()
        return hashed(password)

    def noting(stored: str, password: str) -> bool:
        options = db.session.connection().get_execution_options()
        locked.append(options.get("immediate"))
        return verified(stored, password)

    monkeypatch.setattr(create_views, "hash_password", overtaken)
    monkeypatch.setattr(create_views, "verify", noting)
    assert PASSWORD_SHOWN.search(send(owner, company, form))
    assert locked == [None]
    assert made(app) == (1, 1, 0)


def test_the_page_says_truly_how_long_the_password_is_shown(
    company: Company, owner: FlaskClient
) -> None:
    form = form_of(owner, company, access="temporary")
    for _time in range(2):
        page = send(owner, company, form)
        assert "si rivede per 15 minuti, fino al primo accesso" in page
        assert "solo questa volta" not in page


def test_after_the_first_sign_in_it_is_shown_no_more(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    form = form_of(owner, company, access="temporary")
    found = PASSWORD_SHOWN.search(send(owner, company, form))
    assert found
    signed_in(app, "giuliaconti9", found.group())
    answer = owner.post(users(company, "/new"), data=form)
    assert answer.status_code == 302
    assert found.group() not in answer.get_data(as_text=True)


def test_one_that_a_reload_would_replace_is_shown_only_once(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    user, _name = a_user(app, company, "invoicing.read")
    page = press(owner, company, user, "temporary").get_data(as_text=True)
    assert "Si vede solo questa volta" in page


def test_what_was_shown_lets_the_user_in(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    form = form_of(owner, company, access="temporary")
    send(owner, company, form)
    found = PASSWORD_SHOWN.search(send(owner, company, form))
    assert found
    signed_in(app, "giuliaconti9", found.group())


def test_later_or_once_used_it_leads_to_the_users_page(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    form = form_of(owner, company, access="temporary")
    send(owner, company, form)
    with app.app_context():
        user = db.session.scalars(select(User).where(User.state == "temporary")).one()
        identity, created = user.id, user.created_at
        session = begin_write(company.id)
        old = update(User).where(User.id == identity)
        session.execute(old.values(created_at=created - timedelta(minutes=16)))
        session.commit()
    answer = owner.post(users(company, "/new"), data=form)
    assert answer.headers["Location"].endswith(users(company, f"/{identity}"))
    with app.app_context():
        session = begin_write(company.id)
        session.execute(old.values(created_at=created))
        session.commit()
    press(owner, company, identity, "temporary")  # another one in its place
    answer = owner.post(users(company, "/new"), data=form)
    assert answer.headers["Location"].endswith(users(company, f"/{identity}"))
    assert made(app)[0] == 1


def test_another_form_and_another_owner_make_other_users(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    form = form_of(owner, company)
    send(owner, company, form)
    other = a_company(app)
    stranger = signed_in(app, other.owner_name)
    theirs = form_of(stranger, other, once=form["once"], user_name="altronome99")
    send(stranger, other, theirs)
    assert made(app)[0] == 2
    again = owner.post(
        users(company, "/new"), data=form_of(owner, company, user_name="giuliaconti9")
    )
    assert "non è disponibile" in again.get_data(as_text=True)


def test_a_form_that_comes_back_keeps_its_word(
    company: Company, owner: FlaskClient
) -> None:
    form = form_of(owner, company, email="no address")
    answer = owner.post(users(company, "/new"), data=form)
    assert answer.status_code == 422
    assert f'value="{form["once"]}"' in answer.get_data(as_text=True)


def test_a_form_without_a_word_makes_a_user_all_the_same(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    form = form_of(owner, company)
    del form["once"]
    send(owner, company, form)
    assert made(app)[0] == 1


def test_a_user_who_can_do_nothing_is_asked_about_once(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    data = form_of(owner, company)
    del data["permission"]
    asked = owner.post(users(company, "/new"), data=data)
    page = asked.get_data(as_text=True)
    assert asked.status_code == 422
    assert "Giulia non potrà fare nulla" in page
    assert made(app) == (0, 0, 0)
    button = re.search(r'<button[^>]*name="save" value="(\w+)">Crea lo stesso', page)
    assert button
    assert 'form="new-user"' in button.group()
    assert "Giulia Conti" in send(owner, company, {**data, "save": button.group(1)})
    assert made(app) == (1, 1, 1)


def test_what_is_wrong_is_said_before_the_question(
    company: Company, owner: FlaskClient
) -> None:
    data = form_of(owner, company, email="no address")
    del data["permission"]
    page = owner.post(users(company, "/new"), data=data).get_data(as_text=True)
    assert "non è un indirizzo" in page
    assert "non potrà fare nulla" not in page


def test_with_a_permission_nothing_is_asked(
    company: Company, owner: FlaskClient
) -> None:
    page = post(owner, users(company, "/new"), form_of(owner, company))
    assert page.status_code == 200
    assert "non potrà fare nulla" not in page.get_data(as_text=True)


def test_a_temporary_password_from_a_secret_is_the_same_each_time() -> None:
    assert temporary(b"x" * 32) == temporary(b"x" * 32)
    assert temporary(b"x" * 32) != temporary(b"y" * 32)
    assert temporary() != temporary()
    assert PASSWORD_SHOWN.fullmatch(temporary())
    assert temporary() != PASSWORD
