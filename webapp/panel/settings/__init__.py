"""Settings, to look at."""

from webapp.panel.settings.views import blueprint

__all__ = ["blueprint"]
