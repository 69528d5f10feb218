"""The decision API over authz.pdp, and the keys of other services."""

from webapp.decisions.callers import init_app
from webapp.decisions.views import blueprint

__all__ = ["blueprint", "init_app"]
