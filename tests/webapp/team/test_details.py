"""Name, e-mail, note and last day of access: one form, and the policy follows at once."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from authz import State
from authz.storage import broken_links
from tests.builders import Company, a_user, csrf_token, post, signed_in, user_row
from tests.webapp.team.steps import (
    change_row,
    press,
    reason,
    text_of,
    users,
    version_on,
)
from webapp.extensions import db
from webapp.i18n import day, today
from webapp.tables import Seat, User

READ = "invoicing.read"
TOMORROW = today() + timedelta(days=1)


def fill(
    client: FlaskClient, company: Company, user: str, **changes: str
) -> TestResponse:
    """Send the form with what it shows, and these changes."""
    address = users(company, f"/{user}/details")
    page = text_of(client, address)
    data = {
        "csrf_token": csrf_token(page),
        "version": version_on(page),
        "name": "Anna Ricci",
        "email": "anna@example.it",
        "access_until": "",
        "note": "",
        **changes,
    }
    return client.post(address, data=data)


def field(html: str, name: str) -> str:
    """What a field of the form holds."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', html)
    assert tag
    found = re.search(r'value="([^"]*)"', tag.group())
    return found.group(1) if found else ""


def test_what_is_saved_stands_on_the_users_page(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    answer = fill(
        owner,
        company,
        identity,
        name="Anna Maria Ricci",
        note="Interna 12\r\nSolo il mattino  \r\n",
        access_until=TOMORROW.isoformat(),
    )
    assert answer.status_code == 302
    html = text_of(owner, answer.headers["Location"])
    assert "Salvato. In vigore ovunque." in html
    assert "Interna 12\nSolo il mattino<" in html
    assert f"{day(TOMORROW)}, tra 1 giorno" in html
    user = user_row(app, identity)
    assert user.full_name == "Anna Maria Ricci"
    assert user.email == "anna@example.it"
    assert user.access_until == TOMORROW
    form = text_of(owner, users(company, f"/{identity}/details"))
    assert field(form, "access_until") == TOMORROW.isoformat()
    assert field(form, "name") == "Anna Maria Ricci"
    assert "Solo il mattino" in form


def test_tabs_of_a_pasted_note_become_blanks(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    assert (
        fill(owner, company, identity, note="Interno\t12\n\tmattino").status_code == 302
    )
    assert user_row(app, identity).note == "Interno 12\n mattino"


def test_a_last_day_is_a_date_of_the_policy_at_once(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    fill(owner, company, identity, access_until=today().isoformat())
    store = app.extensions["delega_store"]
    ends = [
        dated.not_after
        for dated in store.load(company.id).rows
        if dated.row.values[0] == identity and dated.row.values[1].startswith("s_")
    ]
    assert [day(end - timedelta(seconds=1)) for end in ends] == [day(today())]
    assert reason(app, company, identity) == "granted"
    assert store.history(company.id)[-1].kind == "user.end_changed"
    assert broken_links(store.history()) == []


def test_whose_last_day_is_past_is_out_and_a_later_day_lets_him_in_again(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, name = a_user(app, company, READ)
    client = signed_in(app, name)
    assert client.get(f"/a/{company.id}/drafts").status_code == 200
    change_row(app, company, identity, access_until=today() - timedelta(days=1))
    assert client.get(f"/a/{company.id}/drafts").status_code == 403
    assert reason(app, company, identity) == "seat_ended"
    assert "Scaduto" in text_of(owner, users(company))
    assert "Scaduto" in text_of(owner, users(company, f"/{identity}"))
    fill(owner, company, identity, access_until=TOMORROW.isoformat())
    assert client.get(f"/a/{company.id}/drafts").status_code == 200
    assert "Scaduto" not in text_of(owner, users(company))


def test_without_a_last_day_the_seat_says_how_long(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    change_row(app, company, identity, access_until=today() - timedelta(days=1))
    fill(owner, company, identity)
    assert user_row(app, identity).access_until is None
    assert reason(app, company, identity) == "granted"
    assert "fino alla scadenza del posto" in text_of(
        owner, users(company, f"/{identity}")
    )


def test_a_day_after_the_seats_end_is_all_right_and_the_seat_decides(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    late = today() + timedelta(days=2000)
    assert fill(
        owner, company, identity, access_until=late.isoformat()
    ).status_code == (302)
    paid = today() + timedelta(days=110)
    html = text_of(owner, users(company))
    assert day(paid) in html
    assert "posto pagato, tra 110 giorni" in html


def test_the_earlier_end_is_in_the_list_with_its_kind(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    fill(owner, company, identity, access_until=TOMORROW.isoformat())
    html = text_of(owner, users(company))
    assert day(TOMORROW) in html
    assert "fine dell’accesso, tra 1 giorno" in html


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"access_until": (today() - timedelta(days=1)).isoformat()}, "Scegli oggi"),
        ({"access_until": "9999-12-31"}, "troppo lontano"),
        ({"access_until": "domani"}, "Questa non è una data"),
        ({"note": "x" * 501}, "Al massimo 500"),
        ({"note": "bene\u202emale"}, "caratteri"),
        ({"name": "  "}, "Compila"),
        ({"name": "x" * 200}, "troppo lungo"),
        ({"email": "nessuna"}, "indirizzo email"),
    ],
)
def test_what_can_not_be_is_refused_beside_its_field_and_kept(
    app: Flask,
    company: Company,
    owner: FlaskClient,
    changes: dict[str, str],
    message: str,
) -> None:
    identity, _name = a_user(app, company, READ)
    before = app.extensions["delega_store"].changes(0).revision
    answer = fill(owner, company, identity, **changes)
    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)
    assert user_row(app, identity).full_name == "Anna Ricci"
    assert app.extensions["delega_store"].changes(0).revision == before


def test_a_past_day_that_stands_already_does_not_stop_a_new_note(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    past = today() - timedelta(days=9)
    change_row(app, company, identity, access_until=past, email="anna@example.it")
    answer = fill(
        owner, company, identity, access_until=past.isoformat(), note="Non c’è più"
    )
    assert answer.status_code == 302
    assert "I dati sono salvati." in text_of(owner, answer.headers["Location"])
    assert user_row(app, identity).note == "Non c’è più"


def test_five_hundred_characters_on_lines_of_windows_fit(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    note = "\n".join(["x" * 9] * 50)
    assert len(note) == 499
    answer = fill(owner, company, identity, note=note.replace("\n", "\r\n"))
    assert answer.status_code == 302
    assert user_row(app, identity).note == note


def test_saving_what_stands_there_already_changes_nothing(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    fill(owner, company, identity)
    before = version_on(text_of(owner, users(company, f"/{identity}/details")))
    assert fill(owner, company, identity).status_code == 302
    after = version_on(text_of(owner, users(company, f"/{identity}/details")))
    assert after == before


def test_two_who_edit_at_once_lose_nothing_and_see_what_differs(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    stale = version_on(text_of(owner, users(company, f"/{identity}/details")))
    fill(owner, company, identity, note="Prima", access_until=TOMORROW.isoformat())
    answer = fill(owner, company, identity, note="Seconda", version=stale)
    assert answer.status_code == 409
    html = answer.get_data(as_text=True)
    assert "nel frattempo" in html
    facts = html.partition('<dl class="facts">')[2].partition("</dl>")[0]
    assert "Prima" in facts
    assert day(TOMORROW) in facts
    assert "Anna Ricci" not in facts
    assert "Seconda" in html
    assert user_row(app, identity).note == "Prima"
    assert int(version_on(html)) > int(stale)


def test_a_conflict_about_nothing_that_differs_lists_nothing(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    answer = fill(owner, company, identity, version="0", note="Nuova")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "vuota" in html


def test_a_form_without_a_version_saves_nothing(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    answer = fill(owner, company, identity, version="", note="Nuova")
    assert answer.status_code == 409
    assert user_row(app, identity).note == ""


def test_a_change_of_details_makes_an_open_permission_form_stale(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    address = users(company, f"/{identity}/permissions")
    page = text_of(owner, address)
    fill(owner, company, identity, note="Nuova")
    data = {
        "csrf_token": csrf_token(page),
        "version": version_on(page),
        "permission": [READ, "invoicing.create_edit"],
        "save": "1",
    }
    assert owner.post(address, data=data).status_code == 409


def test_a_new_address_ends_the_link_that_went_to_the_old_one(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ, state=State.INVITED)
    page = press(owner, company, identity, "link").get_data(as_text=True)
    link = re.search(r"/activate/[\w-]+", page)
    assert link
    assert app.test_client().get(link.group()).status_code == 200
    answer = fill(owner, company, identity, email="altra@example.it")
    assert "non vale più" in text_of(owner, answer.headers["Location"])
    assert app.test_client().get(link.group()).status_code == 410


def test_a_hostile_note_is_text_and_nothing_else(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    fill(owner, company, identity, note="<script>x</script>")
    html = text_of(owner, users(company, f"/{identity}"))
    assert "<script>x" not in html
    assert "&lt;script&gt;x" in html


def test_a_new_user_gets_note_and_last_day_from_the_form(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    data = {
        "name": "Giulia Conti",
        "email": "giulia@example.it",
        "user_name": "giuliaconti9",
        "access": "link",
        "permission": [READ],
        "note": "Stagista",
        "access_until": TOMORROW.isoformat(),
        "save": "1",
    }
    past = {**data, "access_until": date(2020, 1, 1).isoformat()}
    answer = post(owner, users(company, "/new"), past)
    assert answer.status_code == 422
    assert "Scegli oggi" in answer.get_data(as_text=True)
    assert post(owner, users(company, "/new"), data).status_code == 200
    with app.app_context():
        user = db.session.scalars(
            select(User).where(User.user_name == "giuliaconti9")
        ).one()
        assert user.note == "Stagista"
        assert user.access_until == TOMORROW


def test_whose_seat_is_not_paid_any_more_has_ended_too(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    with app.app_context():
        seat = db.session.scalars(select(Seat).where(Seat.user_id == identity)).one()
        seat.paid_until = today() - timedelta(days=1)
        db.session.commit()
    change_row(app, company, identity, note="")
    assert reason(app, company, identity) == "seat_ended"
    html = text_of(owner, users(company, f"/{identity}"))
    assert "Scaduto" in html
    assert "il posto è scaduto" in html
    assert "posto pagato, 1 giorno fa" in text_of(owner, users(company))


def test_who_sits_nowhere_has_no_details(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, READ)
    post(owner, users(company, f"/{identity}/remove"), {})
    assert owner.get(users(company, f"/{identity}/details")).status_code == 404
    assert owner.get(users(company, f"/{company.owner}/details")).status_code == 404
    page = text_of(owner, users(company, f"/{identity}"))
    assert "Cambia i dati" not in page


def test_who_is_removed_while_the_form_is_open_is_not_changed(
    app: Flask, company: Company
) -> None:
    from authz import StaleVersionError
    from webapp.extensions import begin_write
    from webapp.team.details import Details, change_details

    with app.app_context():
        session = begin_write(company.id, policy=True)
        user = session.get_one(User, company.owner)
        new = Details(full_name="X", email="x@y.it", access_until=None, note="")
        with pytest.raises(StaleVersionError):
            change_details(session, user, new, 1, "x")
