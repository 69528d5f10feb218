"""The first page after signing in."""

from webapp.panel.home.views import blueprint

__all__ = ["blueprint"]
