"""Orders: nothing counts before the payment, then at once, once, and never too much."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from authz import State
from tests.builders import Company, a_company, a_user
from tests.webapp.seats.conftest import Ask
from webapp.cli import delega
from webapp.extensions import begin_write, db, enforcer, store
from webapp.i18n import today
from webapp.seating import count_seats, lasting_seats
from webapp.seats.orders import (
    OrderCancelledError,
    OrderLapsedError,
    OrderPaidError,
    OrderState,
    OrderWaitsError,
    UnknownOrderError,
    WrongAmountError,
    cancel,
    open_orders,
    state_of,
    take_payment,
    total_cents,
)
from webapp.seats.prices import years_from
from webapp.seats.tables import Order
from webapp.tables import Account, AccountModule, Mail, Seat, User
from webapp.team import access
from webapp.team.users import NoFreeSeatError

DAY = timedelta(days=1)


def pay(app: Flask, number: int, cents: int | None = None) -> bool:
    with app.app_context():
        taken = take_payment(number, reference="CRO 1", actor="o_1", cents=cents)
        return taken.is_new


def seats(app: Flask, company: Company) -> tuple[int, int, int]:
    """(taken, total, free)"""
    with app.app_context():
        found = count_seats(db.session(), db.session.get_one(Account, company.id))
        return found.used + found.pending, found.total, found.free


def state(app: Flask, number: int, on: date | None = None) -> OrderState:
    with app.app_context():
        return state_of(db.session.get_one(Order, number), on or today())


def allowed(app: Flask, company: Company, user: str, action: str) -> bool:
    resource, _, name = action.partition(".")
    with app.app_context():
        return bool(enforcer().decide(user, company.id, resource, name))


def end_of(app: Flask, company: Company) -> date:
    with app.app_context():
        return db.session.get_one(Account, company.id).ends_on


def mails(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Mail.subject).order_by(Mail.id)))


def test_seats_count_only_once_the_payment_is_registered(app: Flask, buy: Ask) -> None:
    company = a_company(app, seats=1)
    number = buy(company, 2)
    assert seats(app, company) == (0, 1, 1)
    assert state(app, number) is OrderState.AWAITING_PAYMENT
    assert pay(app, number)
    assert seats(app, company) == (0, 3, 3)
    assert state(app, number) is OrderState.ACTIVE


def test_registering_twice_changes_nothing(app: Flask, buy: Ask) -> None:
    company = a_company(app, seats=1)
    number = buy(company, 2)
    assert pay(app, number)
    assert not pay(app, number)
    assert seats(app, company) == (0, 3, 3)
    assert mails(app) == [
        f"Ordine {number}: come pagare",
        f"Ordine {number}: pagamento registrato",
    ]


def test_a_payment_that_comes_many_times_at_once_counts_once(
    app: Flask, buy: Ask
) -> None:
    company = a_company(app, seats=0)
    number = buy(company, 1)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _i: pay(app, number), range(8))) == 1
    assert seats(app, company) == (0, 1, 1)


def test_a_bought_module_is_answered_at_once(app: Flask, buy: Ask) -> None:
    company = a_company(app, modules=())
    identity, _name = a_user(app, company, "invoicing.read", "documents.read")
    assert not allowed(app, company, identity, "quote.list")
    pay(app, buy(company, 0, "documents"))
    assert allowed(app, company, identity, "quote.list")


def test_an_extension_carries_service_modules_and_seats_to_one_end(
    app: Flask, buy: Ask
) -> None:
    company = a_company(app, seats=2, modules=("documents",))
    identity, _name = a_user(app, company, "invoicing.read")
    pay(app, buy(company, 1, extend=True))
    end = years_from(today(), 1)
    assert end_of(app, company) == end
    with app.app_context():
        ends = set(db.session.scalars(select(Seat.paid_until)))
        ends |= set(db.session.scalars(select(AccountModule.ends_on)))
    assert ends == {end}
    assert allowed(app, company, identity, "received_invoice.list")


def test_an_expired_service_that_is_paid_again_lets_its_users_work(
    app: Flask, renew: Ask
) -> None:
    company = a_company(app, seats=1, ends_on=today() - 5 * DAY)
    identity, _name = a_user(app, company, "invoicing.read", "invoicing.create_edit")
    assert not allowed(app, company, identity, "draft.create")
    pay(app, renew(company, 1, 1))
    assert allowed(app, company, identity, "draft.create")
    assert end_of(app, company) == years_from(today(), 1)


def test_a_renewal_of_fewer_seats_keeps_those_that_are_sat_in(
    app: Flask, renew: Ask
) -> None:
    company = a_company(app, seats=4)
    a_user(app, company, "invoicing.read")
    number = renew(company, 1, 2)
    assert seats(app, company) == (1, 4, 1)  # no more users than the renewal keeps
    a_user(app, company, "invoicing.read")
    with pytest.raises(NoFreeSeatError):
        a_user(app, company, "invoicing.read")
    pay(app, number)
    assert seats(app, company) == (2, 4, 0)  # what was paid stays until its day
    with app.app_context():
        account = db.session.get_one(Account, company.id)
        assert len(lasting_seats(db.session(), account)) == 2
    assert state(app, number) is OrderState.AWAITING_ACTIVATION
    assert state(app, number, end_of(app, company)) is OrderState.ACTIVE
    assert state(app, number, end_of(app, company) + DAY) is OrderState.EXPIRED


def test_a_suspended_user_keeps_his_seat_through_a_renewal(
    app: Flask, renew: Ask
) -> None:
    company = a_company(app, seats=2)
    a_user(app, company, "invoicing.read", state=State.SUSPENDED)
    pay(app, renew(company, 1, 1))
    assert seats(app, company) == (1, 2, 0)


def test_a_seat_that_was_freed_meanwhile_is_made_anew(
    app: Flask, buy: Ask, renew: Ask
) -> None:
    company = a_company(app, seats=2)
    user, _name = a_user(app, company, "invoicing.read")
    pay(app, renew(company, 1, 1))
    number = renew(company, 1, 2)  # the second one is new
    with app.app_context():
        session = begin_write(company.id, policy=True)
        access.remove(session, session.get_one(User, user), company.owner)
        session.commit()
    pay(app, number)
    with app.app_context():
        account = db.session.get_one(Account, company.id)
        ends = [seat.paid_until for seat in lasting_seats(db.session(), account)]
    assert ends == [account.ends_on] * 2


def test_while_an_order_waits_no_seat_is_added_by_hand(app: Flask, buy: Ask) -> None:
    company = a_company(app, seats=1)
    buy(company, 1, extend=True)
    command = ["seats", "add", "--account", company.id, "--count", "2"]
    result = app.test_cli_runner().invoke(delega, command)
    assert isinstance(result.exception, OrderWaitsError)
    assert seats(app, company) == (0, 1, 1)


def test_an_order_that_was_not_paid_in_time_gives_nothing_any_more(
    app: Flask, renew: Ask, buy: Ask
) -> None:
    company = a_company(app, seats=3)
    number = renew(company, 1, 1)
    with app.app_context():
        session = begin_write()
        order = session.get_one(Order, number)
        assert order.pay_by == today() + timedelta(days=30)
        order.pay_by = today() - DAY
        account = session.get_one(Account, company.id)
        account.seats_promised_until = order.pay_by
        session.commit()
    assert state(app, number) is OrderState.EXPIRED
    assert seats(app, company) == (0, 3, 3)  # the promise is over too
    with pytest.raises(OrderLapsedError):
        pay(app, number)
    with app.app_context():
        assert open_orders(db.session()) == []
    assert buy(company, 1) > number
    assert state(app, number) is OrderState.CANCELLED


def test_a_payment_never_reopens_what_is_closed(app: Flask, renew: Ask) -> None:
    company = a_company(app, seats=1, ends_on=today() - 89 * DAY)
    with app.app_context():
        order = db.session.get_one(Order, renew(company, 1, 1))
        assert order.pay_by == today() + DAY


def test_paying_leaves_a_module_that_is_not_to_be_renewed_so(
    app: Flask, renew: Ask, buy: Ask
) -> None:
    company = a_company(app, seats=1, modules=("documents",))
    number = renew(company, 1, 1, "documents")
    with app.app_context():
        session = begin_write(company.id)
        key = (company.id, "documents")
        session.get_one(AccountModule, key).renews = False
        session.commit()
    pay(app, number)
    with app.app_context():
        assert not db.session.get_one(AccountModule, key).renews


def test_more_seats_alone_change_no_service(app: Flask, buy: Ask) -> None:
    company = a_company(app)
    pay(app, buy(company, 1))
    with app.app_context():
        kinds = [entry.kind for entry in store().history(company.id)]
    assert kinds[-1] == "seats.added"
    assert "services.changed" not in kinds


def test_a_module_left_out_of_a_renewal_sleeps_and_wakes_when_bought_again(
    app: Flask, renew: Ask, buy: Ask
) -> None:
    company = a_company(app, seats=1, ends_on=today() - DAY, modules=("documents",))
    identity, _name = a_user(app, company, "invoicing.read", "documents.read")
    pay(app, renew(company, 1, 1))
    assert allowed(app, company, identity, "received_invoice.list")
    assert not allowed(app, company, identity, "quote.list")
    pay(app, buy(company, 0, "documents"))
    assert allowed(app, company, identity, "quote.list")


def test_only_one_order_waits_at_a_time(app: Flask, buy: Ask) -> None:
    company = a_company(app)
    number = buy(company, 1)
    with pytest.raises(OrderWaitsError):
        buy(company, 1)
    with app.app_context():
        assert [order.number for order in open_orders(db.session())] == [number]
    pay(app, number)
    assert buy(company, 1) > number


def test_a_cancelled_order_is_never_paid(app: Flask, renew: Ask) -> None:
    company = a_company(app, seats=3)
    number = renew(company, 1, 1)
    drop(app, number)
    drop(app, number)  # twice is once
    assert state(app, number) is OrderState.CANCELLED
    assert seats(app, company) == (0, 3, 3)
    with pytest.raises(OrderCancelledError):
        pay(app, number)
    assert seats(app, company) == (0, 3, 3)


def test_a_paid_order_is_never_cancelled(app: Flask, buy: Ask) -> None:
    company = a_company(app)
    number = buy(company, 1)
    pay(app, number)
    with pytest.raises(OrderPaidError):
        drop(app, number)


def test_another_amount_registers_nothing(app: Flask, buy: Ask) -> None:
    company = a_company(app, seats=0)
    number = buy(company, 1)
    with app.app_context():
        total = total_cents(db.session.get_one(Order, number))
    with pytest.raises(WrongAmountError):
        pay(app, number, total - 1)
    assert seats(app, company) == (0, 0, 0)
    assert pay(app, number, total)


def test_an_order_that_never_was_can_not_be_paid(app: Flask) -> None:
    with pytest.raises(UnknownOrderError, match="999"):
        pay(app, 999)


def test_a_user_created_while_a_payment_is_registered_sits_in_a_paid_seat(
    app: Flask, buy: Ask
) -> None:
    company = a_company(app, seats=1)
    number = buy(company, 1)

    def create(_number: int) -> bool:
        try:
            a_user(app, company, "invoicing.read")
        except NoFreeSeatError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        payment = pool.submit(pay, app, number)
        made = sum(pool.map(create, range(5)))
        assert payment.result()
    taken, total, _free = seats(app, company)
    assert (taken, total) == (made, 2)
    assert made in (1, 2)


def drop(app: Flask, number: int) -> None:
    with app.app_context():
        order = db.session.get_one(Order, number)
        session = begin_write(order.account_id)
        cancel(session, session.get_one(Order, number))
        session.commit()
