from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp.extensions import begin_write, db
from webapp.guard import requires
from webapp.seats.area_page import ASKED, area_page
from webapp.seats.order_pages import order_page
from webapp.seats.orders import OrderPaidError, cancel
from webapp.seats.payments import LARGEST
from webapp.seats.tables import Order
from webapp.tables import Account, AccountModule

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
        flash(_("The order is paid meanwhile: it stays."), "warn")
    else:
        session.commit()
        flash(_("Order cancelled. Nothing is to be paid."), "ok")
    return redirect(url_for("seats.order", account=account, number=number))


@blueprint.post("/a/<account>/customer/modules/<module>/stop")
@requires("module.disable", fresh=True)
def stop(account: str, module: str) -> Response:
    """*Non rinnovare*: the module ends with what was paid; its permissions then sleep."""
    _set_renews(account, module, renews=False)
    flash(_("The module will not be renewed. Until its end nothing changes."), "ok")
    return redirect(url_for("seats.area", account=account))


@blueprint.post("/a/<account>/customer/modules/<module>/resume")
@requires("module.disable", fresh=True)
def resume(account: str, module: str) -> Response:
    """Take *Non rinnovare* back."""
    _set_renews(account, module, renews=True)
    flash(_("The module will be renewed with the service."), "ok")
    return redirect(url_for("seats.area", account=account))


def _set_renews(account: str, module: str, *, renews: bool) -> None:
    session = begin_write(account)
    found = session.get(AccountModule, (account, module))
    if found is None:
        session.rollback()
        abort(404)
    found.renews = renews
    session.commit()


def _order(session: Session, account: str, number: int) -> Order:
    """The account's order; another company's does not exist."""
    if number > LARGEST:
        abort(404)
    query = select(Order).where(Order.account_id == account, Order.number == number)
    found = session.scalar(query.execution_options(populate_existing=True))
    return found if found is not None else abort(404)
