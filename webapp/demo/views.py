from flask import Blueprint, render_template
from sqlalchemy import select

from webapp.extensions import db
from webapp.guard import public
from webapp.tables import Mail

blueprint = Blueprint("demo", __name__)


@blueprint.get("/demo/mail")
@public
def mail() -> str:
    """What would have been sent; this page exists in the demo alone."""
    mails = db.session.scalars(select(Mail).order_by(Mail.id.desc()).limit(100))
    return render_template("demo/mail.html", mails=list(mails), home_url="/")
