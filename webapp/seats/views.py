from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp.extensions import begin_write, db
from webapp.guard import requires
from webapp.refused_requests import refuse
from webapp.seats.area_page import ASKED, area_page
from webapp.seats.order_pages import order_page
from webapp.seats.orders import OrderPaidError, cancel
from webapp.seats.payments import LARGEST
from webapp.seats.tables import Order
from webapp.tables import Account

blueprint = Blueprint("seats", __name__)
Page = Response | str | tuple[str, int]


@blueprint.get("/a/<account>/customer")
@requires("purchase.list", offers=ASKED, fresh=True)
def area(account: str) -> Page:
    """What the company has, until when, and its orders."""
    found = db.session.get_one(Account, account)
    return render_template("seats/area.html", area=area_page(db.session(), found))


@blueprint.get("/a/<account>/customer/orders/<int:number>")
@requires("purchase.list", offers=ASKED, fresh=True)
def order(account: str, number: int) -> Page:
    """One order: what it holds, its state, and how to pay."""
    found = _order(db.session(), account, number)
    return render_template("seats/order.html", order=order_page(db.session(), found))


@blueprint.post("/a/<account>/customer/orders/<int:number>/cancel")
@requires("seat.buy", fresh=True)
def cancel_order(account: str, number: int) -> Response:
    """Forget an order that was not paid."""
    session = begin_write(account)
    try:
        cancel(session, _order(session, account, number))
    except OrderPaidError:
        session.rollback()
        refuse("order_paid")
        flash(_("The order is paid meanwhile: it stays."), "warn")
    else:
        session.commit()
        flash(_("Order cancelled. Nothing is to be paid."), "ok")
    return redirect(url_for("seats.order", account=account, number=number))


def _order(session: Session, account: str, number: int) -> Order:
    """The account's order; another company's does not exist."""
    if number > LARGEST:
        abort(404)
    query = select(Order).where(Order.account_id == account, Order.number == number)
    found = session.scalar(query.execution_options(populate_existing=True))
    return found if found is not None else abort(404)
