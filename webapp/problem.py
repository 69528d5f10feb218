"""Every error as a page in the reader's language, or as problem+json (RFC 9457)."""

import json
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Flask, Response, current_app, g, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import ParseException
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import BadRequest, HTTPException, Unauthorized

from authz import NotReadyError, StaleVersionError
from webapp.extensions import db
from webapp.guard import RefusedError
from webapp.i18n import moment

RETRY_SECONDS = "2"
_PROBLEM = "application/problem+json"
_DECISIONS = "/access/v1/"
#: Codes that are never renamed; on the decision API those of docs/authzen.md.
_CODES = {
    400: "bad_request",
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "changed_meanwhile",
    413: "too_large",
    429: "too_many_requests",
    500: "broken",
    503: "not_ready",
}

_WORDS = {
    400: (_l("We could not read the request"), _l("Go back and try again.")),
    401: (_l("You need to sign in"), _l("Sign in and try again. Nothing was changed.")),
    404: (
        _l("This page does not exist"),
        _l("The address may be wrong, or the page may not be yours to see."),
    ),
    405: (_l("This page does not do that"), _l("Go back and try again.")),
    409: (
        _l("Somebody changed it in the meantime"),
        _l("Nothing was saved. Open the page again and look at what changed."),
    ),
    413: (_l("The file is too large"), _l("Nothing was stored.")),
    429: (_l("Too many attempts"), _l("Wait a few minutes, then try again.")),
    500: (
        _l("Something broke on our side"),
        _l("Nothing was changed. Try again, and tell us the code below."),
    ),
    503: (
        _l("The panel can not answer right now"),
        _l("Nothing was changed. Try again in a moment."),
    ),
}


def init_app(app: Flask) -> None:
    """Give each kind of error its answer."""
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(ParseException, _unreadable)
    app.register_error_handler(StaleVersionError, _stale)
    app.register_error_handler(NotReadyError, _not_ready)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeoutError, _not_ready)
    app.register_error_handler(Exception, _broken)


def wants_json() -> bool:
    """Services get problem+json, whoever asks for JSON too; browsers a page."""
    if _DECISIONS in request.path or request.path.startswith(
        ("/webhooks/", "/forward/")
    ):
        return True
    best = request.accept_mimetypes.best_match(
        ["text/html", _PROBLEM, "application/json"]
    )
    return best is not None and best != "text/html"


def _wants_message() -> bool:
    """As AuthZEN 1.0 has it (section 10), for those who did not ask for problems."""
    is_asked = _PROBLEM in request.headers.get("Accept", "")
    return _DECISIONS in request.path and not is_asked


def problem(status: int, code: str, detail: str) -> Response:
    """A problem+json answer; `code` is stable, `detail` for people."""
    body = {
        "type": f"urn:delega:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": g.get("request_id", ""),
    }
    return Response(json.dumps(body), status=status, content_type=_PROBLEM)


def page(
    status: int, *, title: str = "", sentence: str = "", detail: str = ""
) -> Response:
    """The error page, or the problem; `detail` is for services alone, in English."""
    if wants_json():
        told = str(detail or sentence or title or HTTPStatus(status).description)
        if _wants_message():
            return Response(json.dumps(told), status, content_type="application/json")
        return problem(status, _code(status), told)
    g.bare = status >= 500  # whatever broke is not asked again
    words = _WORDS.get(status, _WORDS[500] if status >= 500 else _WORDS[400])
    html = render_template(
        "problem/error.html",
        status=status,
        title=title or words[0],
        sentence=sentence or words[1],
        retry=None,
        code=g.get("request_id", ""),
        when=moment(datetime.now(UTC), begins=False),
        home_url="/",
    )
    return Response(html, status=status, content_type="text/html; charset=utf-8")


def _code(status: int) -> str:
    if status == 429 and _DECISIONS in request.path:
        return "too_many_decisions"
    return _CODES.get(status, _CODES[500] if status >= 500 else _CODES[400])


def _refused(error: RefusedError) -> Response:
    if wants_json():
        return problem(403, error.decision.reason, error.decision.text("en"))
    show = current_app.extensions["delega_refused_page"]
    html = show(error.action, error.decision)
    return Response(html, status=403, content_type="text/html; charset=utf-8")


def _expired_form(_error: CSRFError) -> Response:
    sentence = _("The form was open for too long. Go back, reload and send it again.")
    return page(400, title=_("The form has expired"), sentence=sentence)


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    answer = page(error.code or 500, detail=error.description or "")
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    if _DECISIONS in request.path and isinstance(error, Unauthorized):
        answer.headers["WWW-Authenticate"] = 'Bearer realm="delega"'
    return answer


def _unreadable(_error: Exception) -> Response:
    """Chunks of a body that gunicorn can not read: it says so while a view reads it."""
    return _http(BadRequest())


def _stale(_error: StaleVersionError) -> Response:
    db.session.rollback()
    return page(409)


def _not_ready(error: Exception) -> Response:
    current_app.logger.error("not ready: %s", error)
    _leave_database()
    answer = page(503)
    answer.headers["Retry-After"] = RETRY_SECONDS
    return answer


def _database(error: DBAPIError) -> Response:
    """Out of reach or locked: try again. No text for it: bad input. Else it is ours."""
    # as psycopg says that PostgreSQL takes it in no text
    if isinstance(error, DataError) and "NUL" in str(error.orig):
        current_app.logger.warning("refused by the database: %s", type(error.orig))
        _leave_database()
        return page(400)
    is_away = isinstance(error, OperationalError) or error.connection_invalidated
    return _not_ready(error) if is_away else _broken(error)


def _broken(error: Exception) -> Response:
    current_app.logger.error("unhandled error", exc_info=error)
    _leave_database()
    return page(500)


def _leave_database() -> None:
    """Whatever was begun is dropped, even when the database is gone."""
    try:
        db.session.rollback()
    except SQLAlchemyError:
        db.session.remove()
