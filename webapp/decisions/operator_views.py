"""Keys of whoever runs Delega: for all companies, or for those named."""

from flask import Blueprint, flash, redirect, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp.buttons import Action
from webapp.decisions import key_acts
from webapp.decisions.desk import Desk
from webapp.decisions.key_acts import Page
from webapp.extensions import db
from webapp.guard import fresh_operator, operator
from webapp.tables import Credential

blueprint = Blueprint("operator_keys", __name__, url_prefix="/operator/keys")
DESK = Desk()
LONGEST = 64


@blueprint.get("")
@operator
def index() -> Page:
    """The platform's keys; any key by its id, as a secret scanner reports it."""
    wanted = request.args.get("id", "").strip()[:LONGEST]
    if wanted:
        return _find(wanted)
    create = Action(label=_("Create a key"), url=DESK.url("create"))
    return key_acts.list_keys(DESK, {"create": create})


@blueprint.route("/new", methods=["GET", "POST"])
@fresh_operator
def create() -> Page:
    """A new key."""
    return key_acts.create_key(DESK)


@blueprint.get("/<key>")
@operator
def show(key: str) -> Page:
    """One key, also a company's: there it can only be revoked."""
    actions = {
        name: Action(label=label, url=DESK.url(name, key=key))
        for name, label in (
            ("rotate", _("Make a new secret")),
            ("narrow", _("Restrict")),
            ("revoke", _("Revoke")),
        )
    }
    return key_acts.show_key(DESK, key, actions)


@blueprint.route("/<key>/secret", methods=["GET", "POST"])
@fresh_operator
def rotate(key: str) -> Page:
    """A new secret."""
    return key_acts.rotate_key(DESK, key)


@blueprint.route("/<key>/restrict", methods=["GET", "POST"])
@fresh_operator
def narrow(key: str) -> Page:
    """Fewer rights."""
    return key_acts.narrow_key(DESK, key)


@blueprint.route("/<key>/revoke", methods=["GET", "POST"])
@fresh_operator
def revoke(key: str) -> Page:
    """The end of a key."""
    return key_acts.revoke_key(DESK, key)


def _find(wanted: str) -> Response:
    """`k_…`, or the part of a key that is no secret."""
    name = wanted.removeprefix("k_")
    found = db.session.scalar(select(Credential.id).where(Credential.id == f"k_{name}"))
    if found is None:
        flash(_("There is no key with this id."), "warn")
        return redirect(DESK.url("index"))
    return redirect(DESK.url("show", key=name))
