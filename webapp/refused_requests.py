"""Which requests asked in vain for a change of who may do what, seen by their answers."""

from flask import Flask, Response, current_app, g, request
from sqlalchemy import select

from authz import UnknownNameError
from webapp.extensions import enforcer, reading
from webapp.guard import declaration_of
from webapp.identity import person
from webapp.refused_acts import Refused, record
from webapp.tables import Credential, User

#: What an answer says that says no more. A form that comes back with what was misspelt
#: in it (422) is no act yet.
_CODES = {
    400: "bad_form",
    404: "not_there",
    409: "stale_version",
    429: "too_many_attempts",
}


def init_app(app: Flask) -> None:
    """Look at each answer."""
    app.after_request(_look)


def refuse(code: str) -> None:
    """Note why the act that this request asks for is refused; the view answers."""
    g.refused_code = code


def _look(response: Response) -> Response:
    try:
        refused = _refused(response.status_code)
    except Exception:
        current_app.logger.exception("a refused act could not be looked at")
        return response
    if refused is not None:
        record(refused)
    return response


def _refused(status: int) -> Refused | None:
    """The act that this request asked for in vain; None when there is none."""
    if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint is None:
        return None
    # INVARIANT: a form that another site sent asked for nothing: no guard let it in
    stood = "account_id" in g or "refused" in g
    if not stood or request.endpoint.endswith("_effect"):
        return None
    act, code = _act_and_code(status)
    account = str((request.view_args or {}).get("account", ""))
    # a delegate belongs to no account: the guard let him into this one
    inside = g.get("account_id", person().account_id)
    if not code or inside != account or not _changes_access(act):
        return None
    return Refused(
        account=account,
        actor=person().id,
        act=act,
        code=code,
        node=_node(account),
        wanted=_wanted(),
    )


def _act_and_code(status: int) -> tuple[str, str]:
    """What the guard, the view, or else the answer says."""
    if "refused" in g:
        action, reason = g.refused
        return action, reason
    declared = declaration_of(current_app.view_functions[str(request.endpoint)])
    code = g.get("refused_code") or _CODES.get(status, "")
    return declared.action if declared else "", code


def _changes_access(act: str) -> bool:
    """The owner's acts on users, keys, seats and modules."""
    try:
        module = enforcer().release().catalogue.named(act).module
    except UnknownNameError:
        return False
    return module == "account" and not act.startswith("self.")


def _node(account: str) -> str:
    """Whom the address names, if there is such a user or key in the account."""
    place = request.view_args or {}
    if "user" in place:
        query = select(User.id).where(
            User.id == place["user"], User.account_id == account
        )
    else:
        name = f"k_{place.get('key', '')}"
        query = select(Credential.id).where(
            Credential.id == name, Credential.account_id == account
        )
    with reading() as connection:
        return connection.scalar(query) or ""


def _wanted() -> tuple[str, ...]:
    known = enforcer().release().permissions
    return tuple(sorted(set(request.form.getlist("permission")).intersection(known)))
