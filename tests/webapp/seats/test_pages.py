"""The customer area: cart, renewal, orders, modules; for the owner, behind a password."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.builders import (
    PASSWORD,
    Company,
    a_company,
    a_user,
    csrf_token,
    post,
    signed_in,
)
from tests.webapp.seats.conftest import Ask
from webapp import guard
from webapp.extensions import begin_write, db
from webapp.i18n import day, today
from webapp.seats.orders import take_payment
from webapp.seats.prices import years_from
from webapp.seats.tables import Order
from webapp.tables import Account, AccountModule, SignInSession

DAY = timedelta(days=1)


def at(company: Company, rest: str = "") -> str:
    return f"/a/{company.id}/customer{rest}"


def shown(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.headers.get("Location")
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def total(html: str) -> str:
    found = re.search(r'name="total" value="(\d*)"', html)
    assert found
    return found.group(1)


def order(client: FlaskClient, address: str, **data: object) -> str:
    """Count, then order what was counted; answers where it leads."""
    counted = post(client, address, {**data, "count": "1"}).get_data(as_text=True)
    answer = client.post(
        address,
        data={
            **data,
            "order": "1",
            "total": total(counted),
            "csrf_token": csrf_token(counted),
        },
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.headers["Location"]


def the_order(app: Flask) -> Order:
    with app.app_context():
        found = db.session.scalars(select(Order)).one()
        db.session.expunge_all()
    return found


def grow_old(app: Flask, minutes: int) -> None:
    """As if the password had been typed that long ago."""
    with app.app_context():
        typed = datetime.now(UTC) - timedelta(minutes=minutes)
        begin_write()
        db.session.execute(update(SignInSession).values(confirmed_at=typed))
        db.session.commit()


def test_the_owner_sees_what_there_is_and_orders_more(app: Flask) -> None:
    company = a_company(app, seats=3, modules=("documents",))
    a_user(app, company, "invoicing.read")
    client = signed_in(app, company.owner_name)
    html = shown(client, at(company))
    for words in (
        "Utenze associate al prodotto",
        "1 di 3 posti usati",
        "2 posti liberi",
    ):
        assert words in html
    assert "Aggiungi utente" in html
    assert "Non acquistato" in html  # payments, orders
    where = order(client, at(company, "/cart"), seats="2", extend="y")
    page = shown(client, where)
    assert "Attesa pagamento" in page
    assert "IT60 X054 2811 1010 0000 0123 456" in page
    assert f"Ordine {the_order(app).number}" in page
    assert "Attesa pagamento" in shown(client, at(company))


def test_the_cart_counts_plus_and_minus_without_any_script(app: Flask) -> None:
    company = a_company(app)
    client = signed_in(app, company.owner_name)
    address = at(company, "/cart")
    html = post(client, address, {"seats": "3", "step": "more"}).get_data(as_text=True)
    assert 'value="4"' in html
    html = post(client, address, {"seats": "0", "step": "less"}).get_data(as_text=True)
    assert re.search(r'name="seats"[^>]*value="0"', html)
    html = post(client, address, {"seats": "x", "step": "more"}).get_data(as_text=True)
    assert re.search(r'name="seats"[^>]*value="1"', html)


def test_the_cart_offers_the_modules_that_are_not_there(app: Flask) -> None:
    company = a_company(app, modules=("documents",))
    client = signed_in(app, company.owner_name)
    html = shown(client, at(company, "/cart?module=payments"))
    assert 'value="payments" checked' in html or re.search(
        r'checked[^>]*value="payments"', html
    )
    assert 'value="documents"' not in html
    assert re.search(r'name="seats"[^>]*value="0"', html)


def test_extension_off_lets_the_new_end_with_the_service(app: Flask) -> None:
    company = a_company(app)
    client = signed_in(app, company.owner_name)
    order(client, at(company, "/cart"), seats="1")
    (line,) = the_order(app).lines
    assert line.ends_on == today() + 110 * DAY


def test_woocommerce_alone_is_refused_beside_its_box(app: Flask) -> None:
    company = a_company(app, modules=())
    client = signed_in(app, company.owner_name)
    data = {"seats": "0", "modules": "woocommerce", "order": "1", "total": "1"}
    answer = post(client, at(company, "/cart"), data)
    assert answer.status_code == 422
    assert "WooCommerce funziona con Documenti" in answer.get_data(as_text=True)
    order(client, at(company, "/cart"), seats="0", modules=["woocommerce", "documents"])


@pytest.mark.parametrize("seats", ["-1", "501", "1.5", "abc", "1" * 10_000, "", "²"])
def test_a_number_of_seats_that_can_not_be_is_told_beside_the_field(
    app: Flask, seats: str
) -> None:
    company = a_company(app)
    client = signed_in(app, company.owner_name)
    answer = post(client, at(company, "/cart"), {"seats": seats, "order": "1"})
    assert answer.status_code == 422
    assert "Scrivi un numero" in answer.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalars(select(Order)).all() == []


def test_an_empty_cart_and_a_forged_module_are_no_orders(app: Flask) -> None:
    company = a_company(app)
    client = signed_in(app, company.owner_name)
    empty = post(client, at(company, "/cart"), {"seats": "0", "order": "1"})
    assert "Scegli almeno un posto" in empty.get_data(as_text=True)
    data = {"seats": "1", "modules": "peppol", "order": "1"}
    assert post(client, at(company, "/cart"), data).status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Order)).all() == []


def test_a_price_that_was_not_shown_is_not_ordered(app: Flask) -> None:
    company = a_company(app)
    client = signed_in(app, company.owner_name)
    data = {"seats": "1", "order": "1", "total": "1"}
    answer = post(client, at(company, "/cart"), data)
    assert answer.status_code == 422
    assert "Il prezzo è cambiato" in answer.get_data(as_text=True)


def test_while_an_order_waits_the_cart_leads_to_it(app: Flask, buy: Ask) -> None:
    company = a_company(app)
    number = buy(company, 1)
    client = signed_in(app, company.owner_name)
    for page in ("/cart", "/renew"):
        answer = client.get(at(company, page))
        assert answer.headers["Location"] == at(company, f"/orders/{number}")
    assert "Un ordine aspetta il pagamento" in shown(client, at(company))


def test_an_order_is_cancelled_once_and_never_after_its_payment(
    app: Flask, buy: Ask
) -> None:
    company = a_company(app)
    number = buy(company, 1)
    client = signed_in(app, company.owner_name)
    page = at(company, f"/orders/{number}")
    post(client, f"{page}/cancel", {}, page)
    assert "Annullato" in shown(client, page)
    assert "Come pagare" not in shown(client, page)
    second = buy(company, 1)
    page = at(company, f"/orders/{second}")
    token = csrf_token(client.get(page).get_data(as_text=True))
    with app.app_context():
        take_payment(second, reference="x", actor="system")
    client.post(f"{page}/cancel", data={"csrf_token": token})
    html = shown(client, page)
    assert "è stato pagato" in html
    assert "Pagamento registrato il" in html


def test_another_companys_order_does_not_exist(app: Flask, buy: Ask) -> None:
    other = a_company(app)
    number = buy(other, 1)
    company = a_company(app)
    client = signed_in(app, company.owner_name)
    for path in (f"/orders/{number}", f"/orders/{2**53 - 1}", f"/orders/{10**30}"):
        assert client.get(at(company, path)).status_code == 404
    answer = post(client, at(company, f"/orders/{number}/cancel"), {}, at(company))
    assert answer.status_code == 404


def test_a_renewal_says_whom_to_remove_first(app: Flask) -> None:
    company = a_company(app, seats=3)
    for _number in range(2):
        a_user(app, company, "invoicing.read")
    client = signed_in(app, company.owner_name)
    data = {"seats": "1", "years": "1", "order": "1", "total": "1"}
    answer = post(client, at(company, "/renew"), data)
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert "Gli utenti sono 2: prima togline 1" in html
    assert f"/a/{company.id}/settings/users" in html


def test_a_renewal_of_two_years_begins_where_the_paid_one_ends(app: Flask) -> None:
    company = a_company(app, seats=2, modules=("documents",))
    client = signed_in(app, company.owner_name)
    html = shown(client, at(company, "/renew"))
    assert re.search(r'checked[^>]*value="documents"', html)
    order(client, at(company, "/renew"), seats="2", years="2", modules="documents")
    lines = the_order(app).lines
    begins = today() + 111 * DAY
    assert {line.starts_on for line in lines} == {begins}
    assert {line.ends_on for line in lines} == {years_from(begins, 2)}
    assert {line.product for line in lines} == {"service", "seat", "documents"}


@pytest.mark.parametrize("years", ["0", "11", "x", ""])
def test_a_number_of_years_that_is_not_offered_is_refused(
    app: Flask, years: str
) -> None:
    company = a_company(app)
    client = signed_in(app, company.owner_name)
    data = {"seats": "5", "years": years, "order": "1"}
    assert post(client, at(company, "/renew"), data).status_code == 422


def test_a_module_can_be_left_to_end_and_taken_back(app: Flask) -> None:
    company = a_company(app, modules=("documents",))
    client = signed_in(app, company.owner_name)
    stop = at(company, "/modules/documents/stop")
    post(client, stop, {}, at(company))
    html = shown(client, at(company))
    assert "Senza rinnovo: Documenti. Fino alla scadenza non cambia niente." in html
    assert "Torna a rinnovarlo" in html
    assert not re.search(
        r'checked[^>]*value="documents"', shown(client, at(company, "/renew"))
    )
    post(client, at(company, "/modules/documents/resume"), {}, at(company))
    assert "Non rinnovare" in shown(client, at(company))
    missing = post(client, at(company, "/modules/orders/stop"), {}, at(company))
    assert missing.status_code == 404


def renewing(app: Flask, company: Company) -> set[str]:
    with app.app_context():
        query = select(AccountModule.module).where(
            AccountModule.account_id == company.id, AccountModule.renews
        )
        return set(db.session.scalars(query))


def test_who_stops_documents_is_asked_once_as_woocommerce_ends_with_it(
    app: Flask,
) -> None:
    company = a_company(app, modules=("documents", "payments", "woocommerce"))
    client = signed_in(app, company.owner_name)
    stop = at(company, "/modules/documents/stop")
    area = shown(client, at(company))
    assert f'href="{stop}"' in area
    assert f'action="{stop}"' not in area  # nothing without the question
    asked = post(client, stop, {}, at(company)).get_data(as_text=True)
    question = shown(client, stop)
    for html in (asked, question):
        assert "Non rinnovare Documenti e WooCommerce" in html
        assert "senza Documenti non si rinnova nessuno dei due" in html
    assert renewing(app, company) == {"documents", "payments", "woocommerce"}
    assert post(client, stop, {"all": "1"}).status_code == 302
    assert renewing(app, company) == {"payments"}
    html = shown(client, at(company))
    assert "Senza rinnovo: Documenti e WooCommerce." in html
    assert f'href="{stop}"' not in html


def test_woocommerce_comes_back_with_documents_and_documents_alone(app: Flask) -> None:
    company = a_company(app, modules=("documents", "woocommerce"))
    client = signed_in(app, company.owner_name)
    post(client, at(company, "/modules/documents/stop"), {"all": "1"})
    post(client, at(company, "/modules/documents/resume"), {}, at(company))
    assert renewing(app, company) == {"documents"}
    post(client, at(company, "/modules/documents/stop"), {}, at(company))
    assert renewing(app, company) == set()
    post(client, at(company, "/modules/woocommerce/resume"), {}, at(company))
    assert renewing(app, company) == {"documents", "woocommerce"}
    assert "Da rinnovare con il servizio: WooCommerce e Documenti." in shown(
        client, at(company)
    )


def test_a_module_that_nothing_hangs_on_is_asked_about_where_one_looks(
    app: Flask,
) -> None:
    company = a_company(app, modules=("documents",))
    client = signed_in(app, company.owner_name)
    html = shown(client, at(company, "/modules/documents/stop"))
    assert "<h1>Non rinnovare Documenti</h1>" in html
    assert "WooCommerce" not in html
    missing = client.get(at(company, "/modules/orders/stop"))
    assert missing.status_code == 404


@pytest.mark.parametrize("more", [(), ("woocommerce",)])
def test_a_module_that_ends_before_the_service_has_one_button_in_its_row(
    app: Flask, more: tuple[str, ...]
) -> None:
    company = a_company(app, modules=("documents", *more))
    soon = today() + 3 * DAY
    with app.app_context():
        session = begin_write(company.id)
        session.get_one(AccountModule, (company.id, "documents")).ends_on = soon
        session.commit()
    client = signed_in(app, company.owner_name)
    (row,) = re.findall(
        r"<th [^>]*>Documenti<.*?</tr>", shown(client, at(company)), re.DOTALL
    )
    assert f"{day(soon)}, prima del servizio" in row
    assert "Finisce prima" in row
    assert re.findall(r'class="button [^>]*>([^<]*)', row) == ["Prolunga"]
    assert re.findall(r'second-act"[^>]*>([^<]*)', row) == ["Non rinnovare"]


def test_a_module_that_ended_says_that_its_permissions_sleep(app: Flask) -> None:
    company = a_company(app, modules=("documents",))
    with app.app_context():
        session = begin_write(company.id)
        module = session.get_one(AccountModule, (company.id, "documents"))
        module.ends_on = today() - DAY
        session.commit()
    client = signed_in(app, company.owner_name)
    html = shown(client, at(company))
    assert "i suoi permessi dormono" in html
    assert "?module=documents" in html


def test_an_expired_company_reactivates(app: Flask) -> None:
    company = a_company(app, ends_on=today() - 5 * DAY)
    client = signed_in(app, company.owner_name)
    html = shown(client, at(company))
    assert "Riattiva il servizio" in html
    assert f"Fino al {day(today() + 85 * DAY)} si può vedere" in html
    assert "Il servizio è scaduto: riparte" in shown(client, at(company, "/cart"))


def test_a_company_of_many_seats_can_renew_them_all(app: Flask) -> None:
    company = a_company(app, seats=501, modules=())
    client = signed_in(app, company.owner_name)
    order(client, at(company, "/renew"), seats="501", years="1")
    assert sum(line.quantity for line in the_order(app).lines) == 502


def test_woocommerce_says_when_documents_is_not_to_be_renewed(app: Flask) -> None:
    company = a_company(app, modules=("documents",))
    client = signed_in(app, company.owner_name)
    post(client, at(company, "/modules/documents/stop"), {}, at(company))
    data = {"seats": "0", "modules": "woocommerce", "extend": "y", "order": "1"}
    html = post(client, at(company, "/cart"), data).get_data(as_text=True)
    assert "Documenti non si rinnova" in html
    assert "Non si rinnova: Documenti" in html


def test_after_day_90_nothing_is_left_to_open(app: Flask) -> None:
    company = a_company(app, ends_on=today() - 100 * DAY)
    client = signed_in(app, company.owner_name)
    assert client.get(at(company)).status_code == 403


def test_reception_only_has_seats_and_no_modules(app: Flask) -> None:
    company = a_company(app, edition="SR")
    client = signed_in(app, company.owner_name)
    html = shown(client, at(company))
    assert "Solo Ricezione" in html
    assert "Moduli" not in html
    order(client, at(company, "/cart"), seats="1")


def test_an_additional_user_has_no_customer_area(app: Flask) -> None:
    company = a_company(app)
    _identity, name = a_user(app, company, "invoicing.read", "invoicing.configure")
    client = signed_in(app, name)
    for page in ("", "/cart", "/renew"):
        assert client.get(at(company, page)).status_code == 403


def test_after_a_quarter_of_an_hour_the_password_is_asked_again(app: Flask) -> None:
    company = a_company(app)
    client = signed_in(app, company.owner_name)
    grow_old(app, 16)
    answer = client.get(at(company, "/cart"))
    where = answer.headers["Location"]
    assert where == f"/a/{company.id}/confirm?next=/a/{company.id}/customer/cart"
    wrong = post(client, where, {"password": "no"})
    assert wrong.status_code == 422
    assert "La password è sbagliata" in wrong.get_data(as_text=True)
    assert client.get(at(company, "/cart")).status_code == 302
    right = post(client, where, {"password": PASSWORD})
    assert right.headers["Location"] == at(company, "/cart")
    assert client.get(at(company, "/cart")).status_code == 200


def test_a_form_that_was_open_is_still_sent_for_a_while(
    app: Flask, buy: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = a_company(app)
    number = buy(company, 1)
    client = signed_in(app, company.owner_name)
    page = at(company, f"/orders/{number}")
    token = csrf_token(client.get(page).get_data(as_text=True))
    grow_old(app, 16)
    data = {"csrf_token": token}
    assert client.get(page).status_code == 302
    monkeypatch.setattr(guard, "FRESH_FORM", timedelta(0))  # as if opened long ago
    late = client.post(
        f"{page}/cancel", data=data, headers={"Referer": f"http://localhost{page}"}
    )
    assert late.headers["Location"].endswith(f"/confirm?next={page}")
    monkeypatch.undo()
    assert client.post(f"{page}/cancel", data=data).headers["Location"] == page


@pytest.mark.parametrize("referer", ["http://[evil", "", "https://example.com/x"])
def test_a_form_whose_page_was_never_open_is_not_taken(
    app: Flask, buy: Ask, referer: str
) -> None:
    company = a_company(app)
    number = buy(company, 1)
    client = signed_in(app, company.owner_name)
    home = client.get(f"/a/{company.id}/").get_data(as_text=True)
    grow_old(app, 16)
    page = at(company, f"/orders/{number}")
    data = {"csrf_token": csrf_token(home)}
    answer = client.post(f"{page}/cancel", data=data, headers={"Referer": referer})
    assert "/confirm" in answer.headers["Location"]
    assert "Non è stato inviato niente" in shown(client, answer.headers["Location"])
    post(client, answer.headers["Location"], {"password": PASSWORD})
    assert "Attesa pagamento" in shown(client, page)


def test_the_way_through_the_password_keeps_what_was_chosen(app: Flask) -> None:
    company = a_company(app, modules=())
    client = signed_in(app, company.owner_name)
    grow_old(app, 16)
    goal = at(company, "/cart?module=documents")
    where = client.get(goal).headers["Location"]
    assert post(client, where, {"password": PASSWORD}).headers["Location"] == goal


@pytest.mark.parametrize(
    "goal",
    ["https://example.com/", "//example.com", "/a/a_other/customer", "/sign-in", ""],
)
def test_after_the_password_one_stays_in_the_account(app: Flask, goal: str) -> None:
    company = a_company(app)
    client = signed_in(app, company.owner_name)
    where = f"/a/{company.id}/confirm"
    answer = client.post(
        where,
        query_string={"next": goal},
        data={
            "password": PASSWORD,
            "csrf_token": csrf_token(client.get(where).get_data(as_text=True)),
        },
    )
    assert answer.headers["Location"] == f"/a/{company.id}/"


def test_too_many_wrong_passwords_close_the_door_for_a_while(app: Flask) -> None:
    company = a_company(app)
    client = signed_in(app, company.owner_name)
    where = f"/a/{company.id}/confirm"
    for _try in range(10):
        post(client, where, {"password": "wrong"})
    answer = post(client, where, {"password": PASSWORD})
    assert answer.status_code == 429


def test_what_changed_under_the_cart_is_looked_at_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = a_company(app)
    client = signed_in(app, company.owner_name)
    from webapp.seats import buying

    def meddle(account: str, *args: object, **more: object) -> object:
        session = begin_write(account)
        session.get_one(Account, account).ends_on += 30 * DAY
        session.commit()
        return begin_write(account)

    page = post(client, at(company, "/cart"), {"seats": "1", "count": "1"})
    html = page.get_data(as_text=True)
    monkeypatch.setattr(buying, "begin_write", meddle)
    data = {"seats": "1", "order": "1", "total": total(html)}
    answer = client.post(
        at(company, "/cart"), data={**data, "csrf_token": csrf_token(html)}
    )
    assert answer.headers["Location"] == at(company, "/cart")
    assert "Nel frattempo qualcosa è cambiato" in shown(client, at(company, "/cart"))


def test_of_two_orders_sent_at_once_one_waits(
    app: Flask, buy: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = a_company(app)
    client = signed_in(app, company.owner_name)
    from webapp.seats import buying

    def hurry(account: str) -> object:
        buy(company, 3)
        return begin_write(account)

    page = post(client, at(company, "/cart"), {"seats": "1", "count": "1"})
    html = page.get_data(as_text=True)
    monkeypatch.setattr(buying, "begin_write", hurry)
    data = {"seats": "1", "order": "1", "total": total(html)}
    answer = client.post(
        at(company, "/cart"), data={**data, "csrf_token": csrf_token(html)}
    )
    assert answer.headers["Location"] == at(company)
    assert [line.quantity for line in the_order(app).lines] == [3]


def test_the_demo_can_pretend_that_an_order_was_paid(app: Flask, buy: Ask) -> None:
    company = a_company(app, seats=0)
    other = a_company(app)
    number = buy(company, 1)
    client = signed_in(app, company.owner_name)
    page = at(company, f"/orders/{number}")
    stranger = signed_in(app, other.owner_name)
    pretend = f"/demo/pay/{number}"
    assert post(stranger, pretend, {}, at(other)).status_code == 404
    for _twice in range(2):
        answer = post(client, pretend, {}, at(company))
        assert answer.headers["Location"] == page
    assert "Pagamento registrato il" in shown(client, page)
    assert "0 di 1 posto usato" in shown(client, at(company))
