"""Products: what is sold often."""

from webapp.panel.products.views import blueprint

__all__ = ["blueprint"]
