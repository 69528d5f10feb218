from flask import Blueprint, current_app, render_template
from sqlalchemy import select

from webapp.extensions import db, enforcer
from webapp.guard import can, signed_in
from webapp.guide.topics import HEIGHT, TOPICS, WIDTH, asked
from webapp.i18n import language
from webapp.passwords import SHORTEST
from webapp.tables import Account, Seat, User

blueprint = Blueprint("guide", __name__)


@blueprint.get("/a/<account>/help/users")
@signed_in(offers=asked())
def index(account: str) -> str:
    """How additional users work; help is for everybody who signs in."""
    edition = db.session.get_one(Account, account).edition
    user = _first_user(account) if can("subuser.view") else None
    settings = current_app.config["DELEGA"]
    return render_template(
        "guide/index.html",
        topics=[topic.shown(account, user, language()) for topic in TOPICS],
        size={"width": WIDTH, "height": HEIGHT},
        edition=edition,
        ours=_ours(edition),
        shortest=SHORTEST,
        idle_minutes=round(settings.session_idle.total_seconds() / 60),
        longest_hours=round(settings.session_absolute.total_seconds() / 3600),
    )


def _first_user(account: str) -> str | None:
    """Somebody who sits, so that the buttons lead to a page and not to a list."""
    query = select(User.id).join(Seat, Seat.user_id == User.id)
    query = query.where(Seat.account_id == account).order_by(User.folded_name).limit(1)
    return db.session.scalar(query)


def _ours(edition: str) -> list[str]:
    """The permissions whose meaning the service's guide does not give."""
    permissions = enforcer().release().permissions
    return [
        permissions.title(permission.name, language())
        for permission in permissions.values()
        if permission.source == "ours" and edition in permission.editions
    ]
