"""Refused changes on the page of the history: told in words, filtered, exported."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authz import Reason
from tests.builders import Company, a_company, a_user, signed_in
from tests.webapp.review.telling import address, in_sight, rows
from webapp import refused_acts
from webapp.i18n import today
from webapp.refused_acts import Refused, code_of, record
from webapp.review.refused_words import ACTS, OBSTACLES, act_label, obstacle
from webapp.seats.orders import OrderLapsedError
from webapp.team.users import NoFreeSeatError

REFUSED = "?outcome=refused"


@pytest.fixture
def owner(app: Flask, company: Company) -> FlaskClient:
    return signed_in(app, company.owner_name)


def refuse(app: Flask, company: Company, actor: str, **facts: object) -> None:
    told = {"act": "subuser.suspend", "code": "owner_only", **facts}
    with app.app_context():
        record(Refused(account=company.id, actor=actor, **told))  # type: ignore[arg-type]


def test_a_refused_change_is_told_with_who_what_and_why(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    user, _name = a_user(app, company, "invoicing.read")
    refuse(
        app,
        company,
        user,
        act="subuser.update_permissions",
        node=user,
        wanted=("invoicing.read", "invoicing.send_sdi"),
    )
    (told,) = rows(owner, company, REFUSED)
    assert in_sight(told) == (
        f"Oggi, {told[6:11]} Anna Ricci Cambiare i permessi di Anna Ricci"
        " È riservato al titolare."
        " Chiesti: Fatturazione: Lettura, Fatturazione: Invio a SdI "
    )
    for fact in ("subuser.update_permissions", "owner_only", user, "Impronta"):
        assert fact in told


def test_the_page_of_changes_leads_there_and_shows_none_of_them(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    before = rows(owner, company)
    assert "rifiutat" not in owner.get(address(company)).text.partition("<form")[0]
    refuse(app, company, company.owner)
    assert rows(owner, company) == before
    page = owner.get(address(company)).text
    assert "è stata chiesta e rifiutata 1 modifica." in page
    assert f'href="{address(company, REFUSED)}"' in page
    assert "è stata chiesta" not in owner.get(address(company, REFUSED)).text


def test_english_readers_read_english(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    refuse(app, company, company.owner, code="no_free_seat", act="subuser.create")
    (told,) = rows(owner, company, f"{REFUSED}&lang=en")
    assert "Create user There was no free seat. Details" in told


def test_filters_find_by_person_actor_act_and_day(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    anna, _name = a_user(app, company, "invoicing.read")
    refuse(app, company, anna, node=anna)
    refuse(app, company, company.owner, act="seat.buy", code="order_waits")
    refuse(app, company, "webhook", act="order.pay", code="wrong_amount")

    def found(query: str) -> int:
        return len(rows(owner, company, f"{REFUSED}&{query}"))

    assert found("") == 3
    assert found(f"user={anna}") == found(f"actor={anna}") == 1
    assert found("actor=webhook") == found("kind=order.pay") == 1
    assert found("kind=permissions.changed") == 0
    assert found(f"since={today().isoformat()}") == 3
    assert found("until=2020-01-01") == found("since=2999-01-01") == 0
    page = owner.get(address(company, f"{REFUSED}&kind=seat.buy")).text
    assert '<option value="seat.buy" selected>Aggiungere posti o moduli' in page
    assert '<option value="refused" selected>' in page


def test_many_are_shown_page_by_page_in_both_directions(
    app: Flask,
    company: Company,
    owner: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("webapp.review.history_page.PAGE", 2)
    for _time in range(5):
        refuse(app, company, company.owner)

    def numbers(query: str) -> list[str]:
        found = rows(owner, company, f"{REFUSED}{query}")
        return [row.partition("Numero ")[2].split()[0] for row in found]

    assert numbers("") == ["5", "4"]
    assert numbers("&before=4") == ["3", "2"]
    assert numbers("&after=2") == ["4", "3"]
    assert numbers("&after=4") == ["5", "4"]  # the first page is always a full one
    middle = owner.get(address(company, f"{REFUSED}&before=4")).text
    assert "outcome=refused&amp;after=3" in middle
    assert "outcome=refused&amp;before=2" in middle


def test_the_export_holds_them_whole_and_in_batches(
    app: Flask,
    company: Company,
    owner: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("webapp.review.refused_page.BATCH", 2)
    anna, _name = a_user(app, company, "invoicing.read")
    for _time in range(3):
        refuse(app, company, anna, node=anna, wanted=("invoicing.read", "gone.by"))
    answer = owner.get(address(company, f".csv{REFUSED}"))
    assert "storico-rifiutate.csv" in answer.headers["Content-Disposition"]
    text = answer.data.decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(text), delimiter=";")
    assert head[3:9] == [
        "Chi",
        "Persona interessata",
        "Modifica chiesta",
        "Permessi chiesti",
        "Perché no",
        "Risposta",
    ]
    assert [line[0] for line in lines] == ["3", "2", "1"]
    assert lines[0][3:9] == [
        "Anna Ricci",
        "Anna Ricci",
        "Sospendi",
        "Fatturazione: Lettura; gone.by",
        "È riservato al titolare.",
        "owner_only",
    ]
    assert lines[0][10] == lines[1][9]


def test_the_last_before_a_pause_says_that_more_may_have_come(
    app: Flask,
    company: Company,
    owner: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refused_acts, "MOST_OF_ACTOR", 1)
    refuse(app, company, company.owner)
    told = rows(owner, company, REFUSED)[0]
    assert "Possono essercene state altre: non tutte sono annotate." in told


def test_another_company_sees_none_of_it(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    other = a_company(app)
    stranger, _name = a_user(app, other, "invoicing.read", full_name="Zoe Estranea")
    refuse(app, other, stranger, node=stranger)
    assert rows(owner, company, REFUSED) == []
    refuse(app, company, stranger)  # a row that no page writes
    assert "Zoe" not in rows(owner, company, REFUSED)[0]


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_act_and_obstacle_has_words_and_a_strange_one_its_code(
    app: Flask, language: str
) -> None:
    actions = app.extensions["delega_enforcer"].release().catalogue
    keys = {action.key for action in actions}
    assert ACTS.keys() - keys == {"order.pay"}
    with app.test_request_context(f"/?lang={language}"):
        for code in (*OBSTACLES, *Reason):
            assert obstacle(code).endswith(".")
        assert obstacle("news") == "news"
        assert act_label("draft.send") == "draft.send"


def test_errors_give_codes_that_have_words() -> None:
    for error in (NoFreeSeatError, OrderLapsedError):
        assert code_of(error("no")) in OBSTACLES
