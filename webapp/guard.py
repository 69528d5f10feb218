"""Deny by default: every endpoint declares who may come, and the guard asks.

    @requires("draft.send")   the enforcer decides; `offers` are asked in the same breath
    @signed_in                any member of the account in the address
    @credential("decide")     another service, with its key
    @webhook                  a payment service, by its signature
    @operator                 who runs Delega; @fresh_operator with a fresh password
    @public                   everybody

An app with an endpoint that declares nothing, or an action the release lacks, does not
start.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, flash, g, request, session, url_for
from flask import redirect as redirect_to
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from authz import AuthzError, Decision, Reason, Release, State, UnknownNameError
from webapp.extensions import enforcer
from webapp.identity import OPERATOR, Person, person

View = TypeVar("View", bound=Callable[..., Any])

#: Asked on every account page for the menus; each feature adds its own.
MENU_ACTIONS = "delega_menu_actions"
_NO_MEMBER = frozenset(
    {Reason.NOT_A_MEMBER, Reason.UNKNOWN_RESOURCE, Reason.UNKNOWN_ACTION}
)
#: How long a typed password opens a `fresh` page, and how long after opening one its
#: form is still taken.
FRESH = timedelta(minutes=15)
FRESH_FORM = timedelta(minutes=30)
_OPENED = "fresh page opened"


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """What a view declared."""

    kind: str
    action: str = ""
    offers: tuple[str, ...] = ()
    scope: str = ""
    fresh: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The actions it names."""
        return (self.action, *self.offers) if self.action else self.offers


class UndeclaredRouteError(AuthzError):
    """A route declares nothing, or an action that the release lacks: no start."""


class RefusedError(Exception):
    """The enforcer said no: shown as a 403 with the reason and who can help."""

    def __init__(self, action: str, decision: Decision) -> None:
        self.action, self.decision = action, decision
        super().__init__(f"{action}: {decision.reason}")


def public(view: View) -> View:
    """Everybody may come."""
    return _declare(view, Declaration(kind="public"))


def signed_in(*, offers: Sequence[str] = ()) -> Callable[[View], View]:
    """Any user who signed in; under `/a/<account>/` a member of it, else 404."""
    declaration = Declaration(kind="signed_in", offers=tuple(offers))
    return lambda view: _declare(view, declaration)


def requires(
    action: str, *, offers: Sequence[str] = (), fresh: bool = False
) -> Callable[[View], View]:
    """The enforcer must allow `resource.action`; `offers` are what its buttons need.

    `fresh` asks for the password again, unless it was typed a short while ago.
    """
    declaration = Declaration(
        kind="requires", action=action, offers=tuple(offers), fresh=fresh
    )
    return lambda view: _declare(view, declaration)


def credential(scope: str) -> Callable[[View], View]:
    """Another service with a key of that scope; the view reads `g.caller`."""
    return lambda view: _declare(view, Declaration(kind="credential", scope=scope))


def webhook(view: View) -> View:
    """A payment service that signs what it sends."""
    return _declare(view, Declaration(kind="webhook"))


def operator(view: View) -> View:
    """Who runs Delega; for everybody else the page does not exist."""
    return _declare(view, Declaration(kind="operator"))


def fresh_operator(view: View) -> View:
    """The same, and the password again, unless it was typed a short while ago."""
    return _declare(view, Declaration(kind="operator", fresh=True))


def declaration_of(view: Callable[..., Any]) -> Declaration | None:
    """What a view declared, None when nothing."""
    return getattr(view, "delega_declaration", None)


def can(action: str) -> Decision:
    """What the enforcer answered for this page; templates ask it of their buttons.

    Raises:
        UnknownNameError: the page did not ask for it: name it in `offers`.
    """
    decisions: dict[str, Decision] = g.get("decisions", {})
    if action not in decisions:
        raise UnknownNameError("offer", action, "name it in the view's `offers`")
    return decisions[action]


def require(action: str) -> None:
    """Inside a view: the side doors (a bank made in an invoice form, an IBAN in a file).

    Raises:
        RefusedError: the enforcer says no, or the page was never asked about.
    """
    decision = ask(action)
    if not decision:
        _refuse(action, decision)


def _refuse(action: str, decision: Decision) -> NoReturn:
    """Raises RefusedError; `webapp.refused_requests` reads what and why."""
    g.refused = (action, decision.reason.value)
    raise RefusedError(action, decision)


def ask(action: str) -> Decision:
    """One more question about the current user and account."""
    resource, _, name = action.partition(".")
    return enforcer().decide(person().id, g.account_id, resource, name)


def init_app(app: Flask, release: Release | None) -> None:
    """Check every route's declaration, then stand before each request.

    Raises:
        UndeclaredRouteError: names every route that is not in order.
    """
    faults = [
        fault
        for endpoint, view in app.view_functions.items()
        for fault in _faults(endpoint, declaration_of(view), release)
    ]
    faults += [
        f"`{rule.rule}` names actions and no `<account>` to ask about"
        for rule in app.url_map.iter_rules()
        if _names(app, rule.endpoint) and "account" not in rule.arguments
    ]
    if faults:
        raise UndeclaredRouteError("; ".join(faults))
    app.before_request(_stand)
    app.jinja_env.globals["can"] = can


