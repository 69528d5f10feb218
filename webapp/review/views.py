from flask import Blueprint, abort, render_template, request
from sqlalchemy import select

from authz import Action, State, UnknownNameError
from webapp.extensions import db, enforcer
from webapp.guard import requires, signed_in
from webapp.i18n import language
from webapp.identity import person
from webapp.review.meanings import by_module
from webapp.review.why import ask, verdict
from webapp.seating import seat_of
from webapp.tables import User

blueprint = Blueprint("review", __name__)


@blueprint.get("/a/<account>/why/<action>")
@signed_in()
def mine(account: str, action: str) -> str:
    """Why I may or may not: everybody's own decisions are theirs to see."""
    found = db.session.get_one(User, person().id)
    return _page(account, found, _action(action), mine=True)


@blueprint.get("/a/<account>/settings/users/<user>/why")
@requires("subuser.view")
def of_user(account: str, user: str) -> str:
    """Why a user may or may not; `?action=` chooses what is asked."""
    query = select(User).where(User.account_id == account, User.id == user)
    found = db.session.scalar(query)
    if found is None or found.state not in set(State):
        abort(404)
    return _page(
        account, found, _action(request.args.get("action", "draft.send")), mine=False
    )


@blueprint.get("/a/<account>/help/permissions")
@signed_in()
def meanings(account: str) -> str:
    """What each permission means, from the policy in force."""
    return render_template("review/meanings.html", modules=by_module(), account=account)


def _page(account: str, user: User, action: Action, *, mine: bool) -> str:
    question = ask(user, seat_of(db.session(), user), action, mine=mine)
    actions = [
        (each.key, each.label(language()), each.key == action.key)
        for each in enforcer().release().catalogue.actions
    ]
    return render_template(
        "review/why.html",
        why=verdict(question),
        account=account,
        actions=[] if mine else sorted(actions, key=lambda each: each[1]),
    )


def _action(name: str) -> Action:
    """The action of that name; there is no page about others."""
    try:
        return enforcer().release().catalogue.named(name)
    except UnknownNameError:
        abort(404)
