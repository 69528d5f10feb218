"""Additional users: who sees the list, creating, and the permission table."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from authz import State
from tests.builders import (
    Company,
    a_company,
    a_user,
    csrf_token,
    post,
    signed_in,
    user_row,
)
from tests.webapp.team.steps import save, users
from webapp.extensions import db, editor
from webapp.tables import Mail, Seat, User

EDITS = ("invoicing.read", "invoicing.create_edit")


def boxes(html: str, *, disabled: bool | None = None) -> set[str]:
    """The ticked permissions of a page; or its disabled ones."""
    found = set()
    for tag in re.findall(r"<input[^>]*name=\"permission\"[^>]*>", html):
        match = re.search(r'value="([^"]+)"', tag)
        assert match
        wanted = " disabled" in tag if disabled else " checked" in tag
        if wanted:
            found.add(match.group(1))
    return found


def fields(**changes: str | list[str]) -> dict[str, object]:
    return {
        "name": "Giulia Conti",
        "email": "giulia@example.it",
        "user_name": "giuliaconti9",
        "access": "link",
        "permission": list(EDITS),
        "save": "1",
        **changes,
    }


def test_the_owner_sees_everybody_and_the_seats(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    a_user(app, company, *EDITS)
    html = owner.get(users(company)).get_data(as_text=True)
    assert "Anna Ricci" in html
    assert "1 di 5 posti usati" in html
    assert "Marta Bellandi" in html


def test_a_user_does_not_see_the_list(app: Flask, company: Company) -> None:
    _identity, name = a_user(app, company, *EDITS)
    answer = signed_in(app, name).get(users(company))
    assert answer.status_code == 403
    assert "riservato al titolare" in answer.get_data(as_text=True)


def test_another_company_does_not_exist(app: Flask, company: Company) -> None:
    other = a_company(app)
    client = signed_in(app, other.owner_name)
    assert client.get(users(company)).status_code == 404
    identity, _name = a_user(app, company, *EDITS)
    assert client.get(users(company, f"/{identity}")).status_code == 404
    assert client.get(users(other, f"/{identity}")).status_code == 404


def test_search_filter_order_and_pages_are_plain_links(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    a_user(app, company, *EDITS, full_name="Luca Ferri")
    a_user(app, company, "invoicing.read", full_name="Anna Ricci")
    html = owner.get(users(company, "?q=luca")).get_data(as_text=True)
    assert "Luca Ferri" in html
    assert "Anna Ricci" not in html
    html = owner.get(users(company, "?order=access&tab=nonsense")).get_data(
        as_text=True
    )
    assert "Anna Ricci" in html
    html = owner.get(users(company, "?q=%25")).get_data(as_text=True)
    assert "Anna Ricci" not in html
    html = owner.get(users(company, "?role=own")).get_data(as_text=True)
    assert "Luca Ferri" in html
    assert "Nessuno qui" in owner.get(users(company, "?tab=suspended")).get_data(
        as_text=True
    )


def test_fifty_users_fit_on_a_page(app: Flask) -> None:
    company = a_company(app, seats=60)
    for number in range(52):
        a_user(app, company, full_name=f"Persona {number:02}")
    client = signed_in(app, company.owner_name)
    first = client.get(users(company)).get_data(as_text=True)
    second = client.get(users(company, "?page=2")).get_data(as_text=True)
    assert first.count("Persona ") > second.count("Persona ")
    assert "1-50 di 53" in first
    assert "51-53 di 53" in second


def test_a_user_is_created_with_a_link_by_mail(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    answer = post(owner, users(company, "/new"), fields())
    assert answer.status_code == 200
    assert "Giulia Conti" in answer.get_data(as_text=True)
    with app.app_context():
        user = db.session.scalars(
            select(User).where(User.folded_name == "giuliaconti9")
        ).one()
        seat = db.session.scalars(select(Seat).where(Seat.user_id == user.id)).one()
        mail = db.session.scalars(select(Mail)).one()
    assert user.state == State.INVITED
    assert seat.preset == ""
    assert "/activate/" in mail.body
    assert mail.to == "giulia@example.it"


def test_a_temporary_password_is_shown_once_and_opens_the_change_page(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    answer = post(owner, users(company, "/new"), fields(access="temporary"))
    html = answer.get_data(as_text=True)
    password = re.search(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", html)
    assert password
    client = signed_in(app, "giuliaconti9", password.group())
    answer = client.get(f"/a/{company.id}/")
    assert answer.headers["Location"].endswith("/password")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"user_name": "corto"}, "8 a 64"),
        ({"user_name": "con spazio 1"}, "8 a 64"),
        ({"user_name": "àccentata99"}, "8 a 64"),
        ({"email": "nonvalida"}, "indirizzo"),
        ({"name": "   "}, ""),
        ({"name": "Anna\u202eRicci"}, "caratteri"),
        ({"name": "x" * 200}, ""),
        ({"permission": ["invoicing.create_edit"]}, "Lettura"),
        (
            {"permission": ["invoicing.read", "invoicing.edit_banks"]},
            "Creazione e modifica",
        ),
    ],
)
def test_bad_input_says_so_next_to_the_field_and_creates_nobody(
    app: Flask,
    company: Company,
    owner: FlaskClient,
    changes: dict[str, str | list[str]],
    message: str,
) -> None:
    answer = post(owner, users(company, "/new"), fields(**changes))
    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)
    with app.app_context():
        found = select(User).where(User.account_id == company.id)
        assert len(db.session.scalars(found).all()) == 1


def test_a_taken_name_is_not_available_in_any_company(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    other = a_company(app)
    answer = post(
        owner, users(company, "/new"), fields(user_name=other.owner_name.upper())
    )
    assert answer.status_code == 422
    assert "non è disponibile" in answer.get_data(as_text=True)


def test_without_a_free_seat_the_way_leads_to_buying_one(app: Flask) -> None:
    company = a_company(app, seats=1)
    a_user(app, company)
    client = signed_in(app, company.owner_name)
    assert "Acquista un posto" in client.get(users(company)).get_data(as_text=True)
    answer = client.get(users(company, "/new"))
    assert answer.headers["Location"].endswith("/customer/cart")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_the_table_shows_what_is_held_and_explains_prerequisites(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, "invoicing.read")
    html = owner.get(users(company, f"/{identity}/permissions")).get_data(as_text=True)
    assert boxes(html) == {"invoicing.read"}
    assert boxes(html, disabled=True) == {
        "invoicing.edit_banks",
        "documents.create_edit",
        "payments.create_edit",
        "orders.create_edit",
    }
    assert "documents.send_sdi" not in html


def test_a_module_that_was_not_bought_has_no_row(app: Flask) -> None:
    company = a_company(app, modules=())
    identity, _name = a_user(app, company, "invoicing.read")
    client = signed_in(app, company.owner_name)
    html = client.get(users(company, f"/{identity}/permissions")).get_data(as_text=True)
    assert "documents.read" not in html


def test_receiving_only_has_no_sending_and_no_banks(app: Flask) -> None:
    company = a_company(app, edition="SR")
    identity, _name = a_user(app, company, "invoicing.read")
    client = signed_in(app, company.owner_name)
    html = client.get(users(company, f"/{identity}/permissions")).get_data(as_text=True)
    assert "invoicing.send_sdi" not in html
    assert "invoicing.configure" in html
    answer = save(client, company, identity, ["invoicing.read", "invoicing.send_sdi"])
    assert answer.status_code == 400


def test_what_is_saved_is_in_force_at_the_users_next_click(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, name = a_user(app, company, *EDITS)
    client = signed_in(app, name)
    decide = app.extensions["delega_enforcer"].decide
    assert not decide(identity, company.id, "draft", "send")
    answer = save(owner, company, identity, [*EDITS, "invoicing.send_sdi"])
    assert answer.status_code == 302
    page = owner.get(answer.headers["Location"]).get_data(as_text=True)
    assert "In vigore ovunque" in page
    assert decide(identity, company.id, "draft", "send")
    save(owner, company, identity, [])
    assert not decide(identity, company.id, "dashboard", "view")
    assert client.get(users(company)).status_code == 403


def test_removing_read_is_refused_once_and_shows_what_falls_with_it(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    answer = save(owner, company, identity, ["invoicing.create_edit"])
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert "senza, cade anche" in html
    assert boxes(html) == set()


def test_saving_what_is_stored_already_writes_no_history(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    store = app.extensions["delega_store"]
    before = store.changes(0).revision
    assert save(owner, company, identity, EDITS).status_code == 302
    assert store.changes(0).revision == before


def test_two_people_editing_at_once_lose_nothing(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    address = users(company, f"/{identity}/permissions")
    page = owner.get(address).get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    save(owner, company, identity, ["invoicing.read"])
    stale = {
        "csrf_token": csrf_token(page),
        "version": version.group(1),
        "permission": [*EDITS, "invoicing.send_sdi"],
        "save": "1",
    }
    answer = owner.post(address, data=stale)
    assert answer.status_code == 409
    assert "nel frattempo" in answer.get_data(as_text=True)
    assert not app.extensions["delega_enforcer"].decide(
        identity, company.id, "draft", "send"
    )


def test_two_delicate_permissions_together_ask_for_a_tick(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    both = [*EDITS, "invoicing.edit_banks", "invoicing.send_sdi"]
    assert save(owner, company, identity, both).status_code == 422
    assert save(owner, company, identity, both, understood="1").status_code == 302


def test_a_preset_fills_the_boxes_and_is_remembered_by_name(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company)
    address = users(company, f"/{identity}/permissions")
    answer = post(owner, address, {"preset": "role.bookkeeper"})
    filled = boxes(answer.get_data(as_text=True))
    assert "payments.create_edit" in filled
    assert save(owner, company, identity, filled).status_code == 302
    assert "Contabilità" in owner.get(users(company)).get_data(as_text=True)


def test_the_effect_counts_what_the_policy_says(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    address = users(company, f"/{identity}/permissions")
    page = owner.get(address).get_data(as_text=True)
    data = {
        "csrf_token": csrf_token(page),
        "permission": [*EDITS, "invoicing.send_sdi"],
        "version": "1",
    }
    before = app.extensions["delega_store"].changes(0).revision
    html = owner.post(f"{address}/effect", data=data).get_data(as_text=True)
    enforcer = app.extensions["delega_enforcer"]
    actions = enforcer.release().catalogue.actions
    pairs = [(a.resource, a.name) for a in actions]
    held = {
        a.key
        for a, d in zip(
            actions, enforcer.decide_many(identity, company.id, pairs), strict=True
        )
        if d
    }
    assert app.extensions["delega_store"].changes(0).revision == before
    save(owner, company, identity, [*EDITS, "invoicing.send_sdi"])
    now = {
        a.key
        for a, d in zip(
            actions, enforcer.decide_many(identity, company.id, pairs), strict=True
        )
        if d
    }
    assert f"{len(now - held)} azioni" in html
    assert "Manda le fatture a SdI" in html


def test_removing_a_prerequisite_is_announced(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    address = users(company, f"/{identity}/permissions")
    token = csrf_token(owner.get(address).get_data(as_text=True))
    data = {"csrf_token": token, "permission": ["invoicing.create_edit"]}
    html = owner.post(f"{address}/effect", data=data).get_data(as_text=True)
    assert "Tolti anche: Fatturazione: Creazione e modifica" in html


def test_a_new_users_effect_is_told_too(company: Company, owner: FlaskClient) -> None:
    address = users(company, "/new")
    token = csrf_token(owner.get(address).get_data(as_text=True))
    data = {"csrf_token": token, "permission": list(EDITS), "name": "Giulia Conti"}
    html = owner.post(f"{address}/effect", data=data).get_data(as_text=True)
    assert "Se salvi, Giulia…" in html


@pytest.mark.parametrize(
    "data",
    [
        {"permission": ["owner"]},
        {"permission": ["documents.send_sdi"]},
        {"permission": ["seated"]},
        {"preset": "role.nobody"},
    ],
)
def test_a_forged_name_is_a_bad_request(
    app: Flask, company: Company, owner: FlaskClient, data: dict[str, object]
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    address = users(company, f"/{identity}/permissions")
    answer = post(owner, address, {**data, "version": "1", "save": "1"})
    assert answer.status_code == 400


def test_one_users_page_says_in_words_what_he_can_do(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, name = a_user(app, company, *EDITS)
    html = owner.get(users(company, f"/{identity}")).get_data(as_text=True)
    assert name in html
    assert "Creazione e modifica" in html
    assert owner.get(users(company, "/u_nobody")).status_code == 404
    assert owner.get(users(company, f"/{company.owner}/permissions")).status_code == 404


@pytest.mark.parametrize(
    "text",
    [
        "a, b",
        'quote " quote',
        "role.owner",
        "u_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "*",
        "<script>x</script>",
        "d'Arco #1 (x)",
    ],
)
def test_a_hostile_name_is_a_label_and_nothing_else(
    app: Flask, company: Company, owner: FlaskClient, text: str
) -> None:
    store = app.extensions["delega_store"]
    before = {dated.row for dated in store.load(company.id).rows}
    answer = post(owner, users(company, "/new"), fields(name=text))
    assert answer.status_code == 200
    html = owner.get(users(company, "?tab=invited")).get_data(as_text=True)
    assert "<script>x" not in html
    added = {dated.row for dated in store.load(company.id).rows} - before
    assert added
    assert all(text not in value for row in added for value in row.values)


def test_every_page_speaks_english_too(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    for tail in (
        "",
        "/new",
        f"/{identity}",
        f"/{identity}/details",
        f"/{identity}/permissions",
    ):
        html = owner.get(users(company, f"{tail}?lang=en")).get_data(as_text=True)
        assert '<html lang="en">' in html
    assert "Create and edit" in html
    assert user_row(app, identity).full_name == "Anna Ricci"


def test_permissions_of_a_module_that_is_gone_fall_with_what_they_need(
    app: Flask,
) -> None:
    company = a_company(app, modules=())
    held = ("invoicing.read", "documents.read", "documents.create_edit")
    identity, _name = a_user(app, company, *held)
    client = signed_in(app, company.owner_name)
    assert save(client, company, identity, ["invoicing.read"]).status_code == 302
    with app.app_context():
        seat = db.session.scalars(select(Seat).where(Seat.user_id == identity)).one()
        assert editor(company.id, "x").held(seat.id) == set(held)
    assert save(client, company, identity, []).status_code == 302
    decide = app.extensions["delega_enforcer"].decide
    assert not decide(identity, company.id, "draft", "list")
    with app.app_context():
        assert editor(company.id, "x").held(seat.id) == frozenset()


def test_a_preset_keeps_its_name_where_a_module_is_missing(app: Flask) -> None:
    company = a_company(app, modules=())
    a_user(app, company, "invoicing.read", "invoicing.create_edit")
    html = signed_in(app, company.owner_name).get(users(company)).get_data(as_text=True)
    assert "Su misura" not in html.partition("<table")[2]


def test_trying_names_is_throttled(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    for _ in range(20):
        answer = post(
            owner, users(company, "/new"), fields(user_name=company.owner_name)
        )
        assert answer.status_code == 422
    assert owner.get(users(company, "/new")).status_code == 429
