"""*Non rinnovare* and its way back; what hangs on a module goes with it, and is named."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp.extensions import begin_write, db
from webapp.guard import requires
from webapp.i18n import day
from webapp.seats.area_page import BASE, ON_IT, hangs_on
from webapp.seats.order_pages import trail
from webapp.seats.views import Page, blueprint
from webapp.seats.words import module_name
from webapp.tables import Account, AccountModule


@blueprint.route("/a/<account>/customer/modules/<module>/stop", methods=["GET", "POST"])
@requires("module.disable", fresh=True)
def stop(account: str, module: str) -> Page:
    """The module ends with what was paid; its permissions then sleep.

    Asks once where another one ends with it.
    """
    if request.method == "POST":
        session = begin_write(account)
        found = _ending_with(session, account, module)
        if len(found) == 1 or "all" in request.form:
            return _done(session, account, found, renews=False)
        session.rollback()
    found = _ending_with(db.session(), account, module)
    return render_template("seats/stop.html", page=_question(account, found))


@blueprint.post("/a/<account>/customer/modules/<module>/resume")
@requires("module.disable", fresh=True)
def resume(account: str, module: str) -> Response:
    """Take *Non rinnovare* back; what the module hangs on comes back with it."""
    session = begin_write(account)
    found = [_module(session, account, module)]
    if module == ON_IT:
        base = session.get(AccountModule, (account, BASE))
        found += [base] if base is not None and not base.renews else []
    return _done(session, account, found, renews=True)


def _ending_with(session: Session, account: str, module: str) -> list[AccountModule]:
    """The module, then what hangs on it."""
    found = _module(session, account, module)
    more = hangs_on(session.get_one(Account, account), module)
    return [found, more] if more is not None else [found]


def _module(session: Session, account: str, module: str) -> AccountModule:
    found = session.get(AccountModule, (account, module))
    return found if found is not None else abort(404)


def _done(
    session: Session, account: str, found: Sequence[AccountModule], *, renews: bool
) -> Response:
    names = _names(found)
    for row in found:
        row.renews = renews
    session.commit()
    if renews:
        text = _("To be renewed with the service: %(names)s.", names=names)
    else:
        text = _(
            "Not to be renewed: %(names)s. Until then nothing changes.", names=names
        )
    flash(text, "ok")
    return redirect(url_for("seats.area", account=account))


def _question(account: str, found: Sequence[AccountModule]) -> dict[str, object]:
    names = _names(found)
    ends = {row.ends_on for row in found}
    return {
        "trail": trail(account),
        "title": _("Do not renew %(names)s", names=names),
        "sentence": _(
            "WooCommerce works only with Documents: without Documents neither is"
            " renewed. Until %(day)s nothing changes; then the permissions on them sleep.",
            day=day(min(ends)),
        )
        if len(found) > 1
        else _(
            "Until %(day)s nothing changes; then the permissions on it sleep.",
            day=day(min(ends)),
        ),
        "note": _("You can take it back until that day."),
        "submit": _("Do not renew %(names)s", names=names),
        "url": url_for("seats.stop", account=account, module=found[0].module),
        "csrf": generate_csrf(),
        "cancel_url": url_for("seats.area", account=account),
    }


def _names(found: Sequence[AccountModule]) -> str:
    return _(" and ").join(module_name(row.module) for row in found)
