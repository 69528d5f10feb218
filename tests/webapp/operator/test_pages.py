"""The operator's pages: who comes in, what stands there, what a payment does."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from authz import Reason
from tests.builders import (
    PASSWORD,
    Company,
    a_company,
    a_user,
    csrf_token,
    post,
    signed_in,
    user_row,
)
from tests.webapp.operator.world import (
    NAME,
    a_cancelled_order,
    a_paid_order,
    actors,
    amount_of,
    an_operator,
    an_order,
    order_row,
    seats_of,
)
from webapp.extensions import begin_write, db, enforcer
from webapp.i18n import today
from webapp.operator.people import remove_operator
from webapp.seats import payments
from webapp.seats.tables import Order
from webapp.tables import Mail


@pytest.fixture
def paola(app: Flask) -> str:
    """The operator's id."""
    return an_operator(app)


@pytest.fixture
def client(app: Flask, paola: str) -> FlaskClient:
    """The operator's browser."""
    return signed_in(app, NAME)


def text(answer: TestResponse) -> str:
    """What a reader sees: one line, no tags."""
    html = answer.get_data(as_text=True)
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", html)))


def pay(client: FlaskClient, number: int, reference: str = "CRO 77") -> TestResponse:
    """The confirmation's button; answers the page after it."""
    address = f"/operator/orders/{number}/payment"
    answer = post(client, address, {"reference": reference})
    assert answer.status_code == 302, text(answer)
    assert answer.headers["Location"] == "/operator/"
    return client.get("/operator/")


def test_signing_in_leads_to_the_payments(client: FlaskClient) -> None:
    assert client.get("/").headers["Location"] == "/operator/"
    page = text(client.get("/operator/"))
    assert "Nessun ordine aspetta il pagamento" in page
    assert "Paola Neri" in page
    assert "Gestione di Delega" in page


def test_an_operator_signs_out_by_the_same_door(client: FlaskClient) -> None:
    token = csrf_token(client.get("/operator/").get_data(as_text=True))
    client.post("/sign-out", data={"csrf_token": token})
    assert client.get("/operator/").headers["Location"] == "/sign-in"


def test_for_everybody_else_the_pages_do_not_exist(app: Flask, paola: str) -> None:
    company = a_company(app)
    number = an_order(app, company)
    address = f"/operator/orders/{number}/payment"
    for name in (company.owner_name, a_user(app, company)[1]):
        client = signed_in(app, name)
        token = csrf_token(client.get(f"/a/{company.id}/").get_data(as_text=True))
        data = {"reference": "CRO 1", "csrf_token": token}
        assert client.get("/operator/").status_code == 404
        assert client.get(address).status_code == 404
        assert client.post(address, data=data).status_code == 404
    assert order_row(app, number).paid_at is None


def test_a_visitor_is_sent_to_sign_in(app: Flask) -> None:
    visitor = app.test_client()
    answer = visitor.get("/operator/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")
    token = csrf_token(visitor.get("/sign-in").get_data(as_text=True))
    address, data = "/operator/orders/1/payment", {"csrf_token": token}
    assert visitor.post(address, data=data).status_code == 401


def test_in_a_company_an_operator_is_nobody(
    app: Flask, client: FlaskClient, paola: str, company: Company
) -> None:
    for page in ("", "drafts", "settings/users", "customer", "profile"):
        assert client.get(f"/a/{company.id}/{page}").status_code == 404
    with app.app_context():
        for action in enforcer().release().catalogue:
            decision = enforcer().decide(
                paola, company.id, action.resource, action.name
            )
            assert not decision
            assert decision.reason is Reason.NOT_A_MEMBER


