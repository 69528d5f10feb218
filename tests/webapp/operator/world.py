"""An operator who can sign in, and orders that wait for their payment."""

from flask import Flask
from sqlalchemy import func, select

from tests.builders import Company, password_hash
from webapp.extensions import begin_write, db
from webapp.i18n import today
from webapp.operator.people import NewOperator, create_operator
from webapp.seats.cart import Cart
from webapp.seats.orders import (
    PURCHASE,
    Wish,
    bought,
    cancel,
    place,
    take_payment,
    total_cents,
)
from webapp.seats.prices import read_prices
from webapp.seats.tables import Order
from webapp.tables import Account, Seat

NAME = "paolagestione"


def an_operator(app: Flask, name: str = NAME) -> str:
    """An operator with PASSWORD; answers the id."""
    with app.app_context():
        session = begin_write()
        new = NewOperator(
            user_name=name, email="paola@delega.example", full_name="Paola Neri"
        )
        user = create_operator(session, new)
        user.password_hash = password_hash()
        identity = user.id
        session.commit()
    return identity


def an_order(app: Flask, company: Company, seats: int = 2) -> int:
    """An order of seats by the owner; answers its number."""
    with app.app_context():
        session = begin_write(company.id)
        account = session.get_one(Account, company.id)
        prices = read_prices()
        lines = Cart(bought(session, account), prices, today()).purchase(
            seats, frozenset(), extend=False
        )
        wish = Wish(kind=PURCHASE, lines=lines, prices=prices)
        number = place(session, account, wish, company.owner).number
        session.commit()
    return number


def a_paid_order(app: Flask, company: Company, reference: str = "CRO 1") -> int:
    """An order whose payment is registered."""
    number = an_order(app, company)
    with app.app_context():
        take_payment(number, reference=reference, actor="system")
    return number


def a_cancelled_order(app: Flask, company: Company) -> int:
    """An order that was called off."""
    number = an_order(app, company)
    with app.app_context():
        session = begin_write(company.id)
        cancel(session, session.get_one(Order, number))
        session.commit()
    return number


def order_row(app: Flask, number: int) -> Order:
    """The order's row, detached."""
    with app.app_context():
        order = db.session.get_one(Order, number)
        db.session.expunge_all()
        return order


def amount_of(app: Flask, number: int) -> str:
    """The total as a payment service writes it."""
    total = total_cents(order_row(app, number))
    return f"{total // 100}.{total % 100:02}"


def seats_of(app: Flask, company: Company) -> int:
    """How many seats the company has."""
    with app.app_context():
        query = select(func.count()).select_from(Seat)
        return db.session.scalar(query.where(Seat.account_id == company.id)) or 0


def actors(app: Flask, company: Company) -> list[str]:
    """Who changed the company's policy, in the order it happened."""
    history = app.extensions["delega_store"].history(company.id)
    return [record.actor for record in history]
