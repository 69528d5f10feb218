from flask import Blueprint, render_template
from flask_babel import gettext as _

from webapp.extensions import db
from webapp.guard import requires
from webapp.i18n import language
from webapp.panel.fatturapa import REGIMES, label
from webapp.tables import Account

blueprint = Blueprint("settings", __name__, url_prefix="/a/<account>/settings")


@blueprint.get("")
@requires("settings.view")
def index(account: str) -> str:
    """The company's data as invoices carry it."""
    found = db.session.get_one(Account, account)
    place = " ".join(filter(None, (found.postcode, found.town, found.province)))
    facts = [
        (_("Company"), found.name),
        (_("VAT number"), found.vat),
        (_("Tax code"), found.tax_code),
        (_("Address"), ", ".join(filter(None, (found.street, place)))),
        (_("Tax regime"), f"{found.regime} {label(REGIMES, found.regime, language())}"),
        (_("Recipient code"), found.recipient_code),
    ]
    page = {
        "title": _("Settings"),
        "facts": [fact for fact in facts if fact[1]],
        "note": _("To change them, write to support."),
    }
    return render_template("panel/facts.html", page=page)
