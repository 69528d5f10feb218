"""The cart and the renewal: shown, counted anew at each step, ordered as it was shown."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from authz import ADD_ONS
from webapp.extensions import begin_write, db
from webapp.guard import can, require, requires
from webapp.i18n import today
from webapp.identity import person
from webapp.refused_requests import refuse
from webapp.seats.buy_page import buy_page, offered
from webapp.seats.cart import MOST_SEATS, Bought, Cart, CartError, Line
from webapp.seats.forms import BuyForm, CartForm, RenewalForm
from webapp.seats.orders import (
    PURCHASE,
    RENEWAL,
    OrderWaitsError,
    Wish,
    bought,
    place,
    waiting_order,
)
from webapp.seats.prices import price_list
from webapp.seats.views import Page, blueprint
from webapp.tables import Account

Lines = Callable[[Cart], tuple[Line, ...]]


@blueprint.route("/a/<account>/customer/cart", methods=["GET", "POST"])
@requires("seat.buy", offers=["module.buy"], fresh=True)
def cart(account: str) -> Page:
    """More seats and modules, to the service's end or to a new one for everything."""
    found = db.session.get_one(Account, account)
    there = bought(db.session(), found)
    names = offered(there) if can("module.buy") else []
    asked = request.args.get("module")
    form = CartForm(
        seats=0 if asked in names else 1,
        modules=[asked] if asked in names else [],
    )
    form.offer(names, MOST_SEATS)

    def lines(cart: Cart) -> tuple[Line, ...]:
        extend = bool(form.extend.data)
        return cart.purchase(form.seats.data or 0, form.chosen, extend=extend)

    return _answer(found, form, PURCHASE, lines)


@blueprint.route("/a/<account>/customer/renew", methods=["GET", "POST"])
@requires("service.renew", fresh=True)
def renew(account: str) -> Page:
    """Everything for longer; seats may be fewer, never under the users there are."""
    found = db.session.get_one(Account, account)
    there = bought(db.session(), found)
    form = RenewalForm(seats=len(there.seats), modules=sorted(there.goes_on(today())))
    here = [name for name in ADD_ONS if name in there.modules]
    form.offer(here, len(there.seats) + MOST_SEATS)
    if "order" in request.form and (form.seats.data or 0) < len(there.seats):
        require("seat.reduce")

    def lines(cart: Cart) -> tuple[Line, ...]:
        return cart.renewal(form.years.data, form.seats.data or 0, form.chosen)

    return _answer(found, form, RENEWAL, lines)


def _answer(account: Account, form: BuyForm, kind: str, lines: Lines) -> Page:
    """The page, counted anew; or, when what was shown is ordered, the order's page."""
    ordering = "order" in request.form
    waiting = waiting_order(db.session(), account.id)
    if waiting is not None:
        if ordering:
            refuse("order_waits")
        flash(_("An order waits for its payment: pay it or cancel it first."), "info")
        return _to_order(account.id, waiting.number)
    if "step" in request.form:
        form.step(1 if request.form["step"] == "more" else -1)
    fits = form.validate() if form.is_submitted() else True
    wish = _wish(db.session(), account, kind, lines, form) if fits else None
    if ordering and wish is not None:
        if form.total.data == str(wish.total_cents):
            return _place(account.id, form, kind, lines, wish)
        form.form_errors = [_("The price has changed: look at it, then order again.")]
    form.total.data = str(wish.total_cents) if wish else ""
    page = buy_page(db.session(), account, form, kind, wish)
    html = render_template("seats/buy.html", page={**page, "ordering": ordering})
    return html, 422 if ordering else 200


def _wish(
    session: Session, account: Account, kind: str, lines: Lines, form: BuyForm
) -> Wish | None:
    """What the form asks for; None with the reason beside a field."""
    there = bought(session, account)
    prices = price_list()
    try:
        return Wish(kind=kind, lines=lines(Cart(there, prices, today())), prices=prices)
    except CartError as error:
        _tell(form, error, there)
        return None


def _tell(form: BuyForm, error: CartError, there: Bought) -> None:
    if error.kind == "below_users":
        if "order" in request.form:
            refuse("below_users")
        more = there.users - (form.seats.data or 0)
        form.seats.errors = [
            ngettext(
                "There are %(users)s users: remove %(num)d user first, or keep its seat.",
                "There are %(users)s users: remove %(num)d users first, or keep their"
                " seats.",
                more,
                users=there.users,
            )
        ]
    elif error.kind == "documents_end":
        form.modules.errors = [
            _("Documents is not to be renewed: take that back first, or leave the end.")
        ]
    elif error.kind == "needs_documents":
        form.modules.errors = [_("WooCommerce works with Documents: take both.")]
    elif form.is_submitted():
        form.seats.errors = [_("Choose at least one seat or one module.")]


def _place(
    account: str, form: BuyForm, kind: str, lines: Lines, shown: Wish
) -> Response:
    """Order under the lock, from what there is now, at the price that was shown."""
    session = begin_write(account)
    wish = _wish(session, session.get_one(Account, account), kind, lines, form)
    if wish is None or wish.total_cents != shown.total_cents:
        session.rollback()
        flash(_("Something changed in the meantime: look again, then order."), "warn")
        return redirect(request.path)
    try:
        number = place(
            session, session.get_one(Account, account), wish, person().id
        ).number
    except OrderWaitsError:
        session.rollback()
        refuse("order_waits")
        return redirect(url_for("seats.area", account=account))
    session.commit()
    flash(_("Order sent. It counts as soon as the payment is registered."), "ok")
    return _to_order(account, number)


def _to_order(account: str, number: int) -> Response:
    return redirect(url_for("seats.order", account=account, number=number))
