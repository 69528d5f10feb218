"""For a proxy in front of other services: may this request go through?

INVARIANT: whatever is not a decision to allow leaves here as no 2xx.
"""

from typing import cast

import msgspec
from flask import Blueprint, Flask, Response, current_app, g, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Headers
from werkzeug.routing import BaseConverter

from authz import NotReadyError, Reason
from authz.pdp import Action, Evaluation, ItemError, Outcome, Resource, Subject
from authz.pdp.forward import (
    METHODS,
    Asked,
    ForwardMap,
    Match,
    Names,
    Proxy,
    ShapeError,
    load_map,
    read_request,
)
from config.settings import Settings
from webapp.decisions.counts import Door
from webapp.decisions.logged import LoggedSource
from webapp.decisions.service import decisions
from webapp.decisions.source import EVERY_RECORD, PanelSource
from webapp.extensions import csrf, enforcer
from webapp.guard import credential

blueprint = Blueprint("forward", __name__, url_prefix="/forward")
REASON = "Delega-Reason"
_MAP = "delega_forward_map"
_BEFORE_ENVOYS = "/forward/envoy"
#: What other answers than ours are called: of the guard, of a store out of reach.
_REASONS = {
    401: "no_key",
    403: "no_scope",
    429: "too_many_decisions",
    503: "not_ready",
}


class _AnyPath(BaseConverter):
    """Whatever follows; what it is exactly is read from the request line."""

    regex = r"[\s\S]*?"
    part_isolating = False


def init_app(app: Flask) -> None:
    """Read the mapping file, once.

    Raises:
        MappingError: it can not be used: nothing starts.
    """
    settings: Settings = app.config["DELEGA"]
    csrf.exempt(blueprint)
    app.extensions[_MAP] = None
    if settings.forward_map is not None:
        with app.app_context():
            app.extensions[_MAP] = load_map(settings.forward_map, _catalogue())


def _catalogue() -> Names | None:
    """None before the first release; what it lacks is refused at every decision."""
    try:
        return enforcer().release().catalogue
    except (NotReadyError, SQLAlchemyError):
        return None  # /readyz says why


@blueprint.record
def _know_any_path(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["anypath"] = _AnyPath


@blueprint.route("/nginx", methods=METHODS)
@credential("decide")
def nginx() -> Response:
    """`auth_request`: the request stands in X-Original-Method and -URI."""
    # INVARIANT: nginx takes 401 and 403 for a refusal; any other, for a broken server
    return _answer(Proxy.NGINX, bad_shape=403)


@blueprint.route("/traefik", methods=METHODS)
@credential("decide")
def traefik() -> Response:
    """`forwardAuth`: the request stands in X-Forwarded-Method and -Uri."""
    return _answer(Proxy.TRAEFIK, bad_shape=400)


@blueprint.route("/envoy<anypath:original>", methods=METHODS, merge_slashes=False)
@credential("decide")
def envoy(original: str) -> Response:
    """`ext_authz`: the request itself, without its body, behind our prefix."""
    del original  # decoded: `%2F` and a slash are one in it
    return _answer(Proxy.ENVOY, bad_shape=400)


@blueprint.after_request
def finish(response: Response) -> Response:
    """No body: a proxy may hand it to the client; and nothing allowed by accident."""
    if response.status_code < 400 and not g.get("forward_allowed"):
        response.status_code = 403
    response.set_data(b"")
    response.headers.remove("Content-Type")
    if response.status_code != 200:
        reason = _REASONS.get(response.status_code, "not_answered")
        response.headers.setdefault(REASON, reason)
    return response


def _answer(proxy: Proxy, *, bad_shape: int) -> Response:
    mapping = cast("ForwardMap | None", current_app.extensions[_MAP])
    if mapping is None:
        return _refused(403, "no_mapping")
    header = mapping.subject_header.lower()
    try:
        asked = read_request(proxy, _line(proxy), _headers(request.headers), header)
    except ShapeError as error:
        return _refused(bad_shape, error.code)
    if not asked.subject:
        return _refused(401, "no_subject")
    match = mapping.match(asked.method, asked.target)
    if match is None:
        return _refused(403, "no_rule")
    return _decided(_question(mapping, asked, match))


def _line(proxy: Proxy) -> tuple[str, str]:
    """Method and target as they came, before anything was decoded."""
    target = request.environ.get("RAW_URI", "")
    if proxy is Proxy.ENVOY and not target.startswith(f"{_BEFORE_ENVOYS}/"):
        raise ShapeError("bad_path", "the prefix is spelt in another way")
    return request.method, target.removeprefix(_BEFORE_ENVOYS)


def _headers(sent: Headers) -> dict[str, str]:
    return {name.lower(): text for name, text in sent}


def _question(mapping: ForwardMap, asked: Asked, match: Match) -> Evaluation:
    return Evaluation(
        subject=Subject(mapping.subject_type, asked.subject),
        action=Action(match.rule.action),
        resource=Resource(match.rule.resource, EVERY_RECORD),
        context={"account": match.account},
    )


def _decided(question: Evaluation) -> Response:
    made = decisions()
    source = PanelSource(made.panel, g.caller, None)
    logged = LoggedSource(source, Door.FORWARD, g.caller.id, g.request_id, None)
    try:
        outcome = logged.decide(question)
    except ItemError as error:
        return _refused(error.status, "not_this_account")
    made.counts.add(Door.FORWARD, 1)
    if made.log is not None:
        logged.tell(made.log, 1)
    return _allowed(outcome) if outcome.allowed else _denied(outcome)


def _allowed(outcome: Outcome) -> Response:
    g.forward_allowed = True
    return _stamped(Response(status=200), outcome)


def _denied(outcome: Outcome) -> Response:
    context = cast(bytes, outcome.context)
    code = Reason(msgspec.json.decode(context)["code"])
    return _stamped(_refused(403, code.value), outcome)


def _stamped(response: Response, outcome: Outcome) -> Response:
    response.headers["Delega-Revision"] = str(outcome.revision)
    response.headers["Delega-Release"] = outcome.release
    return response


def _refused(status: int, reason: str) -> Response:
    response = Response(status=status)
    response.headers[REASON] = reason
    return response
