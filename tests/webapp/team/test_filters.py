"""Filters, orders and pages of the list: plain parameters, kept by every link."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert

from authz import Release, State
from authz.storage import Base
from tests.builders import Company, a_company, a_user, post, signed_in
from tests.webapp.team.steps import change_row, text_of, users
from webapp.extensions import begin_write, db
from webapp.i18n import today
from webapp.tables import Account

READ = "invoicing.read"
EDITS = (READ, "invoicing.create_edit")


def names(html: str) -> list[str]:
    """The first names in the table, in order."""
    rows = html.partition("<tbody")[2].partition("</tbody>")[0]
    return [
        name.split()[0] for name in re.findall(r"users/u_\w+\">([^<]+)</a><span", rows)
    ]


def exported(client: FlaskClient, html: str) -> list[list[str]]:
    """The lines of the CSV the page links to."""
    link = re.search(r'href="([^"]*users\.csv[^"]*)"', html)
    assert link
    data = client.get(link.group(1).replace("&amp;", "&")).data
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


@pytest.fixture
def people(app: Flask, company: Company) -> dict[str, str]:
    """Four users who differ in everything: name -> id."""
    now, day = datetime.now(UTC), today()
    held = {
        "Anna": EDITS,
        "Bruno": (READ,),
        "Carla": (READ, "documents.read"),
        "Dario": (),
    }
    found = {
        name: a_user(app, company, *permissions, full_name=f"{name} Neri")[0]
        for name, permissions in held.items()
    }
    rows = {
        "Anna": {"last_access_at": now, "created_at": now - timedelta(days=4)},
        "Bruno": {
            "last_access_at": now - timedelta(days=91),
            "created_at": now - timedelta(days=3),
            "access_until": day + timedelta(days=30),
        },
        "Carla": {
            "last_access_at": now - timedelta(days=89),
            "created_at": now - timedelta(days=1),
            "access_until": day - timedelta(days=1),
        },
        "Dario": {
            "created_at": now - timedelta(days=2),
            "access_until": day + timedelta(days=31),
        },
    }
    for name, values in rows.items():
        change_row(app, company, found[name], **values)
    return found


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", ["Anna", "Bruno", "Carla", "Dario"]),
        ("?q=carla", ["Carla"]),
        ("?q=ANNARICCI", ["Anna", "Bruno", "Carla", "Dario"]),
        ("?q=%25", []),
        ("?permission=invoicing.create_edit", ["Anna"]),
        ("?permission=documents.read", ["Carla"]),
        ("?module=invoicing", ["Anna", "Bruno", "Carla"]),
        ("?module=documents", ["Carla"]),
        ("?module=invoicing&permission=documents.read", ["Carla"]),
        ("?module=orders", []),
        ("?expiry=soon", ["Bruno"]),
        ("?expiry=ended", ["Carla"]),
        ("?access=never", ["Dario"]),
        ("?access=old", ["Bruno"]),
        ("?order=access", ["Anna", "Carla", "Bruno", "Dario"]),
        ("?order=end", ["Carla", "Bruno", "Dario", "Anna"]),
        ("?order=created", ["Carla", "Dario", "Bruno", "Anna"]),
        ("?access=old&expiry=ended", []),
    ],
)
def test_each_filter_and_order_finds_who_it_says(
    company: Company,
    owner: FlaskClient,
    people: dict[str, str],
    address: str,
    expected: list[str],
) -> None:
    html = text_of(owner, users(company, address))
    assert names(html) == expected
    lines = exported(owner, html)[1:]
    assert [line[0].split()[0] for line in lines] == expected


@pytest.mark.parametrize(
    "address",
    [
        "?tab=x&role=role.owner&permission=x&module=x&expiry=x&access=x&order=x&page=x",
        "?permission=owner&module=woocommerce&role=a%27b",
        "?page=99999999999999999999999",
        "?page=-3",
        "?page=2",
        "?expiry=&access=&permission=&module=&q=",
    ],
)
def test_what_means_nothing_is_ignored(
    company: Company, owner: FlaskClient, people: dict[str, str], address: str
) -> None:
    html = text_of(owner, users(company, address))
    assert names(html) == list(people)
    assert "Togli i filtri" not in html
    assert '<details class="folded">' in html


def test_what_no_text_can_hold_is_looked_for_as_a_blank(
    owner: FlaskClient, company: Company, people: dict[str, str]
) -> None:
    for typed in ("Bruno%00", "%00Bruno", "Bruno%00Neri"):
        html = text_of(owner, users(company, f"?q={typed}"))
        assert names(html) == ["Bruno"], typed
        assert [line[0] for line in exported(owner, html)[1:]] == ["Bruno Neri"]


def test_the_role_filter_tells_ready_made_from_own(
    app: Flask, company: Company, owner: FlaskClient, people: dict[str, str]
) -> None:
    assert names(text_of(owner, users(company, "?role=own"))) == [
        "Anna",
        "Bruno",
        "Carla",
        "Dario",
    ]
    preset = app.extensions["delega_enforcer"].release().presets["role.read_only"]
    a_user(app, company, *preset.permissions, full_name="Elena Neri")
    html = text_of(owner, users(company, "?role=role.read_only"))
    assert names(html) == ["Elena"]


def test_an_owner_holds_every_permission(
    company: Company, owner: FlaskClient, people: dict[str, str]
) -> None:
    html = text_of(owner, users(company, "?permission=invoicing.configure"))
    assert "Marta Bellandi (tu)" in html
    assert names(html) == []
    assert "Marta Bellandi (tu)" not in text_of(owner, users(company, "?expiry=ended"))


def test_folded_filters_open_when_one_is_set_and_can_be_taken_away(
    company: Company, owner: FlaskClient, people: dict[str, str]
) -> None:
    html = text_of(owner, users(company, "?tab=suspended&access=never"))
    assert '<details class="folded" open>' in html
    assert "0 utenti trovati" in html
    clear = re.search(r'<a href="([^"]+)">Togli i filtri', html)
    assert clear
    assert clear.group(1).endswith("/users?tab=suspended")
    searched = text_of(owner, users(company, "?q=carla"))
    assert '<details class="folded">' in searched
    assert "1 utente trovato" in searched
    assert '<option value="never" selected>' in html


def test_pages_keep_every_filter(app: Flask) -> None:
    company = a_company(app, seats=60)
    for number in range(52):
        a_user(app, company, READ, full_name=f"Persona {number:02}")
    client = signed_in(app, company.owner_name)
    address = "?q=persona&permission=invoicing.read&module=invoicing&order=created"
    html = text_of(client, users(company, address))
    assert "1-50 di 52" in html
    link = re.search(r'<a href="([^"]+)" rel="next"', html)
    assert link
    following = text_of(client, link.group(1).replace("&amp;", "&"))
    assert "51-52 di 52" in following
    assert len(names(following)) == 2
    for part in ("q=persona", "permission=invoicing.read", "order=created"):
        assert part in link.group(1)
    back = re.search(r'<a href="([^"]+)" rel="prev"', following)
    assert back
    assert "page" not in back.group(1)
    assert len(exported(client, following)) == 53


def test_a_filter_by_permission_asks_as_often_for_one_as_for_many(
    app: Flask, company: Company
) -> None:
    """One reading of policy rows, not one a user."""
    few, many = a_company(app), a_company(app, seats=9)
    a_user(app, few, READ)
    for _ in range(9):
        a_user(app, many, READ, state=State.INVITED)
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    counts = []
    for one, tab in ((few, "active"), (many, "invited")):
        client = signed_in(app, one.owner_name)
        address = users(one, f"?permission={READ}&tab={tab}")
        text_of(client, address)
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", note)
        asked.clear()
        text_of(client, address)
        counts.append(len(asked))
        with app.app_context():
            event.remove(db.engine, "before_cursor_execute", note)
    # the tab of invitations asks for links and mails besides
    assert counts[1] == counts[0] + 2


def test_what_a_seat_holds_against_the_rules_is_not_found(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    """As the enforcer reads it: a set that is not legal loses what breaks it."""
    identity, _name = a_user(app, company, full_name="Anna Neri")
    store = app.extensions["delega_store"]
    seat = next(
        dated.row.values[1]
        for dated in store.load(company.id).rows
        if dated.row.values[0] == identity and dated.row.values[1].startswith("s_")
    )
    past = datetime.now(UTC) - timedelta(days=1)
    rows = [
        {"id": 900_001, "v1": "invoicing.send_sdi", "not_after": None},
        {"id": 900_002, "v1": READ, "not_after": past},
    ]
    common = {"account_id": company.id, "ptype": "g", "v0": seat, "v2": company.id}
    with app.app_context():
        session = begin_write()
        table = Base.metadata.tables["policy_row"]
        for row in rows:
            session.execute(insert(table).values(**common, **row, revision_added=1))
        session.commit()
    for name in ("invoicing.send_sdi", READ):
        assert names(text_of(owner, users(company, f"?permission={name}"))) == []


def test_the_export_of_a_tab_is_that_tab_and_without_one_everybody_who_sits(
    app: Flask, company: Company, owner: FlaskClient, people: dict[str, str]
) -> None:
    a_user(app, company, READ, state=State.INVITED, full_name="Elena Neri")
    post(owner, users(company, f"/{people['Dario']}/remove"), {})
    html = text_of(owner, users(company, "?tab=removed"))
    assert [line[0] for line in exported(owner, html)[1:]] == ["Dario Neri"]
    everybody = owner.get(users(company, ".csv")).data.decode("utf-8-sig")
    assert len(everybody.splitlines()) == 5
    assert "Dario" not in everybody


def test_a_renewal_for_fewer_seats_says_why_nobody_can_be_added(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    a_user(app, company, READ)

    def promise(seats: int | None) -> str:
        with app.app_context():
            session = begin_write(company.id)
            account = session.get_one(Account, company.id)
            account.seats_promised, account.seats_promised_until = seats, today()
            session.commit()
        return text_of(owner, users(company))

    sentence = "Hai in corso un rinnovo per 1 posto"
    html = promise(1)
    assert sentence in html
    assert f'href="/a/{company.id}/customer"' in html
    assert "rinnovo" not in promise(2)
    assert "rinnovo" not in promise(None)


def test_only_permissions_that_are_in_view_can_be_looked_for(app: Flask) -> None:
    company = a_company(app, edition="SR")
    html = text_of(signed_in(app, company.owner_name), users(company))
    assert 'value="invoicing.configure"' in html
    assert 'value="invoicing.send_sdi"' not in html
    assert 'value="documents"' not in html


def test_the_words_of_the_filters_are_the_releases(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    release: Release = app.extensions["delega_enforcer"].release()
    html = text_of(owner, users(company))
    for permission in release.permissions.values():
        assert release.permissions.title(permission.name, "it") in html
