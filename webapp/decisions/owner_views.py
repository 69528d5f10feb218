"""A company's keys, for its owner, behind a fresh password."""

from flask import Blueprint
from flask_babel import gettext as _

from webapp.buttons import offer
from webapp.decisions import key_acts
from webapp.decisions.desk import Desk
from webapp.decisions.key_acts import Page
from webapp.guard import requires

blueprint = Blueprint("keys", __name__, url_prefix="/a/<account>/settings/keys")


@blueprint.get("")
@requires("credential.view", offers=["credential.create"], fresh=True)
def index(account: str) -> Page:
    """The company's keys."""
    desk = Desk(account)
    create = offer("credential.create", _("Create a key"), desk.url("create"))
    return key_acts.list_keys(desk, {"create": create})


@blueprint.route("/new", methods=["GET", "POST"])
@requires("credential.create", fresh=True)
def create(account: str) -> Page:
    """A new key."""
    return key_acts.create_key(Desk(account))


@blueprint.get("/<key>")
@requires(
    "credential.view", offers=["credential.rotate", "credential.revoke"], fresh=True
)
def show(account: str, key: str) -> Page:
    """One key."""
    desk = Desk(account)
    actions = {
        "rotate": offer(
            "credential.rotate", _("Make a new secret"), desk.url("rotate", key=key)
        ),
        "narrow": offer(
            "credential.revoke", _("Restrict"), desk.url("narrow", key=key)
        ),
        "revoke": offer("credential.revoke", _("Revoke"), desk.url("revoke", key=key)),
    }
    return key_acts.show_key(desk, key, actions)


@blueprint.route("/<key>/secret", methods=["GET", "POST"])
@requires("credential.rotate", fresh=True)
def rotate(account: str, key: str) -> Page:
    """A new secret."""
    return key_acts.rotate_key(Desk(account), key)


@blueprint.route("/<key>/restrict", methods=["GET", "POST"])
@requires("credential.revoke", fresh=True)
def narrow(account: str, key: str) -> Page:
    """Fewer rights."""
    return key_acts.narrow_key(Desk(account), key)


@blueprint.route("/<key>/revoke", methods=["GET", "POST"])
@requires("credential.revoke", fresh=True)
def revoke(account: str, key: str) -> Page:
    """The end of a key."""
    return key_acts.revoke_key(Desk(account), key)
