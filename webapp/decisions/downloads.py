"""Effective permissions: of an account for services with a key, and one's own."""

import hashlib
import re
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, g, request
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from authz import NotReadyError
from webapp.decisions.callers import callers
from webapp.decisions.effective import Effective, effective
from webapp.decisions.service import decisions
from webapp.extensions import enforcer
from webapp.guard import credential, signed_in
from webapp.identity import person

blueprint = Blueprint("downloads", __name__)
#: Seconds, as the other endpoints say.
RETRY_SECONDS = 1
_REVISION = re.compile(r"[0-9]{1,18}")


@blueprint.get("/a/<account>/access/v1/permissions")
@credential("policy:read")
def of_account(account: str) -> Response:
    """What each user of the account may do."""
    # one answer for both, so that nobody learns which accounts exist
    if not g.caller.may_ask_about(account) or not decisions().panel.has_account(
        account
    ):
        abort(403, "this key is not for that account")
    _catch_up()
    refused = callers().charge(g.caller, len(enforcer().users(account)))
    if refused is not None:
        raise TooManyRequests(refused.message, retry_after=refused.retry_after)
    found = effective(enforcer(), account)
    return _answer(found, {"account": account, "users": found.users})


@blueprint.get("/a/<account>/access/v1/own/permissions")
@signed_in()
def own(account: str) -> Response:
    """What whoever is signed in may do there: a user, or a delegate."""
    _catch_up()
    user = person().id
    found = effective(enforcer(), account, (user,))
    said = {"account": account, "user": user, "actions": found.users[user]}
    return _answer(found, said)


def _catch_up() -> None:
    """Read your own writes."""
    wanted = request.headers.get("Delega-At-Least")
    if wanted is None:
        return
    if not _REVISION.fullmatch(wanted):
        abort(400, "`Delega-At-Least` is a revision, as `Delega-Revision`")
    try:
        enforcer().at_least(int(wanted))
    except NotReadyError as error:
        text = f"revision {int(wanted)} is not here yet; try again"
        raise ServiceUnavailable(text, retry_after=RETRY_SECONDS) from error


def _answer(found: Effective, said: dict[str, Any]) -> Response:
    """The same bytes for the same permissions; what passes stands in headers.

    So a 304 says that they are still the same, at the revision that it names.
    """
    said["valid_until"] = found.valid_until
    body = msgspec.json.encode(said, order="deterministic")
    response = Response(body, content_type="application/json")
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Delega-Revision"] = str(found.revision)
    response.headers["Delega-Release"] = decisions().panel.release(found.revision)
    response.headers["Delega-Valid-For"] = f"{found.seconds:.3f}"
    response.make_conditional(request)
    return response
