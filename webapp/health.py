"""`/healthz`: the process lives. `/readyz`: it can give right decisions, or says why not."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from authz import AuthzError
from webapp.extensions import enforcer, reading
from webapp.guard import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """Answers as long as the process does."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
@public
def readyz() -> Response | tuple[Response, int]:
    """200 with release, revision and what this process counted, 503 with the reason."""
    try:
        _require_migrated()
        enforcer().start()
        release = enforcer().release()
    except AuthzError as error:
        cause = error.__cause__
        reason = "the database does not answer" if cause else str(error)
        current_app.logger.error("not ready: %s", error)
        return jsonify(status="not ready", reason=reason), 503
    except SQLAlchemyError as error:
        current_app.logger.error("not ready: %s", error)
        reason = "the database does not answer"
        return jsonify(status="not ready", reason=reason), 503
    return jsonify(
        status="ready",
        release=release.hash[:12],
        revision=enforcer().revision,
        shadow=enforcer().shadowed,
        answered=current_app.extensions["delega_counts"](),
    )


def _require_migrated() -> None:
    folder = current_app.extensions["migrate"].directory
    head = ScriptDirectory(folder).get_current_head()
    with reading() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != head:
        raise AuthzError(
            f"the database is at {current}, not {head}; run `delega db upgrade`"
        )