def test_orders_that_wait_stand_there_with_their_company_and_total(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    number = an_order(app, company, seats=2)
    other = a_company(app, name="Mulino <Rossi>")
    second = an_order(app, other, seats=1)
    answer = client.get("/operator/")
    page = text(answer)
    assert page.index("Ceramiche Bellandi") < page.index("Mulino <Rossi>")
    assert "2 nuovi posti" in page or "2 new seats" in page
    assert "oggi" in page
    assert "Mulino &lt;Rossi&gt;" in answer.get_data(as_text=True)
    for found in (number, second):
        assert f"/operator/orders/{found}/payment" in answer.get_data(as_text=True)


def test_the_confirmation_repeats_number_company_and_amount(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    number = an_order(app, company)
    answer = client.get(f"/operator/orders/{number}/payment?reference=CRO+12")
    page = text(answer)
    euros = amount_of(app, number).replace(".", ",")
    assert f"Pagamento dell’ordine {number}" in page
    assert "Ceramiche Bellandi S.r.l." in page
    assert f"Totale {euros} €" in page
    assert 'value="CRO 12"' in answer.get_data(as_text=True)
    assert order_row(app, number).paid_at is None


def test_a_registered_payment_counts_at_once_and_names_the_operator(
    app: Flask, client: FlaskClient, company: Company, paola: str
) -> None:
    before = seats_of(app, company)
    number = an_order(app, company, seats=2)
    page = text(pay(client, number, "  CRO 77  "))
    assert f"Ordine {number}, pagamento registrato: attivo da subito." in page
    assert "Ultimi registrati" in page
    assert "CRO 77" in page
    assert seats_of(app, company) == before + 2
    assert order_row(app, number).payment_reference == "CRO 77"
    assert set(actors(app, company)[1:]) == {paola}


def test_registering_twice_changes_nothing(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    number = an_order(app, company)
    pay(client, number, "CRO 1")
    first, seats = order_row(app, number), seats_of(app, company)
    history = actors(app, company)
    token = csrf_token(client.get("/operator/").get_data(as_text=True))
    data = {"reference": "CRO 2", "csrf_token": token}
    client.post(f"/operator/orders/{number}/payment", data=data)
    page = text(client.get("/operator/"))
    assert f"L’ordine {number} è già pagato, con il riferimento CRO 1." in page
    assert "se il denaro è arrivato due volte, va restituito" in page
    again = order_row(app, number)
    assert (again.paid_at, again.payment_reference) == (first.paid_at, "CRO 1")
    assert seats_of(app, company) == seats
    assert actors(app, company) == history


def test_the_same_payment_twice_is_no_second_payment(
    app: Flask,
    client: FlaskClient,
    company: Company,
    caplog: pytest.LogCaptureFixture,
) -> None:
    number = an_order(app, company)
    pay(client, number, "CRO 1")
    token = csrf_token(client.get("/operator/").get_data(as_text=True))
    data = {"reference": " CRO 1 ", "csrf_token": token}
    client.post(f"/operator/orders/{number}/payment", data=data)
    assert "era già registrato. Non è cambiato nulla" in text(client.get("/operator/"))
    assert not caplog.records


def test_an_order_that_was_not_paid_in_time_waits_no_more(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    number = an_order(app, company)
    address = f"/operator/orders/{number}/payment"
    late = today() - timedelta(days=1)
    with app.app_context():
        begin_write(company.id).get_one(Order, number).pay_by = late
        db.session.commit()
    assert "Nessun ordine aspetta il pagamento" in text(client.get("/operator/"))
    assert "Non pagato in tempo" in text(client.get(f"/operator/?number={number}"))
    page = text(client.get(address))
    assert f"L’ordine era da pagare entro il {late:%d/%m/%Y}" in page
    assert "Registra il pagamento" not in page
    token = csrf_token(client.get("/operator/").get_data(as_text=True))
    client.post(address, data={"reference": "CRO 2", "csrf_token": token})
    assert "non è stato pagato in tempo" in text(client.get("/operator/"))
    assert order_row(app, number).paid_at is None


def test_a_long_list_of_waiting_orders_is_read_page_by_page_and_asks_once(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.operator.views.PAGE", 2)
    companies = [a_company(app, name=f"Azienda {letter}") for letter in "ABCDE"]
    for company in companies:
        an_order(app, company)
    seen = []
    for page, label, names in (
        ("1", "1-2 di 5", "AB"),
        ("2", "3-4 di 5", "CD"),
        ("3", "5-5 di 5", "E"),
        ("99", "5-5 di 5", "E"),
        ("-1", "1-2 di 5", "AB"),
        ("x", "1-2 di 5", "AB"),
    ):
        answer = client.get(f"/operator/?page={page}")
        assert label in text(answer)
        assert re.findall(r"Azienda (\w)", text(answer)) == list(names)
        seen.append(answer.get_data(as_text=True))
    first, second, last = seen[:3]
    assert 'href="/operator/?page=2" rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'href="/operator/?page=1" rel="prev"' in second
    assert 'rel="next"' not in last


def test_more_orders_ask_no_more_questions(app: Flask, client: FlaskClient) -> None:
    def questions() -> int:
        asked: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
            asked.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        client.get("/operator/")
        event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    an_order(app, a_company(app))
    few = questions()
    for _ in range(3):
        an_order(app, a_company(app))
    assert questions() == few


def test_a_paid_order_says_so_and_offers_no_button(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    number = a_paid_order(app, company, "CRO 5")
    page = text(client.get(f"/operator/orders/{number}/payment"))
    assert "Il pagamento è registrato: oggi" in page
    assert "CRO 5" in page
    assert "Registra il pagamento" not in page


def test_a_cancelled_order_is_never_paid(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    number = a_cancelled_order(app, company)
    page = text(client.get(f"/operator/orders/{number}/payment"))
    assert "non si può più pagare" in page
    token = csrf_token(client.get("/operator/").get_data(as_text=True))
    data = {"reference": "CRO 2", "csrf_token": token}
    client.post(f"/operator/orders/{number}/payment", data=data)
    page = text(client.get("/operator/"))
    assert f"L’ordine {number} è annullato: non è stato registrato nulla." in page
    assert order_row(app, number).paid_at is None


def test_a_payment_needs_a_reference_that_can_be_shown(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    number = an_order(app, company)
    address = f"/operator/orders/{number}/payment"
    for reference, words in (
        ("  ", "Compila questo campo"),
        ("a\u202eb", "caratteri"),
        ("x" * 121, "troppo lungo"),
    ):
        answer = post(client, address, {"reference": reference})
        assert answer.status_code == 422
        assert "Non è stato registrato nulla" in text(answer)
        assert words.lower() in text(answer).lower()
    assert order_row(app, number).paid_at is None


@pytest.mark.parametrize("number", ["0", "99", str(2**53 + 1), str(10**30), "x"])
def test_an_order_that_never_was_does_not_exist(
    client: FlaskClient, number: str
) -> None:
    assert client.get(f"/operator/orders/{number}/payment").status_code == 404


def test_an_order_is_found_by_its_number_whatever_its_state(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    paid, off = a_paid_order(app, company), a_cancelled_order(app, company)
    open_order = an_order(app, company)
    for number, word in ((paid, "Registrato"), (off, "Annullato")):
        page = text(client.get(f"/operator/?number={number}"))
        assert f"{number} Ceramiche Bellandi" in page
        assert word in page
        assert "Ultimi registrati" not in page
    page = text(client.get(f"/operator/?number=+{open_order}+"))
    assert "Registra il pagamento" in page
    for nonsense in ("999", "abc", "²", "9" * 40, "-1"):
        page = text(client.get("/operator/", query_string={"number": nonsense}))
        assert "Nessun ordine ha questo numero" in page


def test_the_pages_speak_the_readers_language(
    app: Flask, client: FlaskClient, company: Company
) -> None:
    number = an_order(app, company)
    assert "Register the payment" in text(client.get("/operator/?lang=en"))
    answer = post(client, f"/operator/orders/{number}/payment", {"reference": ""})
    assert "Nothing was registered" in text(answer)


def test_who_was_removed_meanwhile_registers_nothing(
    app: Flask,
    client: FlaskClient,
    company: Company,
    paola: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = an_order(app, company)
    address = f"/operator/orders/{number}/payment"
    token = csrf_token(client.get(address).get_data(as_text=True))
    find = payments.find

    def removed_after_the_guard(wanted: int) -> object:
        session = begin_write()
        remove_operator(session, paola)
        session.commit()
        return find(wanted)

    monkeypatch.setattr(payments, "find", removed_after_the_guard)
    data = {"reference": "CRO 2", "csrf_token": token}
    assert client.post(address, data=data).status_code == 404
    assert order_row(app, number).paid_at is None


def test_a_forgotten_password_is_reset_by_mail_like_anybodys(
    app: Flask, paola: str
) -> None:
    browser = app.test_client()
    post(browser, "/forgot", {"user_name": NAME})
    with app.app_context():
        mail = db.session.query(Mail).filter(Mail.to == "paola@delega.example").one()
        link = re.search(r"/reset/\S+", mail.body)
    assert link
    new = "lanterna-pioggia-sentiero-cubo"
    answer = post(browser, link[0], {"new": new, "repeat": new})
    assert answer.headers["Location"] == "/operator/"
    assert user_row(app, paola).state == "operator"
    old = {"user_name": NAME, "password": PASSWORD}
    assert post(app.test_client(), "/sign-in", old).status_code == 422
    signed_in(app, NAME, new)
