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
from webapp.tables import Mail, OneTimeLink, User

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


NO_ADDRESS = (
    "a questo indirizzo non si può scrivere: correggilo, poi manda di nuovo il link"
)


@pytest.mark.parametrize(
    ("failure", "body", "words"),
    [
        ("550 5.1.1 no such box, mx7.host", "", f"{NO_ADDRESS} (codice 550 5.1.1)"),
        ("553 no such box, mx7.host", "", f"{NO_ADDRESS} (codice 553)"),
        ("no mail to write: mx7.host", "", NO_ADDRESS),
        (
            "554 5.7.1 Relay access denied; client mx7.host [10.0.0.7]",
            "testo",
            "un altro tentativo parte da solo (codice 554 5.7.1)",
        ),
        (
            "sender refused: 550 not you, mx7.host",
            "testo",
            "un altro tentativo parte da solo (codice 550)",
        ),
        ("no answer: mx7.host", "testo", "un altro tentativo parte da solo"),
        (
            "given up after 7 days: 451 4.3.0 mx7.host",
            "",
            "non è partita entro 7 giorni: manda di nuovo il link (codice 451 4.3.0)",
        ),
        (
            "link expired: not sent mx7.host",
            "",
            "il link è scaduto prima che partisse: manda di nuovo il link",
        ),
        (
            "link ended: not sent mx7.host",
            "",
            "il link è scaduto prima che partisse: manda di nuovo il link",
        ),
    ],
)
def test_of_what_the_server_said_only_the_code_is_shown_with_what_to_do(
    app: Flask,
    company: Company,
    owner: FlaskClient,
    invited: str,
    failure: str,
    body: str,
    words: str,
) -> None:
    facts = {"failed_at": datetime.now(UTC), "failure": failure, "body": body}
    change_mail(app, invited, **facts)
    tab, page = shown(owner, company, invited)
    assert f"Email non riuscita: {words}<" in tab
    assert f"; {words}<" in page
    assert "mx7.host" not in tab + page


def test_a_mail_that_left_after_all_says_nothing_of_failures(
    app: Flask, company: Company, owner: FlaskClient, invited: str
) -> None:
    change_mail(app, invited, failed_at=datetime.now(UTC), failure="451 later")
    change_mail(app, invited, sent_at=datetime.now(UTC))
    tab, page = shown(owner, company, invited)
    assert "451" not in tab
    assert "451" not in page


def test_the_mail_speaks_the_language_of_who_will_read_it(
    app: Flask, company: Company, owner: FlaskClient, invited: str
) -> None:
    with app.app_context():
        begin_write().get_one(User, invited).language = "en"
        db.session.commit()
    press(owner, company, invited, "link")
    with app.app_context():
        mail = db.session.scalars(select(Mail).order_by(Mail.id.desc())).first()
        assert mail is not None
        assert mail.subject == "Start using the panel"
        assert "The link works once, for 72 hours." in mail.body
    page = press(owner, company, invited, "link").get_data(as_text=True)
    assert '<html lang="it">' in page


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
