import re

from flask import Blueprint, Response, abort, current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from authz.pdp import (
    BODY_BYTES,
    HEADERS,
    PATHS,
    SCOPES,
    WELL_KNOWN,
    Kind,
    Reply,
    metadata,
    metadata_path,
    refusal,
    too_large,
)
from config.settings import Settings
from webapp.decisions.counts import Door
from webapp.decisions.service import Asked, decisions
from webapp.guard import credential, public

blueprint = Blueprint("decisions", __name__)
_ACCOUNT = re.compile(r"/a/[A-Za-z0-9_]{1,64}")


def _serve(kind: Kind) -> None:
    """The general address, where the request names the account, and an account's own."""

    @credential(SCOPES[kind])
    def view(account: str | None = None) -> Response:
        return _answer(kind, account)

    name = kind.value.replace("/", "_")
    blueprint.add_url_rule(PATHS[kind], name, view, methods=["POST"])
    blueprint.add_url_rule(
        f"/a/<account>{PATHS[kind]}", f"account_{name}", view, methods=["POST"]
    )


for _kind in Kind:
    _serve(_kind)


@blueprint.get(WELL_KNOWN)
@blueprint.get(f"{WELL_KNOWN}/<path:path>")
@public
def configuration(path: str = "") -> Response:
    """Where the endpoints are; says nothing of whether an account exists."""
    settings: Settings = current_app.config["DELEGA"]
    own = metadata_path(settings.public_url)
    asked = f"{WELL_KNOWN}/{path}" if path else WELL_KNOWN
    below = asked.removeprefix(own)
    if not asked.startswith(own) or (below and not _ACCOUNT.fullmatch(below)):
        abort(404)
    response = Response(
        metadata(settings.public_url + below), content_type="application/json"
    )
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _answer(kind: Kind, account: str | None) -> Response:
    sent = {name: request.headers[name] for name in HEADERS if name in request.headers}
    sent.setdefault("x-request-id", g.request_id)  # so that the log has it too
    reply = _reply(kind, account, sent)
    return Response(reply.body, status=reply.status, headers=reply.headers)


def _reply(kind: Kind, account: str | None, sent: dict[str, str]) -> Reply:
    # one byte more than is taken: a body without a stated size is cut at the maximum,
    # and nobody is told; INVARIANT: what was cut is too large, and never read
    request.max_content_length = BODY_BYTES[kind] + 1
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:  # not a byte of it was read
        return refusal(too_large(BODY_BYTES[kind]), sent)
    asked = Asked(Door.PAGE, kind, account, sent, body)
    return decisions().answer(g.caller, asked)