def _names(app: Flask, endpoint: str) -> tuple[str, ...]:
    declaration = declaration_of(app.view_functions[endpoint])
    return declaration.names if declaration else ()


def _declare(view: View, declaration: Declaration) -> View:
    if declaration_of(view) is not None:
        name = getattr(view, "__qualname__", str(view))
        raise UndeclaredRouteError(f"`{name}` declares twice who may come")
    view.delega_declaration = declaration  # type: ignore[attr-defined]
    return view


def _faults(
    endpoint: str, declaration: Declaration | None, release: Release | None
) -> list[str]:
    if declaration is None:
        return [f"`{endpoint}` declares nothing; add @requires, @signed_in or @public"]
    faults = []
    for name in declaration.names if release else ():
        try:
            release.catalogue.named(name)  # type: ignore[union-attr]
        except UnknownNameError as error:
            faults.append(f"`{endpoint}`: {error}")
    return faults


def _stand() -> Response | None:
    """Let the request through, or answer it here."""
    if request.endpoint is None:
        return None  # no such address: Flask answers 404 or 405 itself
    declaration = declaration_of(current_app.view_functions[request.endpoint])
    if declaration is None:
        abort(404)  # INVARIANT: what declares nothing is never served
    if declaration.kind == "public":
        return None
    if declaration.kind == "credential":
        current_app.extensions["delega_callers"](declaration.scope)
        return None
    if declaration.kind == "webhook":
        current_app.extensions["delega_webhooks"]()
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    return _stand_before_person(declaration)


def _stand_before_person(declaration: Declaration) -> Response | None:
    who = person()
    changing = request.endpoint in ("signin.change_password", "signin.sign_out")
    if declaration.kind == "operator":
        return _stand_before_operator(declaration, who)
    if who.state == State.TEMPORARY and not changing:
        g.refused = (declaration.action, Reason.PASSWORD_CHANGE_REQUIRED.value)
        here = url_for("signin.change_password", account=who.account_id)
        return redirect_to(here)
    account = (request.view_args or {}).get("account")
    if account is None:
        if declaration.names:
            abort(404)  # INVARIANT: without an account nothing can be asked
        return None
    names = (*declaration.names, *current_app.extensions[MENU_ACTIONS])
    _enter(who, account, names)
    if declaration.action:
        if not g.decisions[declaration.action]:
            _refuse(declaration.action, g.decisions[declaration.action])
        if declaration.fresh and not _is_fresh(who):
            return _to_confirm(account)
        g.ask_again = partial(require, declaration.action)
    return None


def _stand_before_operator(declaration: Declaration, who: Person) -> Response | None:
    if who.state != OPERATOR:
        abort(404)
    stale = declaration.fresh and not _is_fresh(who)
    return _to_confirm(None) if stale else None


def _enter(who: Person, account: str, names: Sequence[str]) -> None:
    """Ask for the whole page; another company's address does not exist for him."""
    if who.account_id is not None and who.account_id != account:
        abort(404)
    decisions = decide_all(who.id, account, names)
    # INVARIANT: only a member gets an answer that speaks of more than names
    if {decision.reason for decision in decisions.values()} <= _NO_MEMBER:
        abort(404)
    g.account_id, g.decisions = account, decisions


def decide_all(subject: str, account: str, names: Sequence[str]) -> dict[str, Decision]:
    """Everything a page needs, at one revision."""
    unique = list(dict.fromkeys(names))
    pairs = [(name.partition(".")[0], name.partition(".")[2]) for name in unique]
    return dict(
        zip(unique, enforcer().decide_many(subject, account, pairs), strict=True)
    )


def _is_fresh(who: Person) -> bool:
    """A form counts from when its page was opened, which the signed cookie keeps."""
    now = datetime.now(UTC)
    if now < who.confirmed_at + FRESH:
        if request.method == "GET":
            session[_OPENED] = int(now.timestamp())
        return True
    if request.method == "GET":
        return False
    opened = datetime.fromtimestamp(session.get(_OPENED, 0), UTC)
    return who.confirmed_at <= opened and now < opened + FRESH_FORM


def _to_confirm(account: str | None) -> Response:
    """To the password, then back to this page, or to the one the form stood on."""
    goal = request.full_path.rstrip("?")
    if request.method != "GET":
        flash(_("Nothing was sent: the password was to be typed again first."), "warn")
        goal = _came_from()
    if account is None:
        return redirect_to(url_for("signin.operator_confirm", next=goal))
    return redirect_to(url_for("signin.confirm", account=account, next=goal))


def _came_from() -> str:
    try:
        return urlsplit(request.referrer or "").path
    except ValueError:  # no address at all
        return ""


def _to_sign_in() -> Response:
    if request.method != "GET":
        abort(401)
    return redirect_to(url_for("signin.sign_in"))
