"""Invitations: where each stands, handing the link over, and revoking it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from authz import State
from tests.builders import Company, a_user, post, user_row
from tests.webapp.team.steps import press, reason, text_of, users
from webapp.extensions import begin_write, db
from webapp.i18n import moment
from webapp.tables import Mail, OneTimeLink

READ = "invoicing.read"


@pytest.fixture
def invited(app: Flask, company: Company, owner: FlaskClient) -> str:
    """An invited user to whom a link was made."""
    identity, _name = a_user(app, company, READ, state=State.INVITED)
    assert press(owner, company, identity, "link").status_code == 200
    change_mail(app, identity, user_id=identity)
    return identity


def change_mail(app: Flask, user: str, **values: object) -> None:
    """What sending does to the mails that wait."""
    address = user_row(app, user).email
    with app.app_context():
        session = begin_write()
        session.execute(update(Mail).where(Mail.to == address).values(**values))
        session.commit()


def change_links(app: Flask, user: str, **values: object) -> None:
    with app.app_context():
        session = begin_write()
        links = update(OneTimeLink).where(OneTimeLink.user_id == user)
        session.execute(links.values(**values))
        session.commit()


def shown(owner: FlaskClient, company: Company, user: str) -> tuple[str, str]:
    """The tab of invitations, and the user's page."""
    tab = text_of(owner, users(company, "?tab=invited"))
    return tab.partition("<tbody")[2], text_of(owner, users(company, f"/{user}"))


def link_in(html: str) -> str:
    found = re.search(r'readonly value="http[^"]*(/activate/[\w-]+)"', html)
    assert found, html
    return found.group(1)


def test_a_new_users_link_is_shown_once_to_be_handed_over(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    data = {
        "name": "Giulia Conti",
        "email": "giulia@example.it",
        "user_name": "giuliaconti9",
        "access": "link",
        "permission": [READ],
        "save": "1",
    }
    html = post(owner, users(company, "/new"), data).get_data(as_text=True)
    assert "72 ore" in html
    assert "consegnalo solo a Giulia" in html
    with app.app_context():
        body = db.session.scalars(select(Mail.body)).one()
    assert link_in(html) in body
    assert app.test_client().get(link_in(html)).status_code == 200


def test_the_link_made_again_is_shown_too_and_the_first_ends(
    app: Flask, company: Company, owner: FlaskClient, invited: str
) -> None:
    pages = [press(owner, company, invited, "link") for _ in range(2)]
    links = [link_in(page.get_data(as_text=True)) for page in pages]
    assert [app.test_client().get(link).status_code for link in links] == [410, 200]


def test_a_temporary_password_comes_without_a_link(
    company: Company, owner: FlaskClient, invited: str
) -> None:
    html = press(owner, company, invited, "temporary").get_data(as_text=True)
    assert "/activate/" not in html
    assert "copy.js" not in html


def test_revoking_ends_the_link_and_leaves_the_user_in_the_seat(
    app: Flask, company: Company, owner: FlaskClient, invited: str
) -> None:
    link = link_in(press(owner, company, invited, "link").get_data(as_text=True))
    assert "Revoca l’invito" in text_of(owner, users(company, f"/{invited}"))
    answer = press(owner, company, invited, "revoke")
    assert answer.status_code == 302
    assert app.test_client().get(link).status_code == 410
    page = text_of(owner, answer.headers["Location"])
    assert "L’invito è revocato" in page
    assert "Nessun link aperto" in page
    assert "Revoca l’invito" not in page
    assert "Manda di nuovo il link" in page
    assert ">Togli<" in page
    assert user_row(app, invited).state == State.INVITED
    assert reason(app, company, invited) == "invited"
    assert "1 invito in attesa" in text_of(owner, users(company))


def test_who_has_started_has_no_invitation_to_revoke(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    assert press(owner, company, identity, "revoke").status_code == 409
    page = text_of(owner, users(company, f"/{identity}"))
    assert "Revoca l’invito" not in page
    assert "Link di attivazione" not in page


def test_without_any_link_the_pages_say_so(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ, state=State.INVITED)
    tab, page = shown(owner, company, identity)
    assert "Nessun link aperto" in tab
    assert "Nessun link aperto" in page
    assert "Email con il link" not in page


def test_a_mail_that_waits_is_told(
    company: Company, owner: FlaskClient, invited: str
) -> None:
    tab, page = shown(owner, company, invited)
    assert "Email non ancora partita" in tab
    assert "non ancora partita" in page
    assert "valido fino a" in page


def test_a_link_that_left_says_when_and_until_when(
    app: Flask, company: Company, owner: FlaskClient, invited: str
) -> None:
    sent = datetime.now(UTC) - timedelta(days=1)
    change_mail(app, invited, sent_at=sent)
    tab, page = shown(owner, company, invited)
    assert "Link valido fino a" in tab
    with app.test_request_context():
        assert f"partita: {moment(sent)}" in page


def test_a_mail_that_failed_says_why_in_the_servers_words_shortened(
    app: Flask, company: Company, owner: FlaskClient, invited: str
) -> None:
    why = "550 5.1.1 no such mailbox " + "bla " * 100
    change_mail(app, invited, failed_at=datetime.now(UTC), failure=why)
    tab, page = shown(owner, company, invited)
    assert "Email non riuscita: 550 5.1.1 no such mailbox" in tab
    assert "Il server di posta ha detto: 550 5.1.1 no such mailbox" in page
    assert "bla " * 40 not in page
    change_mail(app, invited, sent_at=datetime.now(UTC))
    tab, page = shown(owner, company, invited)
    assert "550" not in tab
    assert "550" not in page


def test_an_expired_link_is_told_and_that_it_keeps_its_seat(
    app: Flask, company: Company, owner: FlaskClient, invited: str
) -> None:
    change_links(app, invited, expires_at=datetime.now(UTC) - timedelta(hours=1))
    tab, page = shown(owner, company, invited)
    assert "Link scaduto" in tab
    assert "scaduto: " in page
    assert "Revoca l’invito" not in page
    assert "occupa il suo posto anche quando il link è scaduto" in tab
    assert "occupa il suo posto" not in text_of(owner, users(company))


def test_a_link_whose_mail_is_unknown_says_until_when(
    app: Flask, company: Company, owner: FlaskClient, invited: str
) -> None:
    change_mail(app, invited, user_id=None)
    tab, page = shown(owner, company, invited)
    assert "Link valido fino a" in tab
    assert "Email con il link" not in page
