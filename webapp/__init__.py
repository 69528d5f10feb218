"""The panel and the decision API: asks authz, and is the face. All wiring is here."""

import os
from datetime import timedelta
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

from authz import Enforcer, NotReadyError, Release, Shadow
from authz.engine import CompiledEvaluator, ReferenceEvaluator
from authz.storage import SqlStore, discard_unfinished, prepare, reading_engine
from config.settings import Settings, read_settings
from webapp import (
    decisions,
    demo,
    frame,
    freshness,
    guard,
    guide,
    headers,
    health,
    i18n,
    identity,
    operator,
    panel,
    problem,
    refused_requests,
    review,
    seats,
    signin,
    team,
)
from webapp.extensions import csrf, db, login_manager, migrate
from webapp.seats import payments, webhook

MIGRATIONS = Path(__file__).with_name("migrations")
MAX_UPLOAD_BYTES = 30_000_000
_EVALUATORS: dict[str, type[ReferenceEvaluator] | type[CompiledEvaluator]] = {
    "casbin": ReferenceEvaluator,
    "compiled": CompiledEvaluator,
}


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application.

    Raises:
        SettingsError: a setting is missing or can not be used.
        UndeclaredRouteError: a route declares nothing, or an unknown action.
    """
    settings = settings or read_settings()
    app = Flask(__name__)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.config.from_mapping(_flask_config(settings))
    headers.init_app(app, secure=settings.secure_cookies)
    _open_database(app, settings)
    csrf.init_app(app)
    login_manager.init_app(app, add_context_processor=False)  # it asks the database
    i18n.init_app(app)
    problem.init_app(app)
    _add_features(app, settings)
    guard.public(app.view_functions["static"])
    guard.init_app(app, _release_in_force(app))
    app.after_request(identity.note_access)
    refused_requests.init_app(app)
    return app


def _add_features(app: Flask, settings: Settings) -> None:
    for blueprint in (
        health.blueprint,
        signin.blueprint,
        *team.BLUEPRINTS,
        *panel.BLUEPRINTS,
        *review.BLUEPRINTS,
        *seats.BLUEPRINTS,
        guide.blueprint,
        operator.blueprint,
        decisions.blueprint,
        *decisions.BLUEPRINTS,
        *([demo.blueprint] if settings.demo else []),
    ):
        app.register_blueprint(blueprint)
    csrf.exempt(decisions.blueprint)
    frame.init_app(
        app,
        (
            *panel.ENTRIES,
            *team.ENTRIES,
            *review.ENTRIES,
            *decisions.ENTRIES,
            *seats.ENTRIES,
        ),
    )
    decisions.init_app(app)
    webhook.init_app(app)
    operator.init_app(app, payments)


def _flask_config(settings: Settings) -> dict[str, object]:
    name = "__Host-delega" if settings.secure_cookies else "delega"
    return {
        "DELEGA": settings,
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.secret_key_fallbacks),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "MAX_CONTENT_LENGTH": MAX_UPLOAD_BYTES,
        "MAX_FORM_PARTS": 2_000,
        "SESSION_COOKIE_NAME": name,
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": settings.session_absolute,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(hours=1),
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _open_database(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS))
    reading: Engine = reading_engine(settings.database_url)
    store = SqlStore(reading)
    with app.app_context():
        prepare(db.engine)
        discard_unfinished(db.engine)
        for engine in (reading, db.engine):
            # a child of a fork must not share its parent's connections
            os.register_at_fork(after_in_child=partial(engine.dispose, close=False))
    app.extensions["delega_reading"] = reading
    app.extensions["delega_store"] = store
    enforcer = Enforcer(
        store,
        freshness.init_app(app, settings.database_url),
        evaluator=_EVALUATORS[settings.evaluator],
        capacity=settings.cached_accounts,
    )
    if settings.evaluator == "compiled":
        enforcer.compare_with(Shadow(store, settings.shadow_one_in))
    app.extensions["delega_enforcer"] = enforcer


def _release_in_force(app: Flask) -> Release | None:
    """None before the first publish: the app starts, and is not ready."""
    enforcer: Enforcer = app.extensions["delega_enforcer"]
    try:
        return enforcer.release()
    except (NotReadyError, SQLAlchemyError):
        return None  # /readyz says why
