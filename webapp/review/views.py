from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from authz import Action, State, UnknownNameError
from webapp.extensions import db, enforcer
from webapp.guard import can, requires, signed_in
from webapp.identity import person
from webapp.review.finding import found_actions, groups, summary, usual
from webapp.review.meanings import by_module
from webapp.review.why import ask, verdict
from webapp.seating import seat_of
from webapp.tables import User

blueprint = Blueprint("review", __name__)


@blueprint.get("/a/<account>/why")
@signed_in(offers=["subuser.view"])
def choose(account: str) -> Response | str:
    """Who and what to ask about; an owner about everybody, others about themselves."""
    user, action = request.args.get("user", ""), request.args.get("action", "")
    if "search" in request.args:
        action = ""  # the words are looked for first
    if action and user not in ("", person().id):
        return redirect(
            url_for("review.of_user", account=account, user=user, action=action)
        )
    if action:
        return redirect(url_for("review.mine", account=account, action=action))
    others = _people(account) if can("subuser.view") else []
    what = summary(account, request.args.get("q", ""))
    return render_template("review/choose.html", others=others, user=user, what=what)


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
    action = request.args.get("action") or usual(account)
    return _page(account, found, _action(action), mine=False)


@blueprint.get("/a/<account>/help/permissions")
@signed_in()
def meanings(account: str) -> str:
    """What each permission means, from the policy in force."""
    return render_template("review/meanings.html", modules=by_module(), account=account)


def _page(account: str, user: User, action: Action, *, mine: bool) -> str:
    question = ask(user, seat_of(db.session(), user), action, mine=mine)
    return render_template(
        "review/why.html",
        why=verdict(question),
        account=account,
        groups=[] if mine else groups(found_actions(account, ""), action.key),
        other_url=url_for(
            "review.choose", account=account, user=None if mine else user.id
        ),
    )


def _people(account: str) -> list[tuple[str, str]]:
    """The additional users that have a state in the policy."""
    query = select(User).where(
        User.account_id == account, User.state.in_(set(State) - {State.OWNER})
    )
    users = db.session.scalars(query.order_by(User.folded_name))
    return [(user.id, user.shown_name) for user in users]


def _action(name: str) -> Action:
    """The action of that name; there is no page about others."""
    try:
        return enforcer().release().catalogue.named(name)
    except UnknownNameError:
        abort(404)
