from flask import Blueprint, render_template
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp.extensions import db
from webapp.guard import requires
from webapp.seating import count_seats
from webapp.seats.tables import Order
from webapp.tables import Account

blueprint = Blueprint("seats", __name__)
Page = Response | str | tuple[str, int]


@blueprint.get("/a/<account>/customer")
@requires("purchase.list", fresh=True)
def area(account: str) -> Page:
    """What the company has, until when, and its orders."""
    found = db.session.get_one(Account, account)
    orders = db.session.scalars(select(Order).where(Order.account_id == account)).all()
    return render_template(
        "seats/area.html", seats=count_seats(db.session(), found), orders=orders
    )


@blueprint.get("/a/<account>/customer/cart")
@requires("seat.buy", fresh=True)
def cart(account: str) -> Page:
    """More seats and modules."""
    found = db.session.get_one(Account, account)
    return render_template(
        "seats/area.html", seats=count_seats(db.session(), found), account=found
    )
