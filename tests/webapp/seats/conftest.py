"""Orders of a company, placed as the pages place them."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.builders import Company
from webapp.extensions import begin_write, db
from webapp.i18n import today
from webapp.seats.cart import Cart, Line
from webapp.seats.orders import PURCHASE, RENEWAL, Wish, bought, place
from webapp.seats.prices import price_list
from webapp.tables import Account

Ask = Callable[..., int]


@pytest.fixture
def buy(app: Flask) -> Ask:
    """(company, seats, modules, extend) -> the order's number."""

    def buy(
        company: Company, seats: int = 1, *modules: str, extend: bool = False
    ) -> int:
        return _order(
            app,
            company,
            PURCHASE,
            lambda cart: cart.purchase(seats, frozenset(modules), extend=extend),
        )

    return buy


@pytest.fixture
def renew(app: Flask) -> Ask:
    """(company, years, seats, modules) -> the order's number."""

    def renew(company: Company, years: int, seats: int, *modules: str) -> int:
        return _order(
            app,
            company,
            RENEWAL,
            lambda cart: cart.renewal(years, seats, frozenset(modules)),
        )

    return renew


def _order(
    app: Flask, company: Company, kind: str, lines: Callable[[Cart], tuple[Line, ...]]
) -> int:
    with app.app_context():
        session = begin_write(company.id)
        account = session.get_one(Account, company.id)
        prices = price_list()
        cart = Cart(bought(session, account), prices, today())
        wish = Wish(kind=kind, lines=lines(cart), prices=prices)
        number = place(session, account, wish, company.owner).number
        session.commit()
        db.session.remove()
    return number
