from typing import Any

from flask import (
    Blueprint,
    Flask,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp.extensions import db
from webapp.frame import initials
from webapp.guard import fresh_operator, operator
from webapp.identity import OPERATOR, person
from webapp.operator.forms import PaymentForm
from webapp.operator.payments import Payments, Row, payments
from webapp.people import LONGEST_NAME
from webapp.tables import User

LAST = 20
PAGE = 50
blueprint = Blueprint("operator", __name__, url_prefix="/operator")


def init_app(app: Flask, answering: Payments) -> None:
    """Tell the pages whose payments they show."""
    app.extensions["delega_payments"] = answering


@blueprint.get("/")
@operator
def index() -> str:
    """Orders that wait for their payment, or the one looked for; payments before."""
    wanted = request.args.get("number", "").strip()
    if wanted:
        return _render("index", wanted=wanted, orders=_found(wanted))
    total = payments().count_waiting()
    page = min(max(request.args.get("page", 1, type=int), 1), -(-total // PAGE) or 1)
    return _render(
        "index",
        wanted="",
        orders=payments().waiting((page - 1) * PAGE, PAGE),
        pager=_pager(page, total),
        registered=payments().registered(LAST),
    )


@blueprint.route("/orders/<int:number>/payment", methods=["GET", "POST"])
@fresh_operator
def payment(number: int) -> Response | tuple[str, int]:
    """Number, company and amount once more, then the payment is registered."""
    order = payments().find(number)
    if order is None:
        abort(404)
    given = request.args.get("reference", "").strip()[:LONGEST_NAME]
    form = PaymentForm(data={"reference": given})
    if not form.validate_on_submit():
        html = _render("payment", form=form, order=order)
        return html, 422 if form.is_submitted() else 200
    g.ask_again = _require_operator
    reference = form.reference.data or ""
    outcome = payments().register(number, reference=reference, actor=person().id)
    flash(*_note(number, outcome, reference))
    return redirect(url_for("operator.index"))


def _render(page: str, **facts: Any) -> str:
    """A page in the frame of a person who has no account to be shown with."""
    name = person().name
    shown = {"name": name, "initials": initials(name), "line": _("Runs Delega")}
    return render_template(f"operator/{page}.html", operator=shown, **facts)


def _found(wanted: str) -> list[Row]:
    if not (wanted.isascii() and wanted.isdigit()):
        return []
    order = payments().find(int(wanted)) if len(wanted) < 16 else None
    return [order] if order else []


def _pager(page: int, total: int) -> dict[str, Any] | None:
    if total <= PAGE:
        return None
    last = min(page * PAGE, total)
    older = url_for("operator.index", page=page - 1) if page > 1 else None
    newer = url_for("operator.index", page=page + 1) if last < total else None
    return {
        "previous_url": older,
        "next_url": newer,
        "label": _("%(a)d-%(b)d of %(n)d", a=(page - 1) * PAGE + 1, b=last, n=total),
    }


def _note(number: int, outcome: str, reference: str) -> tuple[str, str]:
    """What happened, and its kind."""
    if outcome == "registered":
        text = _(
            "Order %(number)s, payment registered: active from now.", number=number
        )
        return text, "ok"
    if outcome == "before":
        return _registered_before(number, reference)
    if outcome == "lapsed":
        text = _(
            "Order %(number)s was not paid in time: nothing was registered.",
            number=number,
        )
        return text, "bad"
    text = _("Order %(number)s is cancelled: nothing was registered.", number=number)
    return text, "bad"


def _registered_before(number: int, reference: str) -> tuple[str, str]:
    """Two references are two payments: one of them is to be given back."""
    order = payments().find(number)
    if order is None or order.reference == reference:
        text = _(
            "Order %(number)s: the payment was registered already. Nothing changed.",
            number=number,
        )
        return text, "info"
    text = _(
        "Order %(number)s is paid already, with the reference %(reference)s. Nothing"
        " changed: if money came twice, give it back.",
        number=number,
        reference=order.reference,
    )
    return text, "warn"


def _require_operator() -> None:
    """Under the write lock: who was removed meanwhile registers nothing."""
    state = db.session.scalar(select(User.state).where(User.id == person().id))
    if state != OPERATOR:
        abort(404)
