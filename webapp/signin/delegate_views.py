"""Where a delegate lands, who belongs to no account: in a company, or in none now."""

from flask import abort, redirect, render_template, url_for
from sqlalchemy import select

from authz import Reason, State
from authz.storage import DELEGATES, PolicyRow
from webapp.extensions import enforcer, reading
from webapp.guard import signed_in
from webapp.identity import person
from webapp.signin.views import Page, blueprint
from webapp.tables import Account

_NOT_NOW = (Reason.NOT_A_MEMBER, Reason.DELEGATION_NOT_ACTIVE)


@blueprint.get("/delegate")
@signed_in()
def delegate() -> Page:
    """On to the first company whose delegation counts, else the word that none does."""
    if person().state != State.DELEGATE:
        abort(404)
    for account in _linked(person().id):
        decision = enforcer().decide(person().id, account, "dashboard", "view")
        if decision.reason not in _NOT_NOW:
            return redirect(url_for("home.index", account=account))
    return render_template("signin/delegate.html")


def _linked(user: str) -> list[str]:
    """The companies with a delegation of that user, by name; dates do not count yet."""
    query = (
        select(Account.id)
        .join(PolicyRow, PolicyRow.account_id == Account.id)
        .where(PolicyRow.ptype == "g", PolicyRow.v0 == user, DELEGATES)
        .order_by(Account.name, Account.id)
    )
    with reading() as connection:
        return list(connection.scalars(query))
