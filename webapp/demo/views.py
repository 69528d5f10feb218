from contextlib import suppress

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp.extensions import db
from webapp.guard import public, signed_in
from webapp.identity import person
from webapp.seats.orders import OrderCancelledError, take_payment
from webapp.seats.payments import LARGEST
from webapp.seats.tables import Order
from webapp.tables import Mail

blueprint = Blueprint("demo", __name__)


@blueprint.get("/demo/mail")
@public
def mail() -> str:
    """What would have been sent; this page exists in the demo alone."""
    mails = db.session.scalars(select(Mail).order_by(Mail.id.desc()).limit(100))
    return render_template("demo/mail.html", mails=list(mails), home_url="/")


@blueprint.post("/demo/pay/<int:number>")
@signed_in()
def pay(number: int) -> Response:
    """Pretend that the bank transfer came; in the demo alone."""
    order = db.session.get(Order, min(number, LARGEST))
    if order is None or order.account_id != person().account_id:
        abort(404)
    with suppress(OrderCancelledError):
        take_payment(number, reference="demo", actor="system")
    return redirect(url_for("seats.order", account=person().account_id, number=number))
