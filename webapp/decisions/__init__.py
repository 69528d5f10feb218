"""The decision API over authz.pdp, and the keys of other services."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from webapp.decisions import (
    callers,
    downloads,
    forward,
    operator_views,
    owner_views,
    reference,
    service,
    trial,
)
from webapp.decisions.views import blueprint
from webapp.frame import Entry

#: Pages of keys, what proxies ask, and the reference; `blueprint` is the decision API,
#: which no form's token protects.
BLUEPRINTS = (
    owner_views.blueprint,
    operator_views.blueprint,
    trial.blueprint,
    downloads.blueprint,
    forward.blueprint,
    reference.blueprint,
)
ENTRIES = (
    Entry(
        menu=_l("Settings"),
        label=_l("Keys of services"),
        endpoint="keys.index",
        action="credential.view",
    ),
)

__all__ = ["BLUEPRINTS", "ENTRIES", "blueprint", "init_app"]


def init_app(app: Flask) -> None:
    """Let the guard know callers, and build what answers them."""
    callers.init_app(app)
    service.init_app(app)
    forward.init_app(app)
    reference.init_app(app)
